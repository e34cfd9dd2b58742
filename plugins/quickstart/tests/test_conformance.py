"""`kernel quickstart` goes through the suite of commands, and writes the page whole or not at all."""

from pathlib import Path

import pytest

from kernel import registry
from kernel.cli.run import run
from kernel.testing import CommandSuite


class TestQuickstart(CommandSuite):
    name = "quickstart"
    goldens = Path(__file__).with_name("goldens.json")


CODE = """
from kernel import registry
from kernel.language import Language

@registry.languages("tlh")
class Klingon(Language):
    lang = "tlh"

@Language.factory("counter")
def make_counter(nlp, name: str, limit: int = 10):
    '''Counts <b>something</b>.'''
    return lambda doc: doc
"""


@pytest.mark.needs("kernel-nlp-components")
def test_a_page_is_written(tmp_path, capsys):
    page, code = tmp_path / "page.html", tmp_path / "my code.py"
    code.write_text(CODE, encoding="utf8")
    words = ["--deny", "kernel-nlp-languages", "quickstart", "-o", str(page), "--code", str(code)]
    with registry.restored():
        assert run(words) == 0
        text = page.read_text(encoding="utf8")
        assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
        assert '<option value="tlh">Klingon (tlh)</option>' in text
        assert "Counts &lt;b&gt;something&lt;/b&gt;." in text
        assert str(page) in capsys.readouterr().out
        assert run(words) == 2
        assert "exists" in capsys.readouterr().err
        assert page.read_text(encoding="utf8") == text


def test_where_nothing_can_be_chosen_it_says_so(tmp_path, capsys):
    page = tmp_path / "page.html"
    assert run(["--only", "kernel-nlp-quickstart", "quickstart", "-o", str(page)]) == 2
    assert "is installed, so there is nothing to choose from" in capsys.readouterr().err
    assert not page.exists()
