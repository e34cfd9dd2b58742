"""`kernel quickstart` goes through the suite of commands, and writes the page whole or not at all."""

from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.testing import CommandSuite


class TestQuickstart(CommandSuite):
    name = "quickstart"
    goldens = Path(__file__).with_name("goldens.json")


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_a_page_is_written(tmp_path, capsys):
    page = tmp_path / "page.html"
    assert run(["quickstart", "-o", str(page)]) == 0
    text = page.read_text(encoding="utf8")
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    assert str(page) in capsys.readouterr().out
    assert run(["quickstart", "-o", str(page)]) == 2
    assert "exists" in capsys.readouterr().err
    assert page.read_text(encoding="utf8") == text
