"""The component `transformer`: what a transformer says of each word piece, shared among the components that listen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from thinc.api import Model, set_dropout_rate

from kernel.component import TrainableComponent
from kernel.config.ranges import PositiveInt
from kernel.language import Language
from kernel.listeners import Channel
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_transformers import recommended
from kernel_transformers.annotation_setters import AnnotationSetter, null_annotation_setter
from kernel_transformers.data import PIECES, FullTransformerBatch

# Where a Doc keeps what the transformer gave for it.
EXTENSION = "trf_data"


@Language.factory(
    "transformer",
    assigns=["doc._.trf_data"],
    default_config={
        "max_batch_items": 4096,
        "set_extra_annotations": {"@annotation_setters": "kernel.null_annotation_setter.v1"},
        "model": recommended.MODEL,
    },
    recommend=recommended.transformer,
    shares=True,
)
def make_transformer(
    nlp: Language,
    name: str,
    model: Model[list[Doc], FullTransformerBatch],
    set_extra_annotations: AnnotationSetter,
    max_batch_items: PositiveInt,
) -> Transformer:
    """Makes token vectors with a transformer, which the other components share.

    model: documents to what a transformer gives for them. set_extra_annotations: called with the documents of a batch and
    what the transformer gave for them. max_batch_items: tokens of a batch in prediction, padded to its longest document.
    """
    return Transformer(nlp.vocab, model, set_extra_annotations, name=name, max_batch_items=max_batch_items)


class Transformer(TrainableComponent):
    """Sets `doc._.trf_data`, and in training shares one forward and one backward pass among its listeners.

    set_extra_annotations: may be replaced at any time. channel: where the components meet whose models hold a listener. There
    are no labels and no gold: the loss is the sum of the squares of the gradient that came back.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], FullTransformerBatch],
        set_extra_annotations: AnnotationSetter = null_annotation_setter,
        *,
        name: str = "transformer",
        max_batch_items: int = 4096,
    ) -> None:
        super().__init__(vocab, model, name)
        self.set_extra_annotations = set_extra_annotations
        self.max_batch_items = max_batch_items
        self.channel = Channel(name, learns_alone=False, gives=PIECES)
        if not Doc.has_extension(EXTENSION):
            Doc.set_extension(EXTENSION, default=None)

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Process documents in order, those of a like length together, `max_batch_items` at a time."""
        iterator = iter(stream)
        while docs := list(islice(iterator, batch_size)):
            for part in packed(docs, self.max_batch_items):
                self.set_annotations(part, self.predict(part))
            yield from docs

    def predict(self, docs: Sequence[Doc]) -> FullTransformerBatch:
        """What the transformer gives for documents."""
        if not any(map(len, docs)):
            return FullTransformerBatch.empty(len(docs), width=self.model.maybe_get_dim("nO") or 0)
        batch: FullTransformerBatch = self.model.predict(docs)
        return batch

    def set_annotations(self, docs: Sequence[Doc], predictions: FullTransformerBatch) -> None:
        """Set `doc._.trf_data` to copies in the memory of the host, and hand the output to the listeners as it is."""
        kept = predictions.doc_data
        for doc, data in zip(docs, kept, strict=True):
            doc._.trf_data = data
        self.channel.give(docs, predictions.split_by_doc(), kept)
        self.set_extra_annotations(docs, predictions)

    def update(
        self,
        examples: Sequence[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Publish the output for a batch to the listeners; the last gradient that comes back runs the backward pass."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        if not self.learnable(examples):
            return losses
        set_dropout_rate(self.model, drop)
        docs = [example.predicted for example in examples]
        if not self.channel.learns_next():
            self.channel.publish(docs, self.predict(docs).split_by_doc(), _nothing)
            return losses
        batch, backprop = self.model.begin_update(docs)

        def receive(gradients: list[Any]) -> Any:
            squares = [(gradient * gradient).sum() for gradient in gradients if gradient is not None]
            # One number comes from the device, not one for each document.
            losses[self.name] += float(sum(squares))
            result = backprop(gradients)
            if sgd is not None:
                self.finish_update(sgd)
            return result

        self.channel.publish(docs, batch.split_by_doc(), receive)
        return losses

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        raise NotImplementedError(
            "a transformer learns from no annotation: its gradient comes from the components that listen to it"
        )


def packed(docs: Sequence[Doc], max_items: int) -> Iterator[list[Doc]]:
    """Documents in batches of a like length, the longest first: padded to the longest, a batch has at most `max_items` tokens.

    A document that is longer by itself is a batch of its own.
    """
    part: list[Doc] = []
    for doc in sorted(docs, key=len, reverse=True):
        if part and (len(part) + 1) * len(part[0]) > max_items:
            yield part
            part = []
        part.append(doc)
    if part:
        yield part


def _nothing(gradients: list[Any]) -> None: ...
