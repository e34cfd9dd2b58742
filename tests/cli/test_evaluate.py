import json
from pathlib import Path

import numpy as np
import pytest

from kernel import Config, blank
from kernel.cli.evaluate import reader_block, report
from kernel.cli.run import run
from kernel.tokens import Doc, DocBin

pytestmark = pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-readers")


@pytest.fixture
def data(workplace: Path) -> str:
    """Two documents whose second sentence the pipeline does not see."""
    vocab = blank("en").vocab
    words = ["One", "here", ".", "Two", "there", "."]
    docs = [Doc(vocab, words=words, sent_starts=[True, False, False, True, False, False])]
    docs.append(Doc(vocab, words=["One", "Two", "."], sent_starts=[True, True, False]))
    DocBin(docs=docs).to_disk("data.spacy")
    return "data.spacy"


def test_scores_on_screen_and_in_a_file(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "model", data, "-o", "scores.json"]) == 0
    scores = json.loads(Path("scores.json").read_text())
    assert scores["sents_p"] == pytest.approx(2 / 3)
    assert scores["sents_r"] == pytest.approx(2 / 4)
    printed = {
        " ".join(line.split()[:-1]): line.split()[-1] for line in capsys.readouterr().out.splitlines() if line
    }
    assert (printed["SENT P"], printed["SENT R"]) == ("66.67", "50.00")
    assert any(name.startswith("SPEED") and unit == "words/s" for name, unit in printed.items())


def test_gold_sentences(data: str) -> None:
    assert run(["evaluate", "model", data, "-o", "scores.json", "--gold-preproc"]) == 0
    assert json.loads(Path("scores.json").read_text())["sents_f"] == 1.0


def test_a_pattern(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    pattern = f"{data[:-3]}*"
    assert run(["evaluate", "model", pattern, "-o", "scores.json"]) == 0
    assert run(["evaluate", "model", data, "-o", "again.json"]) == 0
    first, second = (json.loads(Path(name).read_text()) for name in ("scores.json", "again.json"))
    assert {**first, "speed": 0} == {**second, "speed": 0}
    assert run(["evaluate", "model", "none*.spacy"]) == 2
    assert "none*.spacy: no file matches this pattern" in capsys.readouterr().err


def test_per_component(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "model", data, "--per-component"]) == 0
    assert "\nsentencizer\n  SENT P" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["model", "nothing.spacy"], "nothing.spacy: no such file"),
        (["nothing", "data.spacy"], "can't find the pipeline 'nothing'"),
        (["model", "data.spacy", "-o", "data.spacy/scores.json"], "can't write data.spacy/scores.json"),
    ],
)
def test_bad_arguments(data: str, capsys: pytest.CaptureFixture[str], args: list[str], message: str) -> None:
    assert run(["evaluate", *args]) == 2
    assert message in capsys.readouterr().err


def test_the_reader_of_the_development_corpus_without_its_limits() -> None:
    config = Config.from_str(
        """
[corpora]
[corpora.dev]
@readers = "acme.Reader.v1"
path = "dev.txt"
limit = 5
flavour = "sour"
"""
    )
    assert reader_block(config, Path("data"), True) == {
        "@readers": "acme.Reader.v1",
        "path": "data",
        "limit": 0,
        "flavour": "sour",
    }


def test_the_general_reader_if_the_own_one_takes_no_path() -> None:
    config = Config.from_str('[corpora]\n[corpora.dev]\n@readers = "acme.Stream.v1"\n')
    assert reader_block(config, Path("data"), True)["@readers"] == "kernel.Corpus.v1"


def test_report() -> None:
    scores = {
        "speed": 12345.6,
        "mse": 0.25,
        "ents_f": 0.5,
        "cats_macro_auc": 0.75,
        "cats_score": None,
        "odd_f": 12.5,
        "missing": None,
        "cats_auc_per_type": {"A": 0.5, "B": None},
        "counts": {"A": 0.5},
        "ents_per_type": {"ORG": {"p": 1.0, "r": 0.5, "f": None}},
    }
    assert report(scores) == [
        "NER F                50.00",
        "TEXTCAT                  -",
        "cats_macro_auc       75.00",
        "SPEED               12,346 words/s",
        "",
        "not in percent",
        "mse                 0.2500",
        "odd_f              12.5000",
        "missing                  -",
        "",
        "cats_auc_per_type",
        "  A       50.00",
        "  B           -",
        "",
        "counts",
        "  A      0.5000",
        "",
        "ents_per_type",
        "          P       R       F",
        "ORG  100.00   50.00       -",
    ]


def test_the_score_of_a_linker_is_in_percent() -> None:
    lines = report({"nel_score": 0.5, "nel_micro_f": 0.25})
    assert [line.split() for line in lines] == [["NEL", "50.00"], ["nel_micro_f", "25.00"]]


def test_lists_of_numbers_are_shown_as_they_are() -> None:
    scores = {"acc": 0.5, "by_label": np.array([0.25, 1.0]), "counts": [1, 2], "one": np.array(3)}
    assert report(scores) == [
        "acc            50.00",
        "",
        "not in percent",
        "one           3.0000",
        "by_label  [0.25, 1.0]",
        "counts    [1, 2]",
    ]
    assert report({"nested": {"a": np.zeros(2)}}) == ["", "nested", "  a  [0.0, 0.0]"]


def test_scores_for_a_pipe(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "model", data, "-o", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["sents_p"] == pytest.approx(2 / 3)
    assert "SENT P" in captured.err and not Path("-").exists()


@pytest.mark.needs("kernel-nlp-architectures")
@pytest.mark.parametrize(
    ("cats", "warning"),
    [
        ({}, "rows.jsonl has no label for 'textcat', so that its scores say nothing. It holds 1 document"),
        ({"C": 1, "D": 0}, "rows.jsonl has labels that 'textcat' did not see in training: C, D"),
        ({"A": 1, "B": 0}, None),
    ],
)
def test_gold_that_says_nothing_is_warned_of(
    workplace: Path, capsys: pytest.CaptureFixture[str], cats: dict[str, int], warning: str | None
) -> None:
    nlp = blank("en")
    textcat = nlp.add_pipe("textcat")
    for label in "AB":
        textcat.add_label(label)
    nlp.initialize()
    nlp.to_disk("classifier")
    Path("rows.jsonl").write_text(json.dumps({"text": "one", "cats": cats}) + "\n")
    capsys.readouterr()
    assert run(["evaluate", "classifier", "rows.jsonl"]) == 0
    error = capsys.readouterr().err
    assert (warning in error) if warning else ("rows.jsonl" not in error)
