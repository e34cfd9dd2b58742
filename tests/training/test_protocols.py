"""What pipelines may leave as it is."""

from pathlib import Path

import pytest
from thinc.api import Linear

from kernel.errors import UsageError
from kernel.saving.saved import Saved
from kernel.training.protocols import MEMBERS, BasePipeline, Pipeline


class Line(BasePipeline):
    def __init__(self) -> None:
        self.model = Linear(1, 2).initialize()

    def models(self):
        return {"line": self.model}

    @classmethod
    def from_disk(cls, path):
        pipeline = cls()
        pipeline.path = path
        return pipeline


def test_defaults():
    line = Line()
    assert line.all_models() == line.models() and line.to_device(-1) is line
    assert (line.score_sources, line.label_data(), line.unknown_labels([]), line.sample_examples()) == (
        {},
        {},
        {},
        [],
    )
    assert (line.example_type, list(line.debug([], [])), set(line.own_sections)) == (
        object,
        [],
        {"nlp", "components"},
    )


def test_every_pipeline_has_a_meta_table_of_its_own():
    one, other = Line(), Line()
    one.meta["name"] = "one"
    assert one.meta == {"name": "one"} and other.meta == {}


def test_what_a_pipeline_cannot_do_is_said():
    for call in (lambda: Line().predict("line", []), lambda: Line().evaluate_components([])):
        with pytest.raises(UsageError, match="Line"):
            call()
    with pytest.raises(NotImplementedError, match=r"BasePipeline must define models\(\)"):
        BasePipeline().models()
    with pytest.raises(NotImplementedError, match=r"BasePipeline must define from_disk\(path\)"):
        BasePipeline.from_disk(Path())


def test_a_saved_pipeline_takes_no_settings():
    saved = Saved(Path("there"), Path("named"), None, {})
    assert Line.from_saved(saved).path == Path("there")
    with pytest.raises(UsageError, match="Line can't be loaded with settings"):
        Line.from_saved(saved, disable=["x"])


def test_the_members_are_those_of_the_protocol():
    assert {"update", "to_disk", "own_sections", "from_saved"} <= set(MEMBERS)
    assert all(hasattr(Pipeline, name) for name in MEMBERS if name != "own_sections")
