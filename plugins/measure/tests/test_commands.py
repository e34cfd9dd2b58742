"""The commands as people run them."""

import io
import json
from pathlib import Path

import pytest

from kernel.cli.run import run

pytestmark = [
    pytest.mark.needs(
        "kernel-nlp-languages", "kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-readers"
    ),
    pytest.mark.usefixtures("place"),
]


def test_accuracy(capsys):
    assert run(["evaluate", "model", "dev.jsonl", "-o", "plain.json"]) == 0
    plain = capsys.readouterr().out.splitlines()
    assert (
        run(["benchmark", "accuracy", "model", "dev.jsonl", "-o", "scores.json", "--resamples", "100"]) == 0
    )
    out = capsys.readouterr().out
    lines = out.splitlines()
    # The table of evaluate, with an interval beside each number.
    for one, other in zip(plain, lines, strict=False):
        assert other.startswith(one.rstrip()) or "SPEED" in one
    assert lines[-1] == "40 documents. Intervals: 95 % of 100 resamples."
    scores, expected = (json.loads(Path(name).read_text()) for name in ("scores.json", "plain.json"))
    assert {**scores, "speed": 0} == {
        **expected, "speed": 0, "documents": 40, "level": 0.95, "resamples": 100, "seed": 0, "intervals": scores["intervals"],
    }  # fmt: skip
    for name, (low, high) in scores["intervals"].items():
        assert 0 <= low <= high <= 1, name
    low, high = scores["intervals"]["ents_f"]
    assert low <= scores["ents_f"] <= high and f"{100 * low:.2f} to {100 * high:.2f}" in out
    assert "cats_macro_auc" in scores["intervals"] and "ents_per_type.PERSON.f" in scores["intervals"]
    # It is renewed, as evaluate's are.
    assert run(["benchmark", "accuracy", "model", "dev.jsonl", "-o", "scores.json", "--resamples", "10"]) == 0


def test_accuracy_per_component(capsys):
    assert run(["benchmark", "accuracy", "model", "dev.jsonl", "-P", "--resamples", "20", "-o", "-"]) == 0
    said = capsys.readouterr()
    scores = json.loads(said.out)
    assert set(scores["intervals"]) > {"ner.ents_f", "tokenizer.token_acc"}
    assert "\nner\n  NER P" in said.err and " to " in said.err


def test_equal_seeds_give_equal_intervals():
    found = []
    for seed in ("0", "0", "1"):
        words = [
            "benchmark",
            "accuracy",
            "model",
            "dev.jsonl",
            "-o",
            "s.json",
            "-F",
            "--resamples",
            "50",
            "--seed",
            seed,
        ]
        assert run(words) == 0
        found.append(json.loads(Path("s.json").read_text())["intervals"])
    assert found[0] == found[1] != found[2]


def test_speed(capsys):
    words = [
        "benchmark",
        "speed",
        "model",
        "dev.jsonl",
        "--batch-size",
        "8",
        "--batches",
        "30",
        "--warmup",
        "1",
    ]
    assert run(words) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    mean, low, high = (
        int(each.replace(",", "")) for each in first.split() if each[0].isdigit() and each not in ("95",)
    )
    assert low <= mean <= high and first.endswith(f"and {high:,}")
    assert second.startswith("30 batches of 8 texts, ")
    assert run(["benchmark", "speed", "model", "dev.jsonl", "--batches", "3"]) == 2
    # Without --batch-size as many texts as the config says, which the command line may change.
    assert run([*words[:4], *words[6:], "--nlp.batch_size", "5"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("30 batches of 5 texts, ")
    assert run([*words, "--nlp.batch_sise", "5"]) == 2


def test_profile(capsys, monkeypatch):
    assert run(["debug", "profile", "model", "texts.txt", "--n-texts", "30", "--functions", "5"]) == 0
    out = capsys.readouterr().out
    assert "words/s: 30 texts" in out
    lines = [line.split() for line in out.splitlines() if line]
    start = lines.index(["component", "seconds", "share", "predict", "annotate"])
    rows = lines[start + 1 : start + 4]
    assert [row[0] for row in rows] == ["tokenizer", "textcat_multilabel", "ner"]
    assert rows[0][3:] == ["-", "-"] and all(float(row[1]) >= float(row[3]) for row in rows[1:])
    assert abs(sum(float(row[2].rstrip("%")) for row in rows) - 100) < 0.3
    assert len(lines) == start + 4 + 1 + 5 and "kernel" in out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Some soup.\n")))
    assert run(["debug", "profile", "model", "--functions", "0"]) == 0
    assert "1 texts" in capsys.readouterr().out
    Path("empty.txt").write_text("\n")
    assert run(["debug", "profile", "model", "empty.txt"]) == 2
    assert "empty.txt: the input holds no texts" in capsys.readouterr().err


def test_find_threshold(capsys):
    words = ["find-threshold", "model", "dev.jsonl", "textcat_multilabel", "threshold", "cats_macro_f"]
    assert run([*words, "--n-trials", "5", "--verbose"]) == 0
    said = capsys.readouterr()
    lines = [line.split() for line in said.out.splitlines() if line]
    assert lines[0] == ["threshold", "cats_macro_f"]
    rows = [(float(one), float(other)) for one, other in lines[1:6]]
    assert [threshold for threshold, _ in rows] == [0, 0.25, 0.5, 0.75, 1]
    best = max(rows, key=lambda row: row[1])
    assert lines[6][:5] == ["best:", "threshold", "=", f"{best[0]:g}", "with"]
    assert "40 documents; textcat_multilabel predicts once" in said.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["textcat", "threshold", "cats_macro_f"], 2, "no component 'textcat'"),
        (["ner", "threshold", "ents_f"], 2, "component 'ner' has no number 'threshold' among its settings"),
        (["textcat_multilabel", "threshold", "cats_f"], 2, "no score is called 'cats_f'"),
        (["textcat_multilabel", "threshold", "ents_f"], 0, "whatever threshold is"),
        (["textcat_multilabel", "threshold", "cats_macro_auc"], 0, "whatever threshold is"),
    ],
)
def test_what_find_threshold_says(words, code, message, capsys):
    assert run(["find-threshold", "model", "dev.jsonl", *words, "--n-trials", "3"]) == code
    assert message in capsys.readouterr().err
