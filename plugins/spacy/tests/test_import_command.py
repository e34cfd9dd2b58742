"""`kernel spacy import` and `kernel spacy export`, with code of one's own."""

import pytest

pytest_plugins = ["kernel.testing"]
pytestmark = pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
CODE = """
from kernel.language import Language


@Language.component("acme_mark")
def mark(doc):
    doc.user_data["words"] = len(doc)
    return doc
"""


def test_a_component_of_ones_own_is_carried_over(box, spacy_folder):
    folder = spacy_folder(blocks={"acme_mark": 'factory = "acme_mark"'})
    box.file("code.py", CODE)
    result = box.run("spacy", "import", str(folder), "ours")
    assert result.exit_code == 2 and "Give its code with --code" in result.stderr
    result = box.run("spacy", "import", str(folder), "ours", "--code", "code.py")
    assert result.exit_code == 0, result
    assert "carried over: vocab, tokenizer, acme_mark" in result.stdout + result.stderr
    result = box.run("spacy", "export", "ours", "theirs", "--code", "code.py")
    assert result.exit_code == 2 and "spaCy has no factory 'acme_mark'" in result.stderr
    result = box.run("package", str(folder), "packages", "--code", "code.py")
    assert result.exit_code == 2 and "kernel spacy import" in result.stderr


def test_a_component_without_its_code_can_be_left_out_of_ours_too(box):
    box.file("code.py", CODE)
    box.file(
        "a.cfg",
        '[nlp]\nlang = "xx"\npipeline = ["acme_mark"]\n\n[components.acme_mark]\nfactory = "acme_mark"\n',
    )
    assert box.run("assemble", "a.cfg", "ours", "--code", "code.py").exit_code == 0
    assert "--code code.py" in box.run("spacy", "export", "ours", "theirs").stderr
    assert box.run("spacy", "export", "ours", "theirs", "--exclude", "acme_mark").exit_code == 0
