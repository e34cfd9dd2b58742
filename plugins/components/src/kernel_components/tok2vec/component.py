"""The tok2vec component: token vectors that other components share."""

from collections.abc import Sequence
from typing import Any

from thinc.api import Model, set_dropout_rate

from kernel.component import TrainableComponent
from kernel.language import Language
from kernel.listeners import Channel
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab
from kernel_components.tok2vec import recommended
from kernel_components.token_vectors import HASH_EMBED_CNN


@Language.factory(
    "tok2vec",
    assigns=["doc.tensor"],
    default_config={"model": HASH_EMBED_CNN},
    recommend=recommended.tok2vec,
)
def make_tok2vec(nlp: Language, name: str, model: Model[list[Doc], list[Any]]) -> "Tok2Vec":
    """Makes the token vectors that other components share. model: documents to one array (tokens, width) each."""
    return Tok2Vec(nlp.vocab, model, name)


class Tok2Vec(TrainableComponent):
    """Computes `doc.tensor`, and in training shares one forward and one backward pass among its listeners.

    channel: where the components meet whose models hold a listener. There are no labels and no gold: the loss is the
    sum of the squares of the gradient that came back.
    """

    def __init__(self, vocab: Vocab, model: Model[list[Doc], list[Any]], name: str = "tok2vec") -> None:
        super().__init__(vocab, model, name)
        self.channel = Channel(name, learns_alone=False)

    def predict(self, docs: Sequence[Doc]) -> list[Any]:
        """The vectors of each document, (tokens, width)."""
        vectors: list[Any] = self.model.predict(docs)
        return vectors

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Any]) -> None:
        """Set `doc.tensor`, and hand the vectors to the listeners."""
        # Of its own for each document: one that is kept is not to keep the vectors of its whole batch.
        own = predictions if len(docs) == 1 else [vectors.copy() for vectors in predictions]
        for doc, vectors in zip(docs, own, strict=True):
            doc.tensor = vectors
        self.channel.give(docs, own)

    def update(
        self,
        examples: Sequence[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Publish the vectors of a batch to the listeners; the last gradient that comes back runs the backward pass."""
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        if not self.learnable(examples):
            return losses
        set_dropout_rate(self.model, drop)
        docs = [example.predicted for example in examples]
        vectors, backprop = self.model.begin_update(docs)

        def receive(gradients: list[Any]) -> Any:
            parts = zip(gradients, vectors, strict=True)
            gradients = [part * 0 if gradient is None else gradient for gradient, part in parts]
            losses[self.name] += sum(float((gradient * gradient).sum()) for gradient in gradients)
            result = backprop(gradients)
            if sgd is not None:
                self.finish_update(sgd)
            return result

        self.channel.publish(docs, vectors, receive)
        return losses

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        raise NotImplementedError(
            "tok2vec learns from no annotation: its gradient comes from the components that listen to it"
        )
