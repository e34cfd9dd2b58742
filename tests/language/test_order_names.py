"""The name of one component is as good as a list of one."""

import pytest

from kernel import load
from kernel.errors import UsageError
from kernel.language import Language
from kernel.language.factories import find_factory

from .learners import example, shared, weights


def pipeline():
    nlp = Language()
    nlp.add_pipe("mark", name="a")
    nlp.add_pipe("mark", name="b")
    nlp.vocab.strings.add("kept")
    return nlp


@pytest.mark.usefixtures("marks")
def test_one_part_is_left_out_of_saving_and_loading(tmp_path):
    nlp = pipeline()
    for name in ("vocab", "tokenizer"):
        nlp.to_disk(tmp_path / "m", exclude=name)
        assert not (tmp_path / "m" / name).exists()
        assert nlp.to_bytes(exclude=name) == nlp.to_bytes(exclude=[name]) != nlp.to_bytes()
        other = pipeline()
        assert other.from_bytes(nlp.to_bytes(exclude=name), exclude=name).from_disk(
            tmp_path / "m", exclude=name
        )
    nlp.to_disk(tmp_path / "m")
    assert Language.from_disk(tmp_path / "m", exclude="a").component_names == ["b"]
    assert Language.from_disk(tmp_path / "m", exclude=iter(["a", "vocab"])).component_names == ["b"]
    assert "kept" not in Language.from_disk(tmp_path / "m", exclude=iter(["a", "vocab"])).vocab.strings


@pytest.mark.usefixtures("marks")
def test_one_component_is_disabled_or_enabled(tmp_path):
    nlp = pipeline()
    assert nlp("x", disable="a").text == "x"
    assert [doc.text for doc in nlp.pipe(["x"], disable="b")] == ["x"]
    nlp.to_disk(tmp_path / "m")
    for build in (
        lambda **named: load(tmp_path / "m", **named),
        lambda **n: Language.from_config(nlp.config, **n),
    ):
        assert build(disable="a").pipe_names == build(enable="b").pipe_names == ["b"]
        assert build(enable=[]).pipe_names == build(enable=iter(())).pipe_names == []
        assert build(enable=[]).component_names == ["a", "b"]
        assert build().pipe_names == build(disable=[]).pipe_names == ["a", "b"]
        assert build(exclude="a").component_names == ["b"]


@pytest.mark.usefixtures("learners")
def test_one_component_to_update_or_to_replace():
    nlp = shared("one", "two")
    examples = [example(nlp, y=1.0)]
    optimizer = nlp.initialize(lambda: examples)
    before = weights(nlp, "one"), weights(nlp, "two")
    nlp.update(examples, sgd=optimizer, exclude="one", annotates="source")
    assert weights(nlp, "one") == before[0] and weights(nlp, "two") != before[1]

    @Language.component("test_assigns", assigns="doc.ents", requires="doc.tensor")
    def component(doc):
        return doc

    meta = find_factory("test_assigns", None)[1]
    assert (meta.assigns, meta.requires) == (("doc.ents",), ("doc.tensor",))


@pytest.mark.usefixtures("marks")
def test_contradictions_are_refused_when_building_as_well():
    nlp = pipeline()
    assert Language.from_config(nlp.config, disable="a", enable="b").pipe_names == ["b"]
    with pytest.raises(UsageError, match="contradict each other: both name a"):
        Language.from_config(nlp.config, disable="a", enable="a")
    config = nlp.config.copy()
    config["nlp"]["disabled"] = ["a"]
    assert Language.from_config(config, enable=["a", "b"]).pipe_names == ["a", "b"]
    assert Language.from_config(config, disable="b").pipe_names == []
