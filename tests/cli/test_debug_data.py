"""`kernel debug data`: what it says of corpora, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from kernel import blank, registry
from kernel.cli.run import run

from ..small import json_lines, textcat_config

pytestmark = pytest.mark.needs(
    "kernel-nlp-languages",
    "kernel-nlp-components",
    "kernel-nlp-architectures",
    "kernel-nlp-readers",
    "kernel-nlp-batchers",
    "kernel-nlp-callbacks",
)

CONFIG = textcat_config()
NUMBERS = """
[nlp]
lang = "numbers"
[components.line.model]
@architectures = "numbers.Line.v1"
[corpora.train]
@readers = "numbers.Rows.v1"
path = "rows.txt"
[corpora.dev]
@readers = "numbers.Rows.v1"
path = "rows.txt"
[training.batcher]
@batchers = "kernel.batch_by_sequence.v1"
size = 8
[training.optimizer]
@optimizers = "Adam.v1"
"""
CODE = """
from kernel import registry
from kernel.component import Component, Finding
from kernel.errors import DataError
from kernel.language import Language

class Looker(Component):
    def __call__(self, doc):
        return doc

    def debug(self, train, dev):
        yield Finding("info", f"{len(train)} and {len(dev)}", ("one", "two"))
        if self.name == "broken":
            raise DataError("the data are odd")
        if self.name == "faulty":
            raise ValueError("oops")

@Language.factory("looker")
def looker(nlp, name: str):
    return Looker(name)

@Language.component("function")
def function(doc):
    return doc

@registry.readers("test.Nothing.v1")
def nothing(path: str):
    return lambda nlp: []
"""


def write(name: str, rows: list[dict[str, Any]]) -> None:
    Path(name).write_text(json_lines(rows), "utf8")


def texts(number: int, start: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [
        {"text": f"This is text {i}.", "cats": {"A": i % 2, "B": 1 - i % 2}, **more}
        for i in range(start, start + number)
    ]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("config.cfg").write_text(CONFIG)
    Path("parts.py").write_text(CODE)
    write("train.jsonl", texts(120))
    write("dev.jsonl", texts(10, start=200))
    with registry.restored():
        yield


@pytest.fixture
def look(capsys: pytest.CaptureFixture[str]):
    """Run the command; gives topic -> [(level, text with items)], after checking the exit code."""

    def run_and_read(*args: str, code: int = 0) -> dict[str, list[tuple[str, str]]]:
        assert run(["debug", "data", "config.cfg", "--format", "json", *args]) == code
        report = json.loads(capsys.readouterr().out)
        levels = [one["level"] for found in report["topics"].values() for one in found]
        assert report["counts"] == {level: levels.count(level) for level in ("good", "info", "warn", "fail")}
        return {
            topic: [(one["level"], ": ".join([one["message"], *one["items"]])) for one in found]
            for topic, found in report["topics"].items()
        }

    return run_and_read


def has(findings: list[tuple[str, str]], level: str, text: str) -> bool:
    return any(one == level and text in message for one, message in findings)


def test_data_without_a_fault(look) -> None:
    write("train.jsonl", texts(2000))
    write("dev.jsonl", texts(10, start=3000))
    topics = look()
    assert not [message for found in topics.values() for level, message in found if level in ("warn", "fail")]
    assert has(topics["files"], "good", "corpora.train: 2,000 examples")
    assert has(topics["files"], "good", "can be initialized")
    assert has(topics["training"], "info", "language en, pipeline textcat")
    assert has(topics["words"], "info", "10,000 words, 2,004 different ones")
    assert has(topics["words"], "info", "'.' (2,000)")
    assert has(topics["textcat"], "info", "2 labels: A (1,000): B (1,000)")
    assert has(topics["vectors"], "info", "no word vectors")


@pytest.mark.parametrize(("number", "level", "code"), [(99, "fail", 1), (100, "warn", 0), (1999, "warn", 0)])
def test_how_much_there_is_to_train_on(look, number: int, level: str, code: int) -> None:
    write("train.jsonl", texts(number))
    write("dev.jsonl", texts(10, start=3000))
    assert has(look(code=code)["training"], level, f"{number:,} documents to train on")


def test_annotated_sentences_count(look) -> None:
    sents = [{"start": 0, "end": 7}, {"start": 8, "end": 15}]
    numbered = enumerate(texts(60), start=10)
    records = [{**record, "text": f"One {n}. Two {n}.", "sents": sents} for n, record in numbered]
    write("train.jsonl", records)
    write("dev.jsonl", texts(10, start=3000))
    assert has(
        look()["training"], "warn", "120 sentences to train on, in 60 documents, are few; 2,000 or more"
    )


def nothing_in(part: str) -> list[str]:
    return [f"--corpora.{part}", '{"@readers": "test.Nothing.v1", "path": ""}']


def test_nothing_to_evaluate_on(look) -> None:
    topics = look("--code", "parts.py", *nothing_in("dev"), code=1)
    assert has(topics["files"], "fail", "corpora.dev: 0 examples")
    assert has(topics["training"], "fail", "no documents to evaluate on")


def test_nothing_to_train_on(look) -> None:
    topics = look("--code", "parts.py", *nothing_in("train"), code=1)
    assert has(topics["files"], "fail", "corpora.train: 0 examples")


def test_texts_in_both_parts_and_repeated_ones(look) -> None:
    write("train.jsonl", [*texts(120), *texts(2)])
    write("dev.jsonl", texts(5, start=118))
    found = look()["training"]
    assert has(found, "warn", "2 documents to evaluate on are among those to train on: 'This is text 118.'")
    assert has(found, "info", "2 documents to train on repeat others")


def test_words_with_other_borders_than_the_annotated_ones(look) -> None:
    rows = [
        {
            "text": "welcome home",
            "words": ["wel", "come", "home"],
            "spaces": [False, True, False],
            "cats": {"A": 1, "B": 0},
        }
    ]
    write("dev.jsonl", [*rows, *texts(2, start=300)])
    assert has(look()["words"], "warn", "1 of 12 words (8.3%) to evaluate on")


def test_labels_of_one_part_only(look) -> None:
    write("dev.jsonl", [{"text": "New.", "cats": {"A": 1, "C": 0}}])
    found = look()["textcat"]
    assert has(found, "warn", "only documents to evaluate on have these labels: C")
    assert has(found, "info", "no document to evaluate on has these labels: B")


def test_what_cannot_be_initialized_fails_and_the_rest_is_still_looked_at(look) -> None:
    write("train.jsonl", texts(110, cats={"A": 1}))
    topics = look(code=1)
    assert has(topics["files"], "fail", "textcat needs two or more labels")
    assert has(topics["textcat"], "fail", "there is only one category")
    assert topics["words"]


def test_word_vectors(look) -> None:
    nlp = blank("en")
    for word in ("This", "is", "text"):
        nlp.vocab.set_vector(word, [1.0, 2.0])
    nlp.to_disk("vectors")
    found = look("--initialize.vectors", "vectors")["vectors"]
    assert has(found, "info", "3 keys")
    assert has(found, "warn", "121 of 124 different words have no vector; they make 40.0% of all words")


def test_components_bring_their_own_findings(look) -> None:
    add = ["--code", "parts.py", "--components.function.factory", "function"]
    for name in ("quiet", "broken"):
        add += [f"--components.{name}.factory", "looker"]
    topics = look(*add, "--nlp.pipeline", '["textcat", "function", "quiet", "broken"]', code=1)
    assert topics["quiet"] == [("info", "120 and 10: one: two")]
    assert topics["broken"] == [("info", "120 and 10: one: two"), ("fail", "the data are odd")]
    assert "function" not in topics


def test_a_component_that_breaks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    args = [
        "--code",
        "parts.py",
        "--components.faulty.factory",
        "looker",
        "--nlp.pipeline",
        '["textcat", "faulty"]',
    ]
    assert run(["debug", "data", "config.cfg", *args]) == 1
    error = capsys.readouterr().err
    assert "component 'faulty' failed to check the data: ValueError: oops" in error
    assert "Traceback" not in error


def test_copied_components_need_less_data(look) -> None:
    write("train.jsonl", texts(20))
    nlp = blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk("model")
    add = ["--components.sentencizer.source", "model", "--nlp.pipeline", '["sentencizer", "textcat"]']
    found = look(*add, "--training.frozen_components", '["sentencizer"]')["training"]
    assert has(found, "info", "trained before: sentencizer")
    assert has(found, "info", "frozen: sentencizer")
    assert not has(found, "fail", "documents")


def test_report_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    write("dev.jsonl", texts(15, start=100))
    assert run(["debug", "data", "config.cfg"]) == 0
    out = capsys.readouterr().out
    assert "training\n  info  language en" in out
    assert "'This is text 100.'" in out and "and 5 more" in out
    assert out.endswith("2 warnings, 0 failures\n")
    assert run(["debug", "data", "config.cfg", "--verbose"]) == 0
    out = capsys.readouterr().out
    assert "'This is text 114.'" in out and "more\n" not in out
    assert run(["debug", "data", "config.cfg", "--ignore-warnings"]) == 0
    assert "warn  " not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--paths.train", "absent.jsonl"], "absent.jsonl"),
        (["--paths.dev", "null"], "has no path"),
        (["--components.textcat.threshhold", "1"], "threshhold"),
        (["--training.train_corpus", "corpora.tarin"], "corpora.tarin"),
    ],
)
def test_config_and_files_that_cannot_be_used(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["debug", "data", "config.cfg", *args]) == 2
    error = capsys.readouterr().err
    assert message in error and "Traceback" not in error


def test_a_pipeline_without_text(look) -> None:
    numeric = Path(__file__).parents[1] / "integration" / "numeric.py"
    Path("config.cfg").write_text(NUMBERS)
    Path("rows.txt").write_text("1 2 3\n2 3 4\n")
    topics = look("--code", str(numeric))
    assert topics["files"][-1] == ("good", "the pipeline can be initialized")
    assert list(topics) == ["files"]
