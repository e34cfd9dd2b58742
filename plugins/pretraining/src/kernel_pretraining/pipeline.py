"""What the kernel's loop trains in a pretraining: one component's model under an objective, with the pipeline protocol."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from thinc.api import set_dropout_rate

from kernel.config.sources import problem_at
from kernel.errors import ConfigError, DataError, warn
from kernel.files.home import expand_home
from kernel.language.subnetwork import subnetwork
from kernel.listeners import shape_inference
from kernel.numeric import random
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.numeric.ops import get_ops, set_ops
from kernel.registries.blame import describe_error, naming, place_of
from kernel.tokens import Doc
from kernel.training import Example
from kernel.training.protocols import BasePipeline
from kernel_pretraining.contract import Contract

# Words of held-out text that are looked at together.
_BATCH = 3000
# Documents that shapes are inferred from.
_SAMPLE = 10
_SAMPLE_WORDS = "sample_words"
LOSS = "loss"
"""The only score: the mean loss of a prediction."""


class Pretraining(BasePipeline):
    """A pipeline of text of which one model is trained, on texts without annotation.

    nlp: the whole pipeline; nothing but its vocabulary, its tokenizer and one model is initialised. settings: of
    `[pretraining]`. The score is the loss of a prediction, to be as low as possible: on the development corpus, or, where there
    is none, on what was learnt from since the evaluation before.
    """

    def __init__(self, nlp: Any, settings: Any) -> None:
        self.nlp = nlp
        if settings.component is None:
            raise self._error(
                "component",
                "it names none: it is the component whose model makes the token vectors that are pretrained",
                f"Name one, such as tok2vec. The pipeline has: {', '.join(nlp.component_names) or 'none'}.",
            )
        self.name, self.encoder = subnetwork(nlp, settings.component, settings.layer)
        self.model: Any = None
        """The objective's, of which the encoder is a part; None before it is initialised."""
        self._settings = settings
        self._contract = Contract(nlp.config)
        self._ops: Any = get_ops(-1)
        # Sum and number of the losses since the last evaluation.
        self._seen = [0.0, 0]
        # The same, since the beginning of the batch.
        self._batch = [0.0, 0]

    @property
    def vocab(self) -> Any:
        """The vocabulary: readers make documents with it."""
        return self.nlp.vocab

    def make_doc(self, text: str) -> Doc:
        """Tokenize a text: what readers ask for."""
        doc: Doc = self.nlp.make_doc(text)
        return doc

    def __getattr__(self, name: str) -> Any:
        # Readers and callbacks may ask for anything that pipelines of text have.
        if name.startswith("_") or name == "nlp":
            raise AttributeError(name)
        return getattr(self.nlp, name)

    @property
    def example_type(self) -> type:
        """Examples of text, whose annotations are not looked at."""
        return Example

    @property
    def score_weights(self) -> Mapping[str, float | None]:
        """The lower the loss, the better."""
        return {LOSS: -1.0}

    def models(self) -> dict[str, Any]:
        """The one that is trained, under the name of its component."""
        return {self.name: self.encoder if self.model is None else self.model}

    def to_device(self, gpu_id: int) -> "Pretraining":
        """Move everything there."""
        self.nlp.to_device(gpu_id)
        self._ops = get_ops(gpu_id)
        return self

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]] | None, *, settings: dict[str, Any]
    ) -> None:
        """Initialise vocabulary and tokenizer, the encoder, and the objective around it.

        settings: as of `[initialize]`; `init_tok2vec` has no part in it. A component that was taken from a trained pipeline
        keeps its weights.
        """
        get_examples = get_examples or self.sample_examples
        docs = _first(get_examples(), 0)
        kept = self._weights_of_copy()
        with self.nlp.select_pipes(disable=list(self.nlp.pipe_names)):
            self.nlp.initialize(get_examples, settings={**settings, "init_tok2vec": None, "components": {}})
        self._check_encoder(docs)
        model = self._contract.create(self._settings.objective, self.vocab, self.encoder)
        set_ops(model, self._ops)
        with shape_inference(), naming(self._contract.owner):
            wanted = model.attrs.get(_SAMPLE_WORDS, 0)
            model.initialize(X=_first(get_examples(), wanted) if wanted else docs)
        self.model = model
        self._check_losses([doc for doc in docs if len(doc)])
        if kept is not None:
            model_from_bytes(self.encoder, kept, where=self.name)
        path = self._settings.init_weights
        if path is not None:
            model_from_bytes(self.encoder, _read(path), where=path)

    def _weights_of_copy(self) -> bytes | None:
        slot = next(slot for slot in self.nlp.slots if slot.name == self.name)
        return model_to_bytes(self.encoder) if slot.copied else None

    def _check_losses(self, docs: Sequence[Doc]) -> None:
        if docs:
            with random.scope(seed=self._settings.seed or 0), random.enter("check"):
                with naming(self._contract.owner):
                    losses = self.model.predict(docs)
                self._contract.check(losses)

    def _error(self, setting: str, message: str, hint: str) -> ConfigError:
        """What is wrong with a setting of `[pretraining]`, with its place in the config."""
        sources = self.nlp.config.sources
        return ConfigError(problem_at(sources, f"pretraining.{setting}", message, suggestion=hint))

    def _check_encoder(self, docs: Sequence[Doc]) -> None:
        """ConfigError if it does not make one array (tokens, width) of each document."""
        place = (
            f"the layer '{self._settings.layer}' of '{self.name}'"
            if self._settings.layer
            else f"'{self.name}'"
        )
        setting = "layer" if self._settings.layer else "component"
        hint = 'Name a component that makes token vectors, such as tok2vec, or the layer of one that does: layer = "tok2vec".'
        try:
            with shape_inference():
                self.encoder.initialize(X=list(docs))
                vectors = self.encoder.predict(list(docs))
        except Exception as error:
            raise self._error(
                setting, f"{place} can't be initialised on documents alone: {_reason(error)}", hint
            ) from error
        fits = isinstance(vectors, list) and len(vectors) == len(docs)
        if not fits or any(
            getattr(one, "ndim", 0) != 2 or len(one) != len(doc)
            for one, doc in zip(vectors, docs, strict=True)
        ):
            raise self._error(
                setting,
                f"{place} does not give a vector for each token: pretraining takes models from documents to "
                "one array (tokens, width) each",
                hint,
            )

    def update(
        self, examples: Sequence[Example], *, drop: float, sgd: Any = False, losses: dict[str, float]
    ) -> dict[str, float]:
        """Add the gradient of the mean loss of the predictions. Documents without tokens teach nothing.

        losses: of the parts of a batch, one after the other, the mean loss of a prediction over all of them so far.
        """
        if self.name not in losses:
            losses[self.name], self._batch = 0.0, [0.0, 0]
        docs = [example.reference for example in examples if len(example.reference)]
        if not docs:
            return losses
        with random.enter(self.name):
            set_dropout_rate(self.model, drop)
            each, backprop = self.model.begin_update(docs)
            self._contract.check(each)
            if len(each):
                backprop(self.model.ops.xp.full_like(each, 1 / len(each)))
        total = float(each.sum())
        self._batch = [self._batch[0] + total, self._batch[1] + len(each)]
        losses[self.name] = self._batch[0] / max(self._batch[1], 1)
        self._seen = [self._seen[0] + total, self._seen[1] + len(each)]
        return losses

    def evaluate(self, examples: Iterable[Example]) -> dict[str, Any]:
        """The mean loss of a prediction over the examples, None of none; of what was learnt from since, if there are none."""
        seen, self._seen = self._seen, [0.0, 0]
        examples = list(examples)
        if examples:
            seen = [0.0, 0]
            # The same words are masked each time, so that evaluations can be compared.
            with random.scope(seed=self._settings.seed or 0), random.enter("evaluate"):
                for docs in _batches(example.reference for example in examples):
                    each = self.model.predict(docs)
                    self._contract.check(each)
                    seen = [seen[0] + float(each.sum()), seen[1] + len(each)]
        if seen[1] and not seen[0]:
            warn(
                "all predictions since the last evaluation have a loss of exactly 0, so that nothing is learnt. "
                "Objectives of word vectors leave out words without one: has any word of the text a vector?"
            )
        return {LOSS: seen[0] / seen[1] if seen[1] else None}

    def state(self) -> list[float]:
        """The losses since the last evaluation."""
        return self._seen

    def restore(self, state: list[Any]) -> None:
        """Go on with those."""
        self._seen = list(state)

    def sample_examples(self) -> list[Example]:
        """Two documents of a few words."""
        docs = [Doc(self.vocab, words=["x", "y", "z"]) for _ in range(2)]
        return [Example(doc, doc) for doc in docs]


def _first(examples: Iterable[Example], words: int) -> list[Doc]:
    """The first documents, and as many after them as it takes for so many words."""
    docs: list[Doc] = []
    seen = 0
    for example in examples:
        if len(docs) >= _SAMPLE and seen >= words:
            break
        docs.append(example.reference)
        seen += len(example.reference)
    return docs


def _batches(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    batch: list[Doc] = []
    words = 0
    for doc in docs:
        if batch and words + len(doc) > _BATCH:
            yield batch
            batch, words = [], 0
        if len(doc):
            batch.append(doc)
            words += len(doc)
    if batch:
        yield batch


def _reason(error: Exception) -> str:
    """Why a model can't be initialised, in words of the kernel."""
    if place_of(error) is None and "Cannot get dimension" in str(error):
        return "it needs a size that only labels tell"
    return describe_error(error)


def _read(path: str) -> bytes:
    try:
        return expand_home(path).read_bytes()
    except OSError as error:
        raise DataError(f"the weights to begin with can't be read: {error.strerror}", path=path) from error
