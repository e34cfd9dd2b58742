"""Rehearsal: a component keeps to what it knew, while it learns something else.

A `Teacher` is a copy of a component's model as it was once. Rehearsing adds the gradient that brings the outputs of the
component for some documents back to those of its teacher; annotations are not needed. Where outputs are probabilities, that is
knowledge distillation (Hinton, Vinyals and Dean 2015), and with texts of the new task learning without forgetting (Li and Hoiem
2016); otherwise it is the squared difference.

A teacher of a component that listens to a shared source listens to the teacher of that source, so that it says what the two said
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from kernel.listeners import Channel, Subscription, find_listeners
from kernel.numeric import shims
from kernel.numeric.copies import copy_model
from kernel.numeric.ops import set_ops

REMEMBER = (
    "Call nlp.resume_training() before anything new is learnt: it remembers what the components know then."
)


class Teacher:
    """What a component knew once.

    name: of the component. model: a copy of its model. outputs: the names of the outputs, in their order. sources: teachers that
    the model listens to. channel: where the teachers of others listen to this one.
    """

    def __init__(
        self, name: str, model: Any, outputs: Sequence[str], sources: Sequence[Teacher] = ()
    ) -> None:
        self.model = model
        self.outputs = tuple(outputs)
        self.channel = Channel(name)
        self._sources = list(sources)
        self._is_heard = False

    def __call__(self, docs: Sequence[Any], ops: Any, inputs: Any = None) -> Any:
        """What the model says of documents, in the form that it has in training, but without dropout.

        ops: where to compute, the device of the model that learns. inputs: what the model takes, if that is not the documents alone.
        """
        if self.model.ops is not ops:
            set_ops(self.model, ops)
        with ExitStack() as heard:
            for source in self._sources:
                heard.enter_context(source.heard(docs, ops))
            return self.model.begin_update(docs if inputs is None else inputs)[0]

    @contextmanager
    def heard(self, docs: Sequence[Any], ops: Any) -> Iterator[None]:
        """Compute the vectors of documents once for all teachers that listen within the block, and then forget them.

        A block within another one has those of the outer one.
        """
        if self._is_heard:
            yield
            return
        self.channel.publish(docs, self(docs, ops), _nothing)
        self._is_heard = True
        try:
            yield
        finally:
            self._is_heard = False
            self.channel.reset()


def teacher(
    name: str, model: Any, outputs: Sequence[str] = (), sources: Mapping[Channel, Teacher] | None = None
) -> Teacher:
    """Make the teacher of a component from its model as it is now.

    outputs: the names of the outputs. sources: the teachers of those that the model may listen to, by their channels.
    """
    from thinc.api import set_dropout_rate

    heard: list[Teacher] = []
    copy = set_ops(copy_model(model), model.ops)
    set_dropout_rate(copy, 0.0)
    for shim in [shim for node in copy.walk() for shim in node.shims]:
        shims.without_dropout(shim)
    for listener, copied in zip(find_listeners(model), find_listeners(copy), strict=True):
        channel = listener.attrs["listener"].channel
        # A schedule of the gradient is not to be asked twice.
        state = listener.attrs["listener"]
        copied.attrs["listener"] = Subscription(state.upstream, 1.0, takes=state.takes)
        source = (sources or {}).get(channel)
        if source is not None:
            source.channel.add(copied, name)
            if source not in heard:
                heard.append(source)
    return Teacher(name, copy, outputs, heard)


def squared_difference(scores: Any, taught: Any) -> tuple[float, Any]:
    """The sum of the squared differences of outputs, and the difference as the gradient, in the form of `scores`.

    scores, taught: arrays, or lists of arrays, whose last axis has the outputs. Those of `scores` beyond the number in `taught` are new:
    they have no gradient.
    """
    if isinstance(scores, list | tuple):
        pairs = [squared_difference(one, other) for one, other in zip(scores, taught, strict=True)]
        return sum(loss for loss, _ in pairs), type(scores)(gradient for _, gradient in pairs)
    known = taught.shape[-1]
    gradient = scores * 0
    gradient[..., :known] = scores[..., :known] - taught
    return float((gradient * gradient).sum()), gradient


def weighted(gradient: Any, weight: float) -> Any:
    """A gradient, an array or a list of arrays, multiplied by a number."""
    if weight == 1.0:
        return gradient
    if isinstance(gradient, list | tuple):
        return type(gradient)(weighted(part, weight) for part in gradient)
    return gradient * weight


def has_weights(model: Any) -> bool:
    """Whether every parameter of a model has a value."""
    return all(
        all(map(node.has_param, node.param_names)) and all(map(shims.has_weights, node.shims))
        for node in model.walk()
    )


def _nothing(gradients: Any) -> None: ...
