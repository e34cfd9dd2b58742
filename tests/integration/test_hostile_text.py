"""Names and texts of strangers reach the terminal as text: nothing of them is obeyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kernel import blank
from kernel.language import Language
from kernel.testing import write_distribution
from kernel.testing.box import Box, Result
from kernel.tokens import Doc, Example

from ..small import json_lines

pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-readers",
    "kernel-nlp-batchers",
)

EVIL = "\x1b[2J\x1b]0;owned\x07\u202e\x9b1A"
SHOWN = "\\x1b[2J\\x1b]0;owned\\x07\\u202e\\x9b1A"


def assert_visible(result: Result) -> str:
    """What a command printed, in which a terminal finds nothing to obey but the ends of lines."""
    text = result.stdout + result.stderr
    assert not {mark for mark in text if mark in EVIL and not mark.isprintable()}
    return text


@pytest.fixture
def model(box: Box) -> Path:
    """A saved pipeline with hostile labels and a hostile meta.json."""
    nlp = blank("en")
    nlp.add_pipe("textcat")
    nlp.add_pipe("sentencizer")
    examples = [example(nlp, "Good.", "good"), example(nlp, "Bad.", f"bad{EVIL}\nerror: no")]
    nlp.initialize(lambda: examples)
    path = box.path / "model"
    nlp.to_disk(path)
    meta = json.loads((path / "meta.json").read_text(encoding="utf8"))
    meta |= {"description": f"fine{EVIL}\nkernel: 9.9", "author": [EVIL], "license": {"name": EVIL}}
    (path / "meta.json").write_text(json.dumps(meta), encoding="utf8")
    (path / "manifest.json").unlink()
    rows = [{"text": one.text, "cats": one.reference.cats} for one in examples]
    box.file("dev.jsonl", json_lines(rows))
    return path


def example(nlp: Language, text: str, label: str) -> Example:
    doc: Doc = nlp.make_doc(text)
    others = {"good": 0.0, f"bad{EVIL}\nerror: no": 0.0}
    doc.cats = others | {label: 1.0}
    return Example(nlp.make_doc(text), doc)


def test_info_shows_what_meta_says(box: Box, model: Path) -> None:
    text = assert_visible(box.run("info", "model"))
    assert f"description: fine{SHOWN}\\nkernel: 9.9\n" in text
    facts = json.loads(box.run("info", "model", "--json").stdout)
    assert facts["description"] == f"fine{EVIL}\nkernel: 9.9"


def test_evaluate_shows_labels(box: Box, model: Path) -> None:
    text = assert_visible(box.run("evaluate", "model", "dev.jsonl"))
    assert f"bad{SHOWN}\\nerror: no" in text
    assert "\nerror:" not in text


def test_apply_writes_data_as_it_is(box: Box, model: Path) -> None:
    box.file("texts.txt", "One \u202e text.\n")
    result = box.run("apply", "model", "texts.txt", "-")
    assert json.loads(result.stdout)["text"] == "One \u202e text."


@pytest.mark.parametrize("command", ["convert", "apply"])
def test_names_of_files(box: Box, model: Path, command: str) -> None:
    name = "a\x1b[31m\nerror: b.jsonl"
    box.file(name, "{\n")
    args = ["apply", "model", name, "out.jsonl"] if command == "apply" else ["convert", name, "out"]
    result = box.run(*args)
    assert result.exit_code == 2
    assert "a\\x1b[31m\\nerror: b.jsonl" in assert_visible(result)


def test_debug_data_shows_labels(box: Box, model: Path) -> None:
    box.config(
        """
        [nlp]
        lang = "en"
        pipeline = ["textcat"]
        [components.textcat]
        factory = "textcat"
        [corpora.train]
        @readers = "kernel.Corpus.v1"
        path = "dev.jsonl"
        [corpora.dev]
        @readers = "kernel.Corpus.v1"
        path = "dev.jsonl"
        [training.batcher]
        @batchers = "kernel.batch_by_sequence.v1"
        size = 2
        [training.optimizer]
        @optimizers = "Adam.v1"
        """
    )
    text = assert_visible(box.run("debug", "data", "config.cfg", "--verbose"))
    assert f"bad{SHOWN}" in text and "\nerror: no" not in text


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["info"],
        ["plugins", "list"],
        ["plugins", "show", "evil"],
        ["plugins", "check", "evil"],
        ["registry", "list"],
        ["evil-comand"],
        ["registry", "show", "evil.R.v"],
    ],
)
def test_what_packages_say_of_themselves(box: Box, args: list[str]) -> None:
    site = box.path.parent / "evil"
    write_distribution(
        site,
        "evil",
        f"1.0{EVIL}",
        entry_points={
            "kernel_readers": {f"evil.R.v1{EVIL}": f"evil:r{EVIL}"},
            "kernel_cli": {f"evil-command{EVIL}": "evil:c"},
            f"kernel_kind{EVIL}": {"evil.K.v1": "evil:k"},
        },
        modules={"evil": "raise SystemExit"},
    )
    box.env["PYTHONPATH"] = str(site)
    assert assert_visible(box.run(*args, subprocess=True))
