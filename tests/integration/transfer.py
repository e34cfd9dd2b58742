"""Pipelines with a shared embedding that are put together from fresh, copied and frozen parts, and what they learn."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np

from kernel.language import Language
from kernel.numeric.random import scope
from kernel.testing.gradients import parameters
from kernel.training import Example

WIDTH = 8
EMBEDDING = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": WIDTH,
    "depth": 1,
    "embed_size": 40,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": False,
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}
MODELS = {
    "ner": {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 8,
        "maxout_pieces": 2,
        "use_upper": True,
    },
    "tagger": {"@architectures": "kernel.Tagger.v2"},
    "textcat": {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": True},
    "textcat_multilabel": {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": False},
}
LISTENING = tuple(MODELS)
RECORDS = [
    {
        "words": ["Ada", "Lovelace", "lives", "in", "Paris", "."],
        "tags": ["NOUN", "NOUN", "VERB", "OTHER", "NOUN", "OTHER"],
        "entities": ["B-PERSON", "L-PERSON", "O", "O", "U-CITY", "O"],
        "cats": {"HOME": 1.0, "AWAY": 0.0},
    },
    {
        "words": ["Nobody", "went", "to", "Berlin", "with", "Bob"],
        "tags": ["NOUN", "VERB", "OTHER", "NOUN", "OTHER", "NOUN"],
        "entities": ["O", "O", "O", "U-CITY", "O", "U-PERSON"],
        "cats": {"HOME": 0.0, "AWAY": 1.0},
    },
    {
        "words": ["It", "rained"],
        "tags": ["OTHER", "VERB"],
        "entities": ["O", "O"],
        "cats": {"HOME": 1.0, "AWAY": 0.0},
    },
]


def factory_block(name: str, tok2vec: dict[str, Any] = LISTENER) -> dict[str, Any]:
    """The block of a component that is made anew. tok2vec: what its model takes its vectors from."""
    if name not in MODELS:
        return {"factory": "tok2vec", "model": deepcopy(EMBEDDING)}
    return {"factory": name, "model": {**deepcopy(MODELS[name]), "tok2vec": dict(tok2vec)}}


def config(components: dict[str, Any], **training: Any) -> dict[str, Any]:
    """A config of some blocks, in their order."""
    return {
        "nlp": {"lang": "en", "pipeline": list(components)},
        "components": deepcopy(components),
        "training": training,
    }


def examples(nlp: Language) -> list[Example]:
    """A few sentences with entities, tags and categories."""
    from kernel.tokens import Doc

    return [Example.from_dict(Doc(nlp.vocab, words=record["words"]), record) for record in RECORDS]


def to_double(nlp: Language) -> None:
    """Have every weight in double precision."""
    for model in nlp.all_models().values():
        for node, name in parameters(model):
            node.set_param(name, node.get_param(name).astype("float64"))


def true_losses(nlp: Language, batch: list[Example]) -> dict[str, float]:
    """The losses whose gradients an update passes back, by component; the reported ones are others. Gradients add up."""
    found: dict[str, float] = {}
    with _watched(nlp, found), scope(seed=0):
        nlp.update(batch, sgd=False)
    return found


@contextmanager
def _watched(nlp: Language, found: dict[str, float]) -> Iterator[None]:
    components = {name: component for name, component in nlp.pipeline if name != "tok2vec"}
    watching = [name for name, component in components.items() if hasattr(component, "get_loss")]
    for name in watching:
        components[name].get_loss = _told(components[name], name, found)
    try:
        yield
    finally:
        for name in watching:
            del components[name].get_loss


def _told(component: Any, name: str, found: dict[str, float]) -> Callable[..., Any]:
    own = component.get_loss
    is_softmax = name != "textcat_multilabel"

    def tell(gradient: Any) -> None:
        found[name] = found.get(name, 0.0) + _loss_of(np.asarray(gradient), squares=not is_softmax)

    def get_loss(docs: Iterable[Example], scores: Any) -> Any:
        if hasattr(scores, "begin_update"):
            return own(docs, _Scores(scores, tell))
        loss, gradient = own(docs, scores)
        for part in gradient if isinstance(gradient, list) else [gradient]:
            tell(part)
        return loss, gradient

    return get_loss


def _loss_of(gradient: Any, *, squares: bool) -> float:
    """The loss of which this is the gradient.

    With p a softmax and q the same over the right classes only, p - q is that of -log(sum of p over the right ones): its
    negative entries, those of the right classes, sum to that sum - 1.
    """
    if squares:
        return float((gradient**2).sum() / 2)
    return float(-np.log1p(np.minimum(gradient, 0).sum(axis=-1)).sum())


class _Scores:
    """Scores of actions at some states, whose gradient is told on."""

    def __init__(self, scores: Any, tell: Callable[[Any], None]) -> None:
        self._scores, self._tell = scores, tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scores, name)

    def begin_update(self, slots: Any) -> tuple[Any, Callable[[Any], Any]]:
        found, backprop = self._scores.begin_update(slots)

        def told(gradient: Any) -> Any:
            self._tell(gradient)
            return backprop(gradient)

        return found, told


def check_learning(
    nlp: Language, batch: list[Example], factors: dict[str, float] | None = None, seed: int = 0
) -> set[str]:
    """Compare the gradients of everything that learns with differences of the losses; returns the names of what has any.

    factors: what the gradient of a component is multiplied by where it enters the source.
    """
    factors = factors or {}
    to_double(nlp)
    for model in nlp.all_models().values():
        for node, name in parameters(model):
            node.set_grad(name, node.get_param(name) * 0)
    true_losses(nlp, batch)
    gradients = {
        (owner, node, name): node.get_grad(name).copy()
        for owner, model in nlp.all_models().items()
        for node, name in parameters(model)
    }
    generator = np.random.default_rng(seed)
    for (owner, node, name), gradient in gradients.items():
        if owner not in nlp.models():
            assert not gradient.any(), f"{owner} is to stay as it is"
            continue
        value = node.get_param(name)
        direction = generator.normal(size=value.shape)
        direction /= np.linalg.norm(direction)
        changed = []
        for sign in (1, -1):
            node.set_param(name, value + sign * 1e-6 * direction)
            losses = true_losses(nlp, batch)
            shares = (
                losses
                if owner in losses
                else {key: factors.get(key, 1) * loss for key, loss in losses.items()}
            )
            changed.append(sum(shares.values()))
        node.set_param(name, value)
        difference, expected = (changed[0] - changed[1]) / 2e-6, float((gradient * direction).sum())
        scale = max(abs(difference), abs(expected), 1e-2)
        assert abs(difference - expected) <= 1e-4 * scale, (
            f"{owner}: the gradient of {name} of '{node.name}' is {expected:.6g}, by differences {difference:.6g}"
        )
    return {owner for (owner, _, _), gradient in gradients.items() if gradient.any()}
