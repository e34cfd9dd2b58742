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
    nlp.replace_listeners("configured_source", "configured", ["tok2vec"])
    assert nlp.get_pipe_config("configured")["tok2vec"] == model
    nlp.remove_pipe("configured_source")
    assert nlp("a few words").cats == pytest.approx(before)
    assert not [node for node in target.model.walk() if node.name == "listener"]
