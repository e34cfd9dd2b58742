"""Several sources in one pipeline, components that listen to two, listeners inside of other layers, and how much each teaches."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from thinc.api import Maxout, Model, chain, concatenate, with_array

import kernel
from kernel import Config, registry
from kernel.errors import ConfigError, UsageError
from kernel.language import Language
from kernel.listeners import find_listeners
from kernel.numeric.random import scope
from kernel.testing.gradients import parameters, randomise
from kernel.tokens import DocBin
from kernel.training.loop import train
from kernel.training.prepare import prepare
from kernel.training.resume import check, find
from kernel.training.run import Run

from .transfer import EMBEDDING, LISTENER, MODELS, WIDTH, check_learning, config, examples

pytestmark = pytest.mark.needs("kernel-nlp-components", "kernel-nlp-architectures")

FIRST = {"factory": "tok2vec", "model": EMBEDDING}
SECOND = {"factory": "tok2vec", "model": {**EMBEDDING, "window_size": 2}}


def listener(**settings: Any) -> dict[str, Any]:
    return {**LISTENER, **settings}


def tagger(tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {"factory": "tagger", "model": {**MODELS["tagger"], "tok2vec": tok2vec}}


def both(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    """A tagger that takes two embeddings side by side."""
    return tagger({"@architectures": "tst.Both.v1", "one": one, "two": two})


@pytest.fixture(autouse=True)
def architectures() -> Iterator[None]:
    with registry.restored():

        @registry.architectures("tst.Both.v1")
        def side_by_side(one: Model, two: Model) -> Model:
            mixed = with_array(Maxout(WIDTH, 2 * WIDTH, nP=2))
            model = chain(concatenate(one, two), mixed)
            model.set_dim("nO", WIDTH)
            return model

        @registry.architectures("tst.Around.v1")
        def around(inner: Model) -> Model:
            # Its forward function has the layer from here, not from the layers of the model.
            def forward(model: Model, docs: Any, is_train: bool) -> Any:
                made, backprop = inner(docs, is_train)
                return [2 * rows for rows in made], lambda d: backprop([2 * rows for rows in d])

            return Model("around", forward, layers=[inner], dims={"nO": WIDTH}, refs={"inner": inner})

        yield


def made(blocks: dict[str, Any], **training: Any) -> Language:
    nlp: Language = Language.from_config(config(blocks, **training))
    nlp.initialize(lambda: examples(nlp))
    for model in nlp.all_models().values():
        randomise(model)
    return nlp


def tags(nlp: Language) -> list[list[str]]:
    return [[token.tag_ for token in nlp(example.predicted)] for example in examples(nlp)]


def test_two_sources_and_a_component_that_listens_to_both() -> None:
    nlp = made(
        {
            "first": FIRST,
            "of_first": tagger(listener()),
            "second": SECOND,
            "named": tagger(listener(upstream="first")),
            "nearest": tagger(listener()),
            "both": both(listener(upstream="first"), listener(upstream="second")),
            "twice": both(listener(upstream="first"), listener(upstream="first")),
        }
    )
    heard = {name: nlp.get_pipe(name).channel.owners for name in ("first", "second")}
    assert heard == {"first": ["of_first", "named", "both", "twice"], "second": ["nearest", "both"]}
    assert check_learning(nlp, examples(nlp)) == set(nlp.pipe_names)


@pytest.mark.parametrize("annotating", [[], ["upper"], ["lower"]])
def test_a_source_may_listen_to_a_source(annotating: list[str]) -> None:
    upper = {**FIRST, "model": both(listener(), listener())["model"]["tok2vec"]}
    nlp = made(
        {
            "lower": FIRST,
            "upper": upper,
            "tagger": tagger(listener()),
            "low": tagger(listener(upstream="lower")),
        },
        annotating_components=annotating,
    )
    assert nlp.get_pipe("lower").channel.owners == ["upper", "low"]
    assert check_learning(nlp, examples(nlp)) == {"lower", "upper", "tagger", "low"}


def test_the_copy_of_a_source_that_listens_has_a_copy_of_its_own(tmp_path: Path) -> None:
    upper = {**FIRST, "model": both(listener(), listener())["model"]["tok2vec"]}
    nlp = made({"lower": FIRST, "upper": upper, "tagger": tagger(listener())})
    expected = tags(nlp)
    nlp.to_disk(tmp_path / "base")
    nlp.replace_listeners("upper", "tagger", ["model.tok2vec"])
    assert tags(nlp) == expected
    assert not find_listeners(nlp.get_pipe("tagger").model)
    block = taken_from(tmp_path / "base", replace_listeners=["model.tok2vec"])
    alone: Language = Language.from_config(config({"tagger": block}))
    assert tags(alone) == expected
    assert alone.get_pipe("tagger").to_bytes() == nlp.get_pipe("tagger").to_bytes()
    alone.to_disk(tmp_path / "alone")
    assert tags(kernel.load(tmp_path / "alone")) == expected
    alone.initialize(lambda: examples(alone))
    assert check_learning(alone, examples(alone)) == {"tagger"}


def test_what_was_replaced_by_hand_is_taken_again_from_the_saved_config(tmp_path: Path) -> None:
    made({"first": FIRST, "tagger": tagger(listener())}).to_disk(tmp_path / "base")
    base = tmp_path / "base"
    nlp: Language = Language.from_config(config({"first": taken_from(base), "tagger": taken_from(base)}))
    nlp.replace_listeners("first", "tagger", ["model.tok2vec"])
    nlp.to_disk(tmp_path / "changed")
    saved = Config.from_disk(tmp_path / "changed" / "config.cfg")
    assert saved["components"]["tagger"]["replace_listeners"] == ["model.tok2vec"]
    assert Language.from_config(saved).get_pipe("tagger").to_bytes() == nlp.get_pipe("tagger").to_bytes()


def taken_from(folder: Path, **settings: Any) -> dict[str, Any]:
    return {"source": str(folder), **settings}


@pytest.mark.parametrize("factor", [0, 0.5, [0.25, 0.75]])
def test_what_a_listener_teaches_is_multiplied(factor: Any) -> None:
    nlp = made(
        {
            "first": FIRST,
            "second": SECOND,
            "tagger": tagger(listener(upstream="first", grad_factor=factor)),
            "both": both(
                listener(upstream="first", grad_factor=0.125), listener(upstream="second", grad_factor=2)
            ),
        }
    )
    at = {0: 0, 0.5: 0.5}.get(factor if isinstance(factor, int | float) else -1, 0.25)
    factors = {("first", "tagger"): at, ("first", "both"): 0.125, ("second", "both"): 2.0}
    assert check_learning(nlp, examples(nlp), factors=factors) == set(nlp.pipe_names)


def test_sources_that_are_renamed_moved_and_removed() -> None:
    nlp = made(
        {
            "first": FIRST,
            "second": SECOND,
            "tagger": tagger(listener()),
            "named": tagger(listener(upstream="first")),
        }
    )
    expected = tags(nlp)
    nlp.rename_pipe("second", "third")
    assert tags(nlp) == expected and nlp.get_pipe("third").channel.owners == ["tagger"]
    assert check_learning(nlp, examples(nlp)) == set(nlp.pipe_names)
    with pytest.raises(
        UsageError, match="'first' can't be renamed: a listener in 'named' asks for it by name"
    ):
        nlp.rename_pipe("first", "base")
    nlp.remove_pipe("third")
    assert nlp.get_pipe("first").channel.owners == ["tagger", "named"]
    assert check_learning(nlp, examples(nlp)) == {"first", "tagger", "named"}
    nlp.remove_pipe("first")
    with pytest.raises(ConfigError, match="'named' listens to 'first', which does not come before it"):
        nlp.initialize(lambda: examples(nlp))


def test_a_source_after_its_listener_is_refused() -> None:
    with pytest.raises(ConfigError, match="Put 'second' before 'named' in nlp.pipeline"):
        made({"first": FIRST, "named": tagger(listener(upstream="second")), "second": SECOND})


@pytest.mark.parametrize("chosen", [["one"], ["two"], ["two", "one"]])
def test_each_listener_is_replaced_by_a_copy_of_its_own_source(chosen: list[str], tmp_path: Path) -> None:
    nlp = made(
        {
            "first": FIRST,
            "second": SECOND,
            "both": both(listener(upstream="first"), listener(upstream="second")),
        }
    )
    expected = tags(nlp)
    nlp.to_disk(tmp_path / "base")
    paths = [f"model.tok2vec.{name}" for name in chosen]
    upstream = {"one": "first", "two": "second"}
    kept = [upstream[name] for name in upstream if name not in chosen]
    blocks: dict[str, Any] = {name: {"source": str(tmp_path / "base")} for name in kept}
    blocks["both"] = {"source": str(tmp_path / "base"), "replace_listeners": paths}
    copy: Language = Language.from_config(config(blocks))
    assert tags(copy) == expected
    model = copy.get_pipe_config("both")["model"]["tok2vec"]
    for name in chosen:
        assert model[name]["window_size"] == {"one": 1, "two": 2}[name]
    assert [node.attrs["listener"].upstream for node in find_listeners(copy.get_pipe("both").model)] == kept
    copy.initialize(lambda: examples(copy))
    assert check_learning(copy, examples(copy)) == {*kept, "both"}
    copy.to_disk(tmp_path / "copy")
    assert tags(kernel.load(tmp_path / "copy")) == tags(copy)
    # The same by hand, one source after the other.
    for name in chosen:
        nlp.replace_listeners(upstream[name], "both", [f"model.tok2vec.{name}"])
    assert tags(nlp) == expected
    assert nlp.get_pipe("both").to_bytes() == Language.from_config(config(blocks)).get_pipe("both").to_bytes()


def test_a_listener_in_a_layer_that_holds_on_to_it() -> None:
    nlp = made({"first": FIRST, "tagger": tagger({"@architectures": "tst.Around.v1", "inner": listener()})})
    assert check_learning(nlp, examples(nlp)) == {"first", "tagger"}
    expected = tags(nlp)
    nlp.replace_listeners("first", "tagger", ["model.tok2vec.inner"])
    nlp.remove_pipe("first")
    assert tags(nlp) == expected
    assert check_learning(nlp, examples(nlp)) == {"tagger"}
    assert nlp.get_pipe("tagger").model.get_ref("tok2vec").get_ref("inner").name != "listener"


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (
            ["model"],
            "components.both.model is not the block of a listener\n.*replaced: model.tok2vec.one, model.tok2vec.two",
        ),
        (["model.tok2vec"], "components.both.model.tok2vec is not the block of a listener"),
        (
            ["model.tok2vec.three"],
            "components.both.model.tok2vec.three is not a block of the config.*\n.*model.tok2vec.one",
        ),
        (["model.tok2vec.one", "model.tok2vec.one"], "names components.both.model.tok2vec.one twice"),
    ],
)
def test_a_wrong_path_is_told_with_those_that_exist(paths: list[str], message: str, tmp_path: Path) -> None:
    nlp = made({"first": FIRST, "second": SECOND, "both": both(listener(upstream="first"), listener())})
    before, data = nlp.config.to_str(), nlp.to_bytes()
    nlp.to_disk(tmp_path / "base")
    with pytest.raises(ConfigError, match=message) as caught:
        Language.from_config(config({"both": {"source": str(tmp_path / "base"), "replace_listeners": paths}}))
    assert caught.value.problems[0].path == "components.both.replace_listeners"
    with pytest.raises(UsageError, match="doesn't listen to 'both'|can't listen to component 'both'"):
        nlp.replace_listeners("both", "first", ["model"])
    with pytest.raises(UsageError, match="'first' doesn't listen to 'second', .*\n.*listens to: none"):
        nlp.replace_listeners("second", "first", ["model"])
    assert nlp.config.to_str() == before and nlp.to_bytes() == data


def test_a_disabled_component_gets_its_copy_too() -> None:
    nlp = made({"first": FIRST, "tagger": tagger(listener())})
    expected = tags(nlp)
    with nlp.select_pipes(disable=["tagger"]):
        nlp.replace_listeners("first", "tagger", ["model.tok2vec"])
    nlp.remove_pipe("first")
    assert tags(nlp) == expected


def test_a_component_is_copied_within_its_own_pipeline() -> None:
    nlp = made({"first": FIRST, "tagger": tagger(listener())})
    nlp.add_pipe("tagger", name="alone", source=nlp, replace_listeners=["model.tok2vec"])
    nlp.add_pipe("tagger", name="again", source=nlp)
    nlp.add_pipe("first", name="second", source=nlp, after="first")
    assert nlp.get_pipe("again").model.get_ref("tok2vec").attrs["listener"].channel.name == "second"
    data = [nlp.get_pipe(name).to_bytes() for name in ("first", "second")]
    assert data[0] == data[1]
    assert check_learning(nlp, examples(nlp)) == {"second", "tagger", "alone", "again"}
    assert "first" not in nlp.models()


def test_parts_of_a_batch_have_the_factor_of_their_step() -> None:
    nlp = made({"first": FIRST, "tagger": tagger(listener(grad_factor=[1.0, 0.5]))})
    plain = made({"first": FIRST, "tagger": tagger(listener())})

    def gradients(pipeline: Language, step: int) -> list[Any]:
        model = pipeline.get_pipe("first").model
        for node, name in parameters(model):
            node.set_grad(name, node.get_param(name) * 0)
        for shard, example in enumerate(examples(pipeline)):
            with scope(seed=0, step=step, shard=shard):
                pipeline.update([example], sgd=False)
        return [node.get_grad(name) for node, name in parameters(model)]

    for step, factor in enumerate([1.0, 0.5, 0.5]):
        for one, other in zip(gradients(nlp, step), gradients(plain, step), strict=True):
            np.testing.assert_allclose(one, factor * other, rtol=1e-5, atol=1e-7)


@pytest.mark.needs("kernel-nlp-batchers", "kernel-nlp-readers")
@pytest.mark.parametrize("factor", ["tst.falling.v1", "tst.drawn.v1"])
def test_a_resumed_run_goes_on_with_the_schedule_of_a_listener(factor: str, tmp_path: Path) -> None:
    @registry.schedules("tst.falling.v1")
    def falling() -> Iterator[float]:
        yield from (1.0, 0.5, 0.25, 0.125)

    @registry.schedules("tst.drawn.v1")
    def drawn() -> Iterator[float]:
        while True:
            yield float(np.random.rand())

    nlp = kernel.blank("en")
    DocBin(docs=[example.reference for example in examples(nlp)]).to_disk(tmp_path / "data.spacy")
    settings = Config(
        config(
            {"first": FIRST, "tagger": tagger(listener(grad_factor={"@schedules": factor}))},
            max_steps=4,
            eval_frequency=4,
            shards=2,
            checkpoint={"every_steps": 1, "every_minutes": 0, "at_evaluation": False},
        )
    )
    settings["paths"] = dict.fromkeys(("train", "dev"), str(tmp_path / "data.spacy"))

    def run(name: str) -> Run:
        return prepare(settings.copy(), output=tmp_path / name)

    list(train(run("straight")))
    with closing(train(run("broken"))) as steps:
        next(steps)
        next(steps)
    again = run("broken")
    left = find(again.output, resume=True)
    assert left is not None and left.step == 2
    check(again, left)
    list(train(again))
    one, other = (tmp_path / name / "model-last" / "first" / "model" for name in ("straight", "broken"))
    assert one.read_bytes() == other.read_bytes()
