"""Pipelines with a shared embedding that are put together from fresh, copied and frozen parts, and what they learn."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import Any

import numpy as np

from kernel.language import Language
from kernel.numeric.adapter import forward_of, set_forward
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
    "parser": {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": 8,
        "maxout_pieces": 2,
        "use_upper": True,
    },
    "tagger": {"@architectures": "kernel.Tagger.v2"},
    "textcat": {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": True},
    "textcat_multilabel": {"@architectures": "kernel.TextCatCNN.v2", "exclusive_classes": False},
}
# Settings of the data here: there are few trees.
SETTINGS: dict[str, dict[str, Any]] = {"parser": {"min_action_freq": 0}}
LISTENING = tuple(MODELS)
RECORDS = [
    {
        "words": ["Ada", "Lovelace", "lives", "in", "Paris", "."],
        "tags": ["NOUN", "NOUN", "VERB", "OTHER", "NOUN", "OTHER"],
        "entities": ["B-PERSON", "L-PERSON", "O", "O", "U-CITY", "O"],
        "heads": [2, 0, 2, 4, 2, 2],
        "deps": ["nsubj", "flat", "ROOT", "case", "obl", "punct"],
        "cats": {"HOME": 1.0, "AWAY": 0.0},
    },
    {
        "words": ["Nobody", "went", "to", "Berlin", "with", "Bob"],
        "tags": ["NOUN", "VERB", "OTHER", "NOUN", "OTHER", "NOUN"],
        "entities": ["O", "O", "O", "U-CITY", "O", "U-PERSON"],
        "heads": [1, 1, 3, 1, 5, 1],
        "deps": ["nsubj", "ROOT", "case", "obl", "case", "obl"],
        "cats": {"HOME": 0.0, "AWAY": 1.0},
    },
    {
        "words": ["It", "rained"],
        "tags": ["OTHER", "VERB"],
        "entities": ["O", "O"],
        "heads": [1, 1],
        "deps": ["nsubj", "ROOT"],
        "cats": {"HOME": 1.0, "AWAY": 0.0},
    },
]


def factory_block(name: str, tok2vec: dict[str, Any] = LISTENER) -> dict[str, Any]:
    """The block of a component that is made anew. tok2vec: what its model takes its vectors from."""
    if name not in MODELS:
        return {"factory": "tok2vec", "model": deepcopy(EMBEDDING)}
    model = {**deepcopy(MODELS[name]), "tok2vec": dict(tok2vec)}
    return {"factory": name, "model": model, **SETTINGS.get(name, {})}


def config(components: dict[str, Any], **training: Any) -> dict[str, Any]:
    """A config of some blocks, in their order."""
    return {
        "nlp": {"lang": "en", "pipeline": list(components)},
        "components": deepcopy(components),
        "training": training,
    }


def examples(nlp: Language) -> list[Example]:
    """A few sentences with entities, trees, tags and categories."""
    from kernel.tokens import Doc

    return [Example.from_dict(Doc(nlp.vocab, words=record["words"]), record) for record in RECORDS]


def to_double(nlp: Language) -> None:
    """Have every weight in double precision."""
    for model in nlp.all_models().values():
        for node, name in parameters(model):
            node.set_param(name, node.get_param(name).astype("float64"))


Learn = Callable[[Language, list[Example]], Any]


def update(nlp: Language, batch: list[Example]) -> None:
    """Add the gradients of a batch."""
    nlp.update(batch, sgd=False)


def rehearse(nlp: Language, batch: list[Example]) -> None:
    """Add the gradients of what was remembered."""
    nlp.rehearse(batch, sgd=False)


def true_losses(nlp: Language, batch: list[Example], learn: Learn) -> dict[str, float]:
    """The losses whose gradients are passed back, by component; the reported ones are others. Gradients add up."""
    found: dict[str, float] = {}
    with ExitStack() as watching, scope(seed=0):
        for name, component in nlp.pipeline:
            factory = nlp.pipe_factories[name]
            if factory in MODELS:
                watching.enter_context(_watched(name, factory, component, learn is rehearse, found))
        learn(nlp, batch)
    return found


@contextmanager
def _watched(
    name: str, factory: str, component: Any, is_rehearsal: bool, found: dict[str, float]
) -> Iterator[None]:
    def tell(scores: Any, gradient: Any, loss: Callable[[Any, Any], float]) -> None:
        found[name] = found.get(name, 0.0) + loss(np.asarray(scores), np.asarray(gradient))

    if factory in ("ner", "parser"):
        loss = _divergence_of_logits if is_rehearsal else _likelihood_of_logits
        own = forward_of(component.model)
        set_forward(component.model, _watched_forward(own, lambda *told: tell(*told, loss)))
        yield
        set_forward(component.model, own)
        return
    method = "get_rehearsal_loss" if is_rehearsal else "get_loss"
    loss = _squares if factory == "textcat_multilabel" else _divergence if is_rehearsal else _likelihood
    own = getattr(component, method)

    def get_loss(first: Any, second: Any) -> Any:
        reported, gradient = own(first, second)
        scores = first if is_rehearsal else second
        pairs = zip(scores, gradient, strict=True) if isinstance(gradient, list) else [(scores, gradient)]
        for pair in pairs:
            tell(*pair, loss)
        return reported, gradient

    setattr(component, method, get_loss)
    yield
    delattr(component, method)


def _squares(scores: Any, gradient: Any) -> float:
    return float((gradient**2).sum() / 2)


def _likelihood(scores: Any, gradient: Any) -> float:
    """-log of the probability of all right classes together, of which p - q is the gradient: p the softmax, q the same over those.

    The negative entries, those of the right classes, sum to that probability - 1.
    """
    return float(-np.log1p(np.minimum(gradient, 0).sum(axis=-1)).sum())


def _likelihood_of_logits(scores: Any, gradient: Any) -> float:
    """The same from scores of which p is the softmax: exact also where the right classes have next to no probability."""
    right = gradient < 0
    rows = right.any(axis=1)
    e = np.exp(scores[rows] - scores[rows].max(axis=1, keepdims=True))
    return float(np.log(e.sum(axis=1) / (e * right[rows]).sum(axis=1)).sum())


def _divergence(probabilities: Any, gradient: Any) -> float:
    """The cross-entropy of p from q, of which p - q is the gradient."""
    return float(-((probabilities - gradient) * np.log(probabilities)).sum())


def _divergence_of_logits(scores: Any, gradient: Any) -> float:
    compared = gradient.any(axis=0)
    e = np.exp(scores[:, compared])
    return _divergence(e / e.sum(axis=1, keepdims=True), gradient[:, compared])


def _watched_forward(forward: Any, tell: Callable[[Any, Any], None]) -> Any:
    """A forward pass that gives scores of actions, whose gradients are told of."""

    def watched(model: Any, docs: Any, is_train: bool) -> Any:
        scores, finish = forward(model, docs, is_train)
        return (_Scores(scores, tell) if is_train else scores), finish

    return watched


class _Scores:
    def __init__(self, scores: Any, tell: Callable[[Any, Any], None]) -> None:
        self._scores, self._tell = scores, tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scores, name)

    def begin_update(self, slots: Any) -> tuple[Any, Callable[[Any], Any]]:
        return self._told(*self._scores.begin_update(slots))

    def learn_from(self, steps: Any, tokens: Any) -> tuple[Any, Callable[[Any], Any]]:
        return self._told(*self._scores.learn_from(steps, tokens))

    def _told(self, found: Any, backprop: Callable[[Any], Any]) -> tuple[Any, Callable[[Any], Any]]:
        def told(gradient: Any) -> Any:
            self._tell(found, gradient)
            return backprop(gradient)

        return found, told


def check_learning(
    nlp: Language,
    batch: list[Example],
    learn: Learn = update,
    factors: dict[tuple[str, str], float] | None = None,
    seed: int = 0,
) -> set[str]:
    """Compare the gradients of everything that learns with differences of the losses; returns the names of what has any.

    factors: (source, listener) -> what the gradient of a component is multiplied by where it enters the source.
    """
    factors = factors or {}
    to_double(nlp)
    for model in nlp.all_models().values():
        for node, name in parameters(model):
            node.set_grad(name, node.get_param(name) * 0)
    true_losses(nlp, batch, learn)
    gradients = {
        (owner, node, name): node.get_grad(name).copy()
        for owner, model in nlp.all_models().items()
        for node, name in parameters(model)
    }
    generator = np.random.default_rng(seed)
    for owner in nlp.all_models():
        own = {
            (node, name): gradient for (other, node, name), gradient in gradients.items() if other == owner
        }
        if owner not in nlp.models():
            assert not any(gradient.any() for gradient in own.values()), f"{owner} is to stay as it is"
            continue
        for _ in range(3):
            # All of its weights at once, in a random direction.
            directions = {key: generator.normal(size=gradient.shape) for key, gradient in own.items()}
            values = {(node, name): node.get_param(name) for node, name in own}
            changed = []
            for sign in (1, -1):
                for (node, name), value in values.items():
                    node.set_param(name, value + sign * 1e-7 * directions[node, name])
                losses = true_losses(nlp, batch, learn)
                shares = {key: factors.get((owner, key), 1) * loss for key, loss in losses.items()}
                changed.append(sum(shares.values()))
            for (node, name), value in values.items():
                node.set_param(name, value)
            difference = (changed[0] - changed[1]) / 2e-7
            expected = float(sum((gradient * directions[key]).sum() for key, gradient in own.items()))
            assert abs(difference - expected) <= 1e-4 * max(abs(difference), abs(expected), 1e-2), (
                f"{owner}: by its gradients the loss changes by {expected:.6g}, by differences {difference:.6g}"
            )
    return {owner for (owner, _, _), gradient in gradients.items() if gradient.any()}
