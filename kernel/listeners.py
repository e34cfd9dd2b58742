"""Shared embeddings: a source publishes a batch, listeners read it and send gradients back.

One `Channel` belongs to one source (the tok2vec component, the transformer). During training it hands the source's
output to every listener and runs the source's backward pass once, after the last of them has answered. An answer is
either a gradient or a plain "nothing to learn from this batch" (`Channel.skip`); an owner that stays silent is an
error, because its share of the gradient would be lost unseen.

In prediction the source hands its output for each document to the channel too, where its listeners find it. Nobody reads
`doc.tensor`: that may be another source's, or of another pipeline.

An output is the token vectors of a Doc, or something that a layer of the listener makes them of. All that is asked of it is a
`len` of one per token; a gradient has the shape that the source expects.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary, ref

from thinc.api import Model

from kernel.errors import KernelError
from kernel.numeric.random import current_step
from kernel.numeric.schedules import Schedule, by_step

# The upstream of a listener that takes the nearest source before its component.
ANY = "*"
# What a source gives, and a listener takes, if they say nothing else: one vector for each token.
VECTORS = "token vectors"


class Channel:
    """The connection between one source and the components that listen to it.

    name: the source's name in the pipeline, used in messages. learns_alone: whether the source learns from more than what
    its listeners send back. gives: what its outputs are; only listeners that take the same are connected to it.
    """

    def __init__(self, name: str, *, learns_alone: bool = True, gives: str = VECTORS) -> None:
        self.name = name
        self.gives = gives
        self.learns_alone = learns_alone
        self._owners: dict[str, list[Subscription]] = {}
        # The number of the latest batch, counted from 1.
        self._batch = 0
        # Document -> the output for it, and what is left of that later; or a weak reference to what is left.
        self._given: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self.reset()

    def __getstate__(self) -> dict[str, Any]:
        # Documents stay where they are.
        return {**self.__dict__, "_given": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _given=WeakKeyDictionary())

    @property
    def owners(self) -> list[str]:
        """The components whose models listen to this source."""
        return list(self._owners)

    @property
    def is_open(self) -> bool:
        """Whether a published batch still waits for answers."""
        return bool(self._awaited)

    def add(self, listener: Model[Any, Any], owner: str) -> None:
        """Connect a listener (a node made by `Listener`) in the model of component `owner`."""
        subscription = listener.attrs["listener"]
        subscription.channel, subscription.owner = self, owner
        registered = self._owners.setdefault(owner, [])
        if not any(known is subscription for known in registered):
            registered.append(subscription)

    def clear(self) -> None:
        """Disconnect every listener and forget the batch."""
        for subscription in [each for registered in self._owners.values() for each in registered]:
            if subscription.channel is self:
                subscription.channel = None
        self._owners = {}
        self.reset()

    def reset(self) -> None:
        """Forget the published batch and what came back for it, as after an error."""
        self._docs: list[Any] = []
        self._rows: dict[int, int] = {}
        self._outputs: list[Any] = []
        self._backprop: Callable[[list[Any]], Any] | None = None
        self._gradients: list[Any] | None = None
        self._awaited: dict[str, int] = {}

    def give(self, docs: Sequence[Any], outputs: Iterable[Any], later: Iterable[Any] | None = None) -> None:
        """Offer what was predicted: one output per Doc, kept as long as the Doc.

        later: what stands for the outputs after `let_go`, such as a copy that a Doc keeps; by default they do themselves.
        """
        outputs = list(outputs)
        for doc, output, left in zip(docs, outputs, outputs if later is None else later, strict=True):
            self._given[doc] = output, left

    def given(self, doc: Any) -> Any:
        """What this source predicted for a document; None if it has not run on it."""
        found = self._given.get(doc)
        return found() if isinstance(found, ref) else found and found[0]

    def carry(self, doc: Any, successor: Any) -> None:
        """Take a document for another one, of which it is a copy; in the published batch too, if it has as many tokens."""
        if self.given(doc) is not None:
            self._given[successor] = self._given[doc]
        row = self._rows.get(id(doc))
        if row is not None and len(successor) == len(doc):
            # Kept, so that no other document gets its number.
            self._docs.append(successor)
            self._rows[id(successor)] = row

    def let_go(self, docs: Iterable[Any]) -> None:
        """Keep what was given only as long as somebody else does, such as the Docs in their `tensor`."""
        for doc in docs:
            found = self._given.get(doc)
            if found is not None and not isinstance(found, ref):
                self._given[doc] = ref(found[1])

    def publish(
        self, docs: Sequence[Any], outputs: Iterable[Any], backprop: Callable[[list[Any]], Any]
    ) -> None:
        """Offer the output for a training batch: one per Doc, and the source's backward pass.

        backprop: takes one gradient per Doc, None where no listener sent one; not called at all if none came. Raises
        KernelError if the batch before it still waits for an answer.
        """
        self._refuse_silence()
        self.reset()
        self._docs = list(docs)
        self._rows = {id(doc): row for row, doc in enumerate(self._docs)}
        self._outputs = list(outputs)
        self._backprop = backprop
        self._awaited = {owner: len(registered) for owner, registered in self._owners.items()}
        self._batch += 1

    def skip(self, owner: str) -> None:
        """Say that `owner` has nothing (more) to learn from the published batch."""
        if self._awaited.pop(owner, None) is not None and not self._awaited:
            self._finish()

    def close(self) -> None:
        """End the batch. Raises KernelError if a listener neither sent a gradient nor skipped."""
        self._refuse_silence()
        self.reset()

    def learns_next(self) -> bool:
        """Whether any listener will send a gradient for the next batch that counts: not if every factor is 0."""
        step = current_step()
        step = self._batch if step is None else step
        return any(one.factor(step) for registered in self._owners.values() for one in registered)

    def position(self) -> int:
        """Return the step that schedules are read at: that of the random scope, else the batches before this one."""
        step = current_step()
        return max(self._batch - 1, 0) if step is None else step

    def _receive(self, docs: Sequence[Any], owner: str) -> tuple[list[Any], int, list[int]] | None:
        if self._backprop is None and not self._docs:
            return None
        rows = [self._rows.get(id(doc), -1) for doc in docs]
        if -1 in rows:
            raise KernelError(
                f"Component '{owner}' listens to '{self.name}', but was given Docs that '{self.name}' did not "
                "embed in this batch.",
                hint="Update every component of a batch with the same Doc objects, the source first.",
            )
        outputs = [self._outputs[row] for row in rows]
        for doc, output in zip(docs, outputs, strict=True):
            # An annotating component may have merged its tokens since.
            if len(output) != len(doc):
                raise _retokenized(owner, self, len(output))
        return outputs, self._batch, rows

    def _send(self, owner: str, batch: int, rows: list[int], gradients: list[Any], factor: float) -> None:
        if batch != self._batch or owner not in self._awaited:
            raise KernelError(
                f"Component '{owner}' sent '{self.name}' a gradient for a batch that is already closed."
            )
        # With a factor of 0 the source learns nothing from this listener, and runs backward for the others only.
        if factor:
            totals = self._gradients = self._gradients or [None] * len(self._outputs)
            for row, gradient in zip(rows, gradients, strict=True):
                share = gradient if factor == 1.0 else gradient * factor
                # Never in place: the array may be the listener's own.
                totals[row] = share if totals[row] is None else totals[row] + share
        self._awaited[owner] -= 1
        if not self._awaited[owner]:
            self.skip(owner)

    def _finish(self) -> None:
        backprop, gradients = self._backprop, self._gradients
        self._backprop = self._gradients = None
        if backprop is not None and gradients is not None:
            backprop(gradients)

    def _refuse_silence(self) -> None:
        silent, self._awaited = sorted(self._awaited), {}
        if silent:
            names = ", ".join(f"'{name}'" for name in silent)
            self.reset()
            raise KernelError(
                f"'{self.name}' waited for a gradient from {names}, which neither sent one nor skipped the batch.",
                hint=f"Update every component that listens to '{self.name}', call skip() where a batch teaches it "
                "nothing, or freeze it.",
            )


# (copy of the source's model, its block, the listener, its block) -> the layer that stands for both, and the block that makes it.
InItsPlace = Callable[
    [Model[Any, Any], Mapping[str, Any], Model[Any, Any], Mapping[str, Any]],
    tuple[Model[Any, Any], Mapping[str, Any]],
]


class Subscription:
    """What a listener node knows: its source and how much of its gradient goes there. Kept in attrs["listener"].

    factor: what the gradient is multiplied by at a step. learnt_with: digest of the weights that the source had in the pipeline
    that the listener's component is taken from, "" if it is taken from none. in_its_place, takes: see `Listener`.
    """

    def __init__(
        self,
        upstream: str,
        grad_factor: Schedule,
        learnt_with: str = "",
        in_its_place: InItsPlace | None = None,
        takes: str = VECTORS,
    ) -> None:
        self.upstream = upstream
        self.takes = takes
        self.factor = by_step(grad_factor)
        self.learnt_with = learnt_with
        self.in_its_place = in_its_place
        self.channel: Channel | None = None
        self.owner = ""

    def __deepcopy__(self, memo: dict[int, Any]) -> "Subscription":
        # A copied model listens to nothing until it is connected, and it must not drag its source along.
        return Subscription(self.upstream, self.factor, self.learnt_with, self.in_its_place, self.takes)

    def state(self) -> Any:
        """Where the schedule of the factor stands."""
        return self.factor.state()

    def restore(self, state: Any) -> None:
        """Let it go on from there."""
        self.factor.restore(state)

    def matches(self, source: "Channel") -> bool:
        """Whether a source is the one listened to."""
        return self.upstream in (ANY, source.name) and self.takes == source.gives


def Listener(
    width: int | None,
    upstream: str = ANY,
    grad_factor: Schedule = 1.0,
    *,
    layer: Model[Any, Any] | None = None,
    in_its_place: InItsPlace | None = None,
    takes: str = VECTORS,
) -> Model[Any, Any]:
    """Return a layer (Docs to one array (tokens, width) each) that stands for the output of a shared source.

    width: None for that of the source. upstream: the source's name in the pipeline, "*" for the nearest one before the component.
    grad_factor: what its gradient is multiplied by: a number or a schedule. layer: makes one array (tokens, width) per Doc of the
    outputs of the source, where those are something else; its width is the listener's, if it has one of its own.
    in_its_place: what `replace_listeners` puts there, by default the model of the source. takes: what the outputs of the source must
    be, as its `Channel` says: sources of another kind are passed over.
    """
    attrs = {"listener": Subscription(upstream, grad_factor, in_its_place=in_its_place, takes=takes)}
    if layer is None:
        return Model("listener", _forward, dims={"nO": width}, attrs=attrs)
    dims = {"nI": width, "nO": layer.maybe_get_dim("nO") if layer.has_dim("nO") else width}
    return Model("listener", _forward, init=_init, layers=[layer], dims=dims, attrs=attrs)


def take_width(listener: Model[Any, Any], width: int) -> None:
    """Let a listener that has no width yet take that of its source."""
    for dim in listener.dim_names:
        if listener.has_dim(dim) is None:
            listener.set_dim(dim, width)


def width_heard(listener: Model[Any, Any]) -> int | None:
    """The width that a listener expects of its source, None if it takes any."""
    width: int | None = listener.maybe_get_dim("nI" if listener.layers else "nO")
    return width


def find_listeners(model: Model[Any, Any]) -> list[Model[Any, Any]]:
    """Return the listener nodes of a model."""
    return [node for node in model.walk() if isinstance(node.attrs.get("listener"), Subscription)]


_INFERRING: ContextVar[bool] = ContextVar("kernel_shape_inference", default=False)


@contextmanager
def shape_inference() -> Iterator[None]:
    """Let listeners answer with placeholders of the right shape while a model is initialised with sample Docs.

    Outside of this a listener whose source has not run is an error.
    """
    token = _INFERRING.set(True)
    try:
        yield
    finally:
        _INFERRING.reset(token)


def _init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    layer = model.layers[0]
    if layer.has_dim("nI") is None and model.has_dim("nI"):
        layer.set_dim("nI", model.get_dim("nI"))
    layer.initialize()


def _forward(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[list[Any], Callable[[Any], Any]]:
    state: Subscription = model.attrs["listener"]
    if is_train and state.channel is not None:
        channel, owner = state.channel, state.owner
        received = channel._receive(docs, owner)
        if received is not None:
            outputs, batch, rows = received
            factor = state.factor(channel.position())
            vectors, backprop = _vectors(model, outputs, is_train=True)

            def send(gradients: list[Any]) -> list[Any]:
                channel._send(owner, batch, rows, backprop(gradients), factor)
                return []

            return vectors, send
    return _given(model, docs, is_train)


def _vectors(
    model: Model[Any, Any], outputs: list[Any], *, is_train: bool
) -> tuple[list[Any], Callable[[Any], Any]]:
    """One array per Doc of the outputs of the source, and how their gradient becomes the source's."""
    _check_source(model, outputs)
    if not model.layers:
        return outputs, _as_it_is
    vectors, backprop = model.layers[0](outputs, is_train=is_train)
    return vectors, backprop


def _as_it_is(gradients: Any) -> Any:
    return gradients


def _given(
    model: Model[Any, Any], docs: Sequence[Any], is_train: bool
) -> tuple[list[Any], Callable[[Any], Any]]:
    """What the source predicted. Nothing goes back to it, but a layer of the listener may learn."""
    channel = model.attrs["listener"].channel
    outputs: dict[int, Any] = {}
    for number, doc in enumerate(docs):
        output = None if channel is None or not len(doc) else channel.given(doc)
        # Its tokens may have been merged since.
        if output is not None and len(output) == len(doc):
            outputs[number] = _on(model.ops, output)
        elif len(doc) and not _INFERRING.get():
            raise _source_has_not_run(model.attrs["listener"], None if output is None else len(output))
    found, backprop = _vectors(model, list(outputs.values()), is_train=is_train)
    vectors = dict(zip(outputs, found, strict=True))

    def learn(gradients: Any) -> list[Any]:
        if model.layers and outputs:
            backprop([gradients[number] for number in outputs])
        return []

    width = model.get_dim("nO")
    return [
        vectors[number] if number in vectors else model.ops.alloc2f(len(doc), width)
        for number, doc in enumerate(docs)
    ], learn


def _on(ops: Any, output: Any) -> Any:
    """An output where a model computes. What is no array its layer takes as it comes."""
    return ops.asarray(output) if hasattr(output, "dtype") else output


def _check_source(model: Model[Any, Any], outputs: list[Any]) -> None:
    width = width_heard(model)
    for output in outputs:
        if width is not None and output.shape[-1] != width and len(output):
            state: Subscription = model.attrs["listener"]
            source = state.channel.name if state.channel else state.upstream
            raise KernelError(
                f"The listener in '{state.owner}' expects vectors of width {width}, but '{source}' gives "
                f"{output.shape[-1]}.",
                hint="Set the listener's width to the width of the source.",
            )


def _source_has_not_run(state: Subscription, tokens: int | None = None) -> KernelError:
    """tokens: how many the document had when the source ran on it; None if it did not."""
    owner = f"Component '{state.owner}'" if state.owner else "A component"
    if state.channel is None:
        wanted = "no source is connected" if state.upstream == ANY else f"'{state.upstream}' is not connected"
        return KernelError(
            f"{owner} listens to a shared source, but {wanted}.",
            hint="Put the source (for example tok2vec) into the pipeline before the components that listen to it.",
        )
    if tokens is not None:
        return _retokenized(state.owner, state.channel, tokens)
    return KernelError(
        f"{owner} listens to '{state.channel.name}', which has not run on these Docs.",
        hint=f"In the pipeline '{state.channel.name}' must come before {', '.join(state.channel.owners)}, and "
        "must not be disabled; if it is frozen during training it belongs in annotating_components.",
    )


def _retokenized(owner: str, channel: Channel, tokens: int) -> KernelError:
    """tokens: how many the document had when the source ran on it."""
    return KernelError(
        f"Component '{owner}' listens to '{channel.name}', which has run on a Doc when it had {tokens} tokens; they were merged or "
        "split since.",
        hint=f"Put what merges or splits tokens before '{channel.name}' in the pipeline, or after {', '.join(channel.owners)}.",
    )
