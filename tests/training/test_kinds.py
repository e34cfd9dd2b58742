"""Sections of packages that describe runs of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import StrictInt, StrictStr

from kernel import registry
from kernel.config.schemas import Section
from kernel.errors import UsageError
from kernel.registries.family import chosen_by
from kernel.training.kinds import RunKind, kind_of
from kernel.training.output import TRAINING, Models


class Files(Models):
    """Results by other names."""

    last, best = "weights-last", "weights-best"


KIND = RunKind(
    "drill",
    "kernel drill",
    Files(),
    keys={"train_corpus": "corpus"},
    adapted=lambda settings: {**settings, "patience": 7},
)


class Drill(Section):
    """A section of a run."""

    corpora: ClassVar[tuple[str, ...]] = ("corpus",)
    corpus: StrictStr = "corpora.drill"
    """Its corpus."""
    max_steps: StrictInt = 3
    """Its steps."""

    @classmethod
    def run_kind(cls) -> RunKind:
        return KIND


class Other(Section):
    """A section that is nothing but settings."""


@pytest.fixture(autouse=True)
def drill() -> Any:
    with registry.restored():
        registry.sections("drill")(Drill)
        registry.sections("other")(Other)
        yield


def test_the_schema_of_a_section_says_which_kind_it_describes() -> None:
    found = kind_of("drill", TRAINING, chosen_by(None))
    assert (found.section, found.schema, found.results) == ("drill", Drill, KIND.results)
    assert kind_of("training", TRAINING, chosen_by(None)) is TRAINING
    with pytest.raises(UsageError, match=r"the section \[other\] describes no run"):
        kind_of("other", TRAINING, chosen_by(None))


def test_settings_that_a_section_does_not_have_are_as_training_has_them() -> None:
    found = KIND.completed({"corpus": "corpora.drill", "max_steps": 3})
    assert found["train_corpus"] == found["corpus"] == "corpora.drill"
    assert (found["max_steps"], found["eval_frequency"], found["patience"]) == (3, 200, 7)
    assert found["score_weights"] == {} and found["before_update"] is None
    # What [training] has no default for, the section has to have itself.
    assert "optimizer" not in found


def test_keys_have_the_names_of_the_section() -> None:
    assert (KIND.key("train_corpus"), KIND.key("dev_corpus")) == ("corpus", "dev_corpus")
    assert TRAINING.key("train_corpus") == "train_corpus"


def test_the_results_of_training_are_directories(tmp_path: Path) -> None:
    results = TRAINING.results
    assert (results.last, results.best) == ("model-last", "model-best")
    assert results.names(tmp_path) == []
    (tmp_path / "model-last").mkdir()
    assert results.names(tmp_path) == ["model-last"]
    (tmp_path / "model-last" / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="exists and was not saved by kernel"):
        results.check(tmp_path)
