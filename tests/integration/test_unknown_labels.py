"""Labels that come up after the first look at the data: learnt, or named; in every component, never dropped in silence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel.cli.run import run
from kernel.errors import KernelError, KernelWarning
from kernel.training import Example

from ..small import BAG_OF_WORDS

CONFIG = Path(__file__).parents[2] / "configs" / "textcat.cfg"


def test_warning_at_the_first_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = [{"text": "one", "cats": {"A": 1, "B": 0}}, {"text": "two", "cats": {"A": 0, "B": 1}}]
    for part, rows in (("train", known), ("dev", [*known, {"text": "three", "cats": {"D": 1, "C": 0}}])):
        (tmp_path / f"{part}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf8")
    paths = [
        word for part in ("train", "dev") for word in (f"--paths.{part}", str(tmp_path / f"{part}.jsonl"))
    ]
    limits = ["--training.max_steps", "2", "--training.eval_frequency", "1"]
    assert run(["train", str(CONFIG), *paths, *limits]) == 0
    error = capsys.readouterr().err
    assert error.count("'textcat'") == 1
    assert "corpora.dev has labels that 'textcat' did not see in training: C, D" in error


def test_warning_at_the_first_evaluation_of_a_streamed_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"text": "one", "cats": {"A": 1, "B": 0}}, {"text": "two", "cats": {"A": 0, "B": 1}}]
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, rows * 10)), "utf8")
    (tmp_path / "dev.jsonl").write_text(json.dumps({"text": "three", "cats": {"D": 1, "A": 0}}), "utf8")
    paths = [
        word for part in ("train", "dev") for word in (f"--paths.{part}", str(tmp_path / f"{part}.jsonl"))
    ]
    limits = ["--training.max_steps", "3", "--training.eval_frequency", "1", "--training.max_epochs", "-1"]
    assert run(["train", str(CONFIG), *paths, *limits]) == 0
    error = capsys.readouterr().err
    assert error.count("corpora.dev has labels that 'textcat' did not see in training: D") == 1


MODEL = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 8,
    "depth": 1,
    "embed_size": 20,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": False,
}
# Component -> its model, gold of a document with a label, how its errors call a label; None if it learns new ones.
COMPONENTS: dict[str, tuple[dict[str, Any], Callable[[str], dict[str, Any]], str | None]] = {
    "textcat": (BAG_OF_WORDS, lambda label: {"cats": {label: 1}}, "category"),
    "textcat_multilabel": (
        {**BAG_OF_WORDS, "exclusive_classes": False},
        lambda label: {"cats": {label: 1}},
        "category",
    ),
    "tagger": (
        {"@architectures": "kernel.Tagger.v2", "tok2vec": MODEL},
        lambda label: {"tags": [label]},
        "tag",
    ),
    "ner": (
        {
            "@architectures": "kernel.TransitionBasedParser.v2",
            "tok2vec": MODEL,
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": 8,
            "maxout_pieces": 2,
            "use_upper": True,
        },
        lambda label: {"entities": [f"U-{label}"]},
        None,
    ),
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_label_met_after_the_first_look_is_learnt_or_named(name: str) -> None:
    model, gold, kind = COMPONENTS[name]
    nlp = kernel.blank("xx")
    nlp.add_pipe(name, config={"model": model})
    old = [Example.from_dict(nlp.make_doc("one"), gold(label)) for label in "AB"]
    nlp.initialize(lambda: old)
    late = Example.from_dict(nlp.make_doc("three"), gold("LATE"))
    if kind is None:
        nlp.update([*old, late])
        assert "LATE" in nlp.get_pipe(name).labels
    else:
        with pytest.raises(KernelError, match=f"the gold {kind} 'LATE' is not among the 2 labels"):
            nlp.update([*old, late])


@pytest.mark.parametrize("name", ["textcat", "textcat_multilabel"])
def test_categories_besides_given_labels_are_named_and_teach_nothing(name: str) -> None:
    model, gold, _ = COMPONENTS[name]
    nlp = kernel.blank("xx")
    component: Any = nlp.add_pipe(name, config={"model": model})
    others = [Example.from_dict(nlp.make_doc("one"), gold("X")) for _ in range(2)]
    component.initialize(lambda: others, nlp=nlp, labels=["A", "B"])
    with pytest.warns(KernelWarning, match="'X', which is not among the labels that initialize was given"):
        assert not component.learnable(others)
    again = kernel.blank("xx")
    loaded: Any = again.add_pipe(name, config={"model": model}).from_bytes(component.to_bytes())
    with pytest.warns(KernelWarning, match="'X'"):
        assert not loaded.learnable([Example.from_dict(again.make_doc("one"), gold("X"))])
