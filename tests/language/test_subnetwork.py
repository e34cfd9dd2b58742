"""A component and a layer's name lead to a model, or the error says which setting does not."""

from __future__ import annotations

from typing import Any

import pytest
from thinc.api import Linear, Model, chain

from kernel import Language
from kernel.component import TrainableComponent
from kernel.errors import ConfigError
from kernel.language.subnetwork import subnetwork
from kernel.listeners import Channel, Listener


class Source(TrainableComponent):
    def __init__(self, vocab: Any, model: Any, name: str) -> None:
        super().__init__(vocab, model, name)
        self.channel = Channel(name)


def pipeline(*names: str) -> Language:
    nlp = Language()

    @Language.factory("subnetwork_source")
    def source(nlp: Language, name: str) -> Source:
        return Source(nlp.vocab, Linear(4, 4), name)

    @Language.factory("subnetwork_task")
    def task(nlp: Language, name: str) -> TrainableComponent:
        listener = Listener(4)
        model: Model[Any, Any] = chain(listener, Linear(2, 4))
        model.set_ref("tok2vec", listener)
        return TrainableComponent(nlp.vocab, model, name)

    @Language.component("subnetwork_plain")
    def plain(doc: Any) -> Any:
        return doc

    for name in names:
        nlp.add_pipe(f"subnetwork_{name}", name=name)
    return nlp


@pytest.fixture(autouse=True)
def restored() -> Any:
    from kernel import registry

    with registry.restored():
        yield


def test_the_whole_model_and_a_layer() -> None:
    nlp = pipeline("source", "task")
    model = nlp.get_pipe("task").model
    assert subnetwork(nlp, "task", "") == ("task", model)
    assert subnetwork(nlp, "source", "") == ("source", nlp.get_pipe("source").model)


def test_a_listener_stands_for_what_it_listens_to() -> None:
    nlp = pipeline("source", "task")
    assert subnetwork(nlp, "task", "tok2vec") == ("source", nlp.get_pipe("source").model)


@pytest.mark.parametrize(
    ("names", "component", "layer", "message"),
    [
        (["source"], "ner", "", "pretraining.component: the pipeline has no component 'ner'.*It has: source"),
        (["source", "plain"], "plain", "", "pretraining.component: 'plain' has no model"),
        (
            ["source", "task"],
            "task",
            "embed",
            "pretraining.layer: the model of 'task' has no layer called 'embed'.*It has: tok2vec",
        ),
        (["source"], "source", "embed", "has no layer called 'embed'.*It names none"),
        (["task"], "task", "tok2vec", "'task' listens to a shared source, and none comes before it"),
    ],
)
def test_what_leads_nowhere(names: list[str], component: str, layer: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){message}"):
        subnetwork(pipeline(*names), component, layer)
