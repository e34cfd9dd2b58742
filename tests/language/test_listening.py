"""Who hears whom."""

import pytest
from thinc.api import Linear

from kernel.errors import KernelError, UsageError
from kernel.language import Language
from kernel.listeners import Listener
from kernel.registries.family import registry

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
    with pytest.raises(UsageError, match="1 listeners.*names 0"):
        nlp.replace_listeners("configured_source", "configured", [])
    nlp.replace_listeners("configured_source", "configured", "tok2vec")
    assert nlp.get_pipe_config("configured")["tok2vec"] == model
    nlp.remove_pipe("configured_source")
    assert nlp("a few words").cats == pytest.approx(before)
    assert not [node for node in target.model.walk() if node.name == "listener"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["one", "wrong"], "components.double.wrong is not a block"),
        (["one", "number"], "components.double.number is not a block"),
        (["one", "number.more"], "components.double.number.more is not a block"),
        (["one", "one"], "names components.double.one twice"),
        (["one", "one.inner"], "components.double.one and components.double.one.inner, one inside the other"),
        (["one.inner", "one"], "one inside the other"),
        (["one"], "2 listeners.*names 1: one"),
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
    nlp.replace_listeners("configured_source", "double", ["two", "one"])
    assert nlp.get_pipe_config("double")["one"] == nlp.get_pipe_config("double")["two"] == model
    assert not [node for node in double.model.walk() if node.name == "listener"]
