"""The ready configs: complete, what `kernel init config` writes, and fit to train."""

from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.config import Config

from ..small import json_lines

FOLDER = Path(__file__).parents[2] / "configs"
READY = sorted(FOLDER.glob("*.cfg"))
SHORT = ["--training.max_steps", "2", "--training.eval_frequency", "2"]


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    """Two small corpora with entities, groups of spans, tags and categories; the overrides that name them."""
    rows = []
    for name, place, topic in (
        ("Ada", "Oslo", "A"),
        ("Ben", "Rome", "B"),
        ("Cleo", "Lima", "A"),
        ("Dov", "Bern", "B"),
    ):
        text = f"{name} went to {place}"
        at = text.index(place)
        ents = [
            {"start": 0, "end": len(name), "label": "PERSON"},
            {"start": at, "end": len(text), "label": "PLACE"},
        ]
        cats = {label: float(label == topic) for label in "AB"}
        rows.append(
            {
                "text": text,
                "words": text.split(),
                "tags": ["N", "V", "P", "N"],
                "ents": ents,
                "spans": {"sc": [*ents, {"start": 0, "end": len(text), "label": "TRIP"}]},
                "cats": cats,
            }
        )
    for part, some in (("train", rows), ("dev", rows[:2])):
        (tmp_path / f"{part}.jsonl").write_text(json_lines(some), "utf8")
    return [
        word for part in ("train", "dev") for word in (f"--paths.{part}", str(tmp_path / f"{part}.jsonl"))
    ]


def test_there_are_ready_configs() -> None:
    names = {path.stem for path in READY}
    assert names >= {"demo", "ner", "spancat", "tagger", "textcat", "textcat_multilabel"}


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_is_complete(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "fill-config", str(path), "--diff"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["ner", "spancat", "tagger", "textcat", "textcat_multilabel"])
def test_is_what_init_config_writes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "config", "-", "--pipeline", name]) == 0
    assert capsys.readouterr().out == (FOLDER / f"{name}.cfg").read_text("utf8")


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_trains(path: Path, data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "output"
    assert run(["train", str(path), "--output", str(output), *data, *SHORT]) == 0, capsys.readouterr().err
    assert Config.from_disk(output / "model-best" / "config.cfg")["training"]["max_steps"] == 2
    assert "warning" not in capsys.readouterr().err


def test_demo_is_about_the_sample_corpus() -> None:
    config = Config.from_disk(FOLDER / "demo.cfg")
    assert config["nlp"]["pipeline"] == ["tok2vec", "ner", "textcat"]
    for part in ("train", "dev"):
        assert (FOLDER.parent / config["paths"][part]).is_file()


def test_data_of_the_demo_have_no_faults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(FOLDER.parent)
    assert run(["debug", "data", str(FOLDER / "demo.cfg")]) == 0
    assert ", 0 failures\n" in capsys.readouterr().out
