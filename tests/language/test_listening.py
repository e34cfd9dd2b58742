"""Who hears whom."""

import pytest
from thinc.api import Linear

from kernel import Config
from kernel.errors import KernelError, UsageError
from kernel.language import Language
from kernel.language.listening import heard_in_config
from kernel.listeners import Listener
from kernel.registries.family import registry
from kernel.training import Example

from .learners import (
    WIDTH,
    Source,
    Target,
    chained,
    example,
    per_doc,
    shared,
    word_lengths,
)

pytestmark = pytest.mark.usefixtures("learners")


def test_a_listener_without_its_source_says_what_is_missing():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    with (
        nlp.select_pipes(disable="source"),
        pytest.raises(KernelError, match="'target'.*'source', which has not run"),
    ):
        nlp("some text")
    nlp.remove_pipe("source")
    with pytest.raises(KernelError, match="'target'.*no source is connected"):
        nlp("some text")


def test_listeners_hear_the_nearest_source_before_them():
    nlp = Language()
    nlp.add_pipe("source", name="first")
    nlp.add_pipe("source", name="second")
    nlp.add_pipe("target", name="any")
    nlp.add_pipe("target", name="named", config={"upstream": "first"})
    assert nlp.get_pipe("second").channel.owners == ["any"]
    assert nlp.get_pipe("first").channel.owners == ["named"]
    nlp.remove_pipe("second")
    assert nlp.get_pipe("first").channel.owners == ["any", "named"]
    with pytest.raises(UsageError, match="'named'"):
        nlp.rename_pipe("first", "base")


def two_sources():
    """Two sources of different vectors, and for each a listener that names it."""
    nlp = Language()
    for name in ("first", "second"):
        nlp.add_pipe("source", name=name)
    for name in ("first", "second"):
        nlp.add_pipe("target", name=f"of_{name}", config={"upstream": name})
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    return nlp


def test_two_sources_reach_their_own_listeners():
    nlp = two_sources()
    alone = {}
    for name in ("first", "second"):
        with nlp.select_pipes(enable=[name, f"of_{name}"]):
            alone |= nlp("one three eleven").cats
    assert alone["of_first"] != alone["of_second"]
    assert nlp("one three eleven").cats == pytest.approx(alone)
    for settings in ({}, {"n_process": 2}, {"batch_size": 1}):
        for doc in nlp.pipe(["one three eleven", "one three eleven"], **settings):
            assert doc.cats == pytest.approx(alone)


def test_evaluation_and_frozen_sources_keep_two_sources_apart():
    nlp = two_sources()
    made = example(nlp, y=1.0)
    with nlp.select_pipes(enable=["first", "of_first"]):
        alone = nlp.evaluate([made])["of_first_gap"]
    assert nlp.evaluate([made])["of_first_gap"] == pytest.approx(alone)
    names = ["first", "second"]
    losses = [
        nlp.update([made], sgd=False, exclude=names, annotates=["first", *more])["of_first"]
        for more in ([], ["second"])
        for _ in [nlp.disable_pipe("of_second")]
    ]
    assert losses[0] == pytest.approx(losses[1])


def test_a_listener_of_a_disabled_source_is_not_fed_with_the_output_of_another_one():
    nlp = two_sources()
    with (
        nlp.select_pipes(enable=["first", "of_second"]),
        pytest.raises(KernelError, match="'of_second' listens to 'second', which has not run"),
    ):
        nlp("one three eleven")


def test_the_tensor_of_another_pipeline_is_neither_predicted_from_nor_trained_on():
    nlp, other = two_sources(), two_sources()
    doc = other("one three eleven")
    made = Example(doc, example(nlp, y=1.0).reference)
    with nlp.select_pipes(disable=["first", "second"]):
        for use in (lambda: nlp(doc), lambda: nlp.update([made]), lambda: nlp.evaluate([made])):
            with pytest.raises(KernelError, match="has not run"):
                use()


def test_documents_on_which_the_source_has_run_before_can_be_used_without_it():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    doc = nlp("one three eleven")
    cats, doc.cats = doc.cats, {}
    with nlp.select_pipes(disable=["source"]):
        assert nlp(doc).cats == cats
        assert nlp.evaluate([Example(doc, example(nlp, y=1.0).reference)])["target_gap"] >= 0
    doc.tensor = None
    with nlp.select_pipes(disable=["source"]), pytest.raises(KernelError, match="has not run"):
        nlp(doc)


def test_a_component_between_source_and_listener_may_return_a_copy():
    nlp = shared()
    Language.component("copying", func=lambda doc: doc.copy())
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    expected = nlp("one three eleven").cats
    nlp.add_pipe("copying", after="source")
    assert [doc.cats for doc in nlp.pipe(["one three eleven"] * 2)] == [pytest.approx(expected)] * 2
    # Also where the source has run before.
    with nlp.select_pipes(disable=["copying"]):
        docs = [nlp("one three eleven") for _ in range(2)]
    for doc in docs:
        doc.cats = {}
    with nlp.select_pipes(disable=["source"]):
        assert [doc.cats for doc in nlp.pipe(docs)] == [pytest.approx(expected)] * 2
        assert nlp(docs[0]).cats == pytest.approx(expected)


def test_replacing_listeners_makes_a_component_independent():
    registry.architectures("tst.Source.v1", lambda: chained(word_lengths(), per_doc(Linear(WIDTH, 4))))
    registry.architectures("tst.Listener.v1", lambda: Listener(WIDTH))
    model = {"@architectures": "tst.Source.v1"}

    @Language.factory("configured_source", default_config={"model": model})
    def make_source(nlp, name: str, model):
        return Source(nlp.vocab, model, name)

    @Language.factory("configured", default_config={"tok2vec": {"@architectures": "tst.Listener.v1"}})
    def make(nlp, name: str, tok2vec):
        return Target(nlp.vocab, chained(tok2vec, per_doc(Linear(1, WIDTH))), name)

    nlp = Language()
    nlp.add_pipe("configured_source")
    target = nlp.add_pipe("configured")
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = nlp("a few words").cats
    with pytest.raises(UsageError, match="names no listener of 'configured'\n.*can be replaced: tok2vec"):
        nlp.replace_listeners("configured_source", "configured", [])
    nlp.replace_listeners("configured_source", "configured", "tok2vec")
    assert nlp.get_pipe_config("configured")["tok2vec"] == model
    nlp.remove_pipe("configured_source")
    assert nlp("a few words").cats == pytest.approx(before)
    assert not [node for node in target.model.walk() if node.name == "listener"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["one", "wrong"], "components.double.wrong is not a block.*\n.*that can be replaced: one, two"),
        (["one", "number"], "components.double.number is not a block"),
        (["one", "number.more"], "components.double.number.more is not a block"),
        (["one", "one"], "names components.double.one twice"),
        (["one", "one.inner"], "components.double.one.inner is not the block of a listener"),
        (["one.inner", "one"], "components.double.one.inner is not the block of a listener"),
    ],
)
def test_after_an_error_no_listener_is_replaced(paths, message):
    registry.architectures("tst.Source.v1", lambda: chained(word_lengths(), per_doc(Linear(WIDTH, 4))))
    registry.architectures("tst.Listener.v1", lambda inner=None: Listener(WIDTH))
    model = {"@architectures": "tst.Source.v1"}
    listener = {"@architectures": "tst.Listener.v1", "inner": {"a": 1}}

    @Language.factory("configured_source", default_config={"model": model})
    def make_source(nlp, name: str, model):
        return Source(nlp.vocab, model, name)

    @Language.factory("double", default_config={"one": listener, "two": listener, "number": 3})
    def make(nlp, name: str, one, two, number: int):
        both = chained(one, per_doc(Linear(1, WIDTH)))
        both.layers.append(two)
        return Target(nlp.vocab, both, name)

    nlp = Language()
    nlp.add_pipe("configured_source")
    double = nlp.add_pipe("double")
    before, nodes = nlp.config.to_str(), list(double.model.walk())
    with pytest.raises(UsageError, match=message):
        nlp.replace_listeners("configured_source", "double", paths)
    assert nlp.config.to_str() == before
    assert list(double.model.walk()) == nodes
    nlp.replace_listeners("configured_source", "double", ["two"])
    assert nlp.get_pipe_config("double")["one"] == listener
    assert [node.name for node in double.model.layers] == ["listener", "per_doc", "chained"]
    nlp.replace_listeners("configured_source", "double", ["one"])
    assert nlp.get_pipe_config("double")["one"] == nlp.get_pipe_config("double")["two"] == model
    assert not [node for node in double.model.walk() if node.name == "listener"]


def test_what_a_component_of_a_config_cannot_be_without():
    config = Config.from_str(SHARED)
    for name, needed in {"ner": {"ner", "second"}, "named": {"named", "first"}, "first": {"first"}}.items():
        assert heard_in_config(config, name) == needed
    assert heard_in_config(config, "other") == {"other"}


SHARED = """
[nlp]
pipeline = ["first", "second", "ner", "named"]

[components.first]
factory = "tst_source"

[components.second]
factory = "tst_source"

[components.ner]
factory = "tst_target"
model = {"@architectures": "tst.Hearing.v1"}

[components.named]
factory = "tst_target"
model = {"inner": [{"@architectures": "tst.Hearing.v1", "upstream": "first"}]}
"""


@pytest.fixture(autouse=True)
def hearing():
    with registry.restored():
        registry.architectures("tst.Hearing.v1", func=hear)
        Language.factory("tst_source", assigns=["doc.tensor"], func=lambda nlp, name: lambda doc: doc)
        Language.factory("tst_target", func=lambda nlp, name, model: lambda doc: doc)
        yield


def hear(upstream: str = "*", grad_factor: float = 1.0):
    return Listener(WIDTH, upstream, grad_factor)
