"""The entity linker."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model, Ragged, set_dropout_rate

from kernel.component import Finding, SavedFile, TrainableComponent
from kernel.config.ranges import Fraction, NonNegativeInt, PositiveInt
from kernel.errors import DataError, UsageError, warn
from kernel.language import Language
from kernel.rehearsal import weighted
from kernel.tokens import Doc, Span
from kernel.tokens.batch import batch_column, set_batch_column
from kernel.tokens.sentences import sentences_around
from kernel.training import Example
from kernel.vocab import Vocab, attrs
from kernel_linking.entity_linker import debug, recommended
from kernel_linking.entity_linker.choose import NIL, choose, undecided
from kernel_linking.entity_linker.gold import Link, borders_of, borders_of_doc, gold_links
from kernel_linking.entity_linker.loss import cosine_loss
from kernel_linking.kb import (
    Candidate,
    InMemoryLookupKB,
    KnowledgeBase,
    get_candidates,
    get_candidates_batch,
)
from kernel_linking.kb.candidate import Columns, columns_of
from kernel_linking.sources.empty import make_empty_kb

MODEL = {
    "@architectures": "kernel.EntityLinker.v2",
    "nO": None,
    "tok2vec": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 96,
        "depth": 2,
        "embed_size": 2000,
        "window_size": 1,
        "maxout_pieces": 3,
        "subword_features": True,
    },
}
Generator = Callable[[KnowledgeBase, Span], Iterable[Candidate]]
BatchGenerator = Callable[[KnowledgeBase, Iterable[Span]], Iterable[Iterable[Candidate]]]
# Token ranges of documents, a list for each: first token, token after the last.
Ranges = Sequence[Sequence[tuple[int, int]]]


@Language.factory(
    "entity_linker",
    requires=["doc.ents", "doc.sents", "token.ent_iob", "token.ent_type"],
    assigns=["token.ent_kb_id"],
    default_config={
        "model": MODEL,
        "labels_discard": [],
        "n_sents": 0,
        "incl_prior": True,
        "incl_context": True,
        "entity_vector_length": 64,
        "get_candidates": {"@misc": "kernel.CandidateGenerator.v1"},
        "get_candidates_batch": {"@misc": "kernel.CandidateBatchGenerator.v1"},
        "generate_empty_kb": {"@misc": "kernel.EmptyKB.v2"},
        "overwrite": True,
        "scorer": {"@scorers": "kernel.entity_linker_scorer.v1"},
        "use_gold_ents": True,
        "candidates_batch_size": 1,
        "threshold": None,
    },
    default_score_weights={"nel_micro_f": 1.0, "nel_micro_r": None, "nel_micro_p": None},
    recommend=recommended.entity_linker,
)
def make_entity_linker(
    nlp: Language,
    name: str,
    model: Model[Any, Any],
    labels_discard: list[str],
    n_sents: NonNegativeInt,
    incl_prior: bool,
    incl_context: bool,
    entity_vector_length: PositiveInt,
    get_candidates: Callable[..., Any],
    get_candidates_batch: Callable[..., Any],
    generate_empty_kb: Callable[..., Any],
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
    use_gold_ents: bool,
    candidates_batch_size: PositiveInt,
    threshold: Fraction | None,
) -> "EntityLinker":
    """Says which entry of a knowledge base each entity is.

    model: contexts to encodings of the width of the entities' vectors, such as kernel.EntityLinker.v2. labels_discard: labels of
    entities that get no link. n_sents: how many sentences on either side belong to the context. incl_prior, incl_context: whether
    the probability of an alias, and the context, count; without context nothing is learnt. entity_vector_length: the width of the
    vectors of an empty knowledge base. get_candidates: of a knowledge base and a mention, the candidates; get_candidates_batch: the same of many mentions, which is
    called if candidates_batch_size is above 1, with so many. generate_empty_kb: of a vocabulary and a width, the knowledge base before
    initialize. overwrite: whether a link that is there already is replaced. use_gold_ents: whether all gold entities are learnt
    from, or those only that are predicted too. threshold: the least score of a link; below it the mention gets NIL.
    """
    return EntityLinker(
        nlp.vocab,
        model,
        name,
        labels_discard=labels_discard,
        n_sents=n_sents,
        incl_prior=incl_prior,
        incl_context=incl_context,
        entity_vector_length=entity_vector_length,
        get_candidates=get_candidates,
        get_candidates_batch=get_candidates_batch,
        generate_empty_kb=generate_empty_kb,
        overwrite=overwrite,
        scorer=scorer,
        use_gold_ents=use_gold_ents,
        candidates_batch_size=candidates_batch_size,
        threshold=threshold,
    )


class Setting:
    """A setting that is saved: an attribute that lies in `cfg`."""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    def __get__(self, component: Any, owner: Any = None) -> Any:
        return self if component is None else component.cfg[self._name]

    def __set__(self, component: Any, value: Any) -> None:
        component.cfg[self._name] = value


class EntityLinker(TrainableComponent):
    """Sets the knowledge base id of entities: `token.ent_kb_id`, `span.kb_id`.

    Candidates come from the knowledge base by the text of the mention. Which of them is meant, prior probability and context decide:
    the score is p + s - p * s of the prior p and the cosine s of the encoded context and the vector of the entity. A mention without
    candidates gets NIL.
    """

    NIL = NIL
    labels_discard = Setting()
    n_sents = Setting()
    incl_prior = Setting()
    incl_context = Setting()
    overwrite = Setting()
    use_gold_ents = Setting()
    candidates_batch_size = Setting()
    threshold = Setting()

    def __init__(
        self,
        vocab: Vocab,
        model: Model[Any, Any],
        name: str = "entity_linker",
        *,
        labels_discard: Iterable[str] = (),
        n_sents: int = 0,
        incl_prior: bool = True,
        incl_context: bool = True,
        entity_vector_length: int = 64,
        get_candidates: Generator = get_candidates,
        get_candidates_batch: BatchGenerator = get_candidates_batch,
        generate_empty_kb: Callable[[Vocab, int], KnowledgeBase] | None = None,
        overwrite: bool = True,
        scorer: Callable[..., dict[str, Any]] | None = None,
        use_gold_ents: bool = True,
        candidates_batch_size: int = 1,
        threshold: float | None = None,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer)
        self.cfg.update(
            labels_discard=list(labels_discard),
            n_sents=n_sents,
            incl_prior=incl_prior,
            incl_context=incl_context,
            entity_vector_length=entity_vector_length,
            overwrite=overwrite,
            use_gold_ents=use_gold_ents,
            candidates_batch_size=candidates_batch_size,
            threshold=threshold,
        )
        self.get_candidates = get_candidates
        self.get_candidates_batch = get_candidates_batch
        self.kb: KnowledgeBase = (generate_empty_kb or make_empty_kb())(vocab, entity_vector_length)
        self._says_unknown = False
        self._says_no_sentences = False
        if "n_sents" in model.attrs:
            # For whoever asks the model about documents alone.
            model.attrs["n_sents"] = n_sents

    def set_kb(self, kb_loader: Callable[[Vocab], KnowledgeBase]) -> None:
        """Use the knowledge base that a function of the vocabulary makes, such as that of kernel.KBFromFile.v1."""
        if not callable(kb_loader):
            raise UsageError(
                f"component '{self.name}': set_kb needs a function of the vocab that returns a knowledge base, not {type(kb_loader).__name__}",
                hint="For a knowledge base that is there already write: set_kb(lambda vocab: kb)",
            )
        kb = kb_loader(self.vocab)
        size = self._model.maybe_get_dim("nO")
        if size is not None and size != kb.entity_vector_length:
            raise UsageError(
                f"component '{self.name}': its model gives encodings of {size} numbers, and the vectors of the knowledge base have "
                f"{kb.entity_vector_length}",
                hint="Use vectors of the same width, or initialize the component anew.",
            )
        self.kb = kb
        self.cfg["entity_vector_length"] = kb.entity_vector_length

    def validate_kb(self) -> None:
        """`UsageError` if there is no entity to link to."""
        if self.kb is None or self.kb.is_empty():
            raise UsageError(
                f"component '{self.name}' has an empty knowledge base",
                hint="Give it one: kb_loader in [initialize.components], or set_kb in Python. kernel init kb makes one of a plain file.",
            )

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        kb_loader: Callable[[Vocab], KnowledgeBase] | None = None,
    ) -> None:
        """Take the knowledge base, infer the shapes of the model from it and from a few documents, and draw the first weights.

        kb_loader: a function of the vocabulary that makes the knowledge base; without it the component keeps the one that it has.
        """
        if kb_loader is not None:
            self.set_kb(kb_loader)
        self.validate_kb()
        docs = [example.predicted for example in self.sample(get_examples)]
        self.model.initialize(
            X=self._input(docs, [[(0, len(doc))] for doc in docs]),
            Y=self.model.ops.alloc2f(1, self.kb.entity_vector_length),
        )

    def predict(self, docs: Sequence[Doc]) -> list[str]:
        """The id of every entity of the documents, one document after the other; `NIL` where there is none."""
        ranges = [doc.entity_ranges() for doc in docs]
        total = sum(map(len, ranges))
        if not total:
            return []
        self.validate_kb()
        discarded = {self.vocab.strings[label] for label in self.labels_discard}
        entities = [
            (number, start, end)
            for number, own in enumerate(ranges)
            for start, end, label in own
            if label not in discarded
        ]
        asked = np.array([label not in discarded for own in ranges for *_, label in own], dtype=bool)
        found = self._candidates(docs, entities)
        is_open = undecided(found, len(entities), self.threshold)
        encodings = None
        if self.incl_context and is_open.any():
            encodings = self._encoded(docs, [entities[place] for place in np.flatnonzero(is_open).tolist()])
        best = choose(found, is_open, encodings, incl_prior=self.incl_prior, threshold=self.threshold)
        names: dict[int, str] = {}
        ids = []
        for row in np.where(best >= 0, found.rows[best], -1).tolist() if len(found.rows) else best.tolist():
            if row >= 0 and row not in names:
                names[row] = found.name(row)
            ids.append(names.get(row, NIL))
        answers = iter(ids)
        return [next(answers) if is_asked else NIL for is_asked in asked.tolist()]

    def _candidates(self, docs: Sequence[Doc], entities: Sequence[tuple[int, int, int]]) -> Columns:
        size = self.candidates_batch_size
        is_plain = (
            self.get_candidates is get_candidates
            if size == 1
            else self.get_candidates_batch is get_candidates_batch
        )
        if is_plain and isinstance(self.kb, InMemoryLookupKB) and self.kb.looks_up_texts():
            return self.kb.text_columns(_texts(docs, entities))
        mentions = [docs[number][start:end] for number, start, end in entities]
        if size == 1:
            found = [self.get_candidates(self.kb, mention) for mention in mentions]
        else:
            found = []
            for first in range(0, len(mentions), size):
                some = mentions[first : first + size]
                own = list(self.get_candidates_batch(self.kb, some))
                if len(own) != len(some):
                    raise UsageError(
                        f"component '{self.name}': get_candidates_batch gave the candidates of {len(own)} mentions for {len(some)}",
                        hint="It returns an iterable of candidates for each mention, an empty one where there are none.",
                    )
                found += own
        return columns_of(found, self.kb.entity_vector_length)

    def _encoded(self, docs: Sequence[Doc], entities: Sequence[tuple[int, int, int]]) -> NDArray[np.float32]:
        """The encoded contexts of entities, each (document, first token, token after the last); in order of documents."""
        own: dict[int, list[tuple[int, int]]] = {}
        for number, start, end in entities:
            own.setdefault(number, []).append((start, end))
        contexts = [
            self._contexts(docs[number], borders_of_doc(docs[number]), ranges)
            for number, ranges in own.items()
        ]
        if self.model.attrs.get("contexts_alone"):
            return self._encoded_alone([docs[number] for number in own], contexts)
        encodings = self.model.predict(self._input([docs[number] for number in own], contexts))
        array: NDArray[np.float32] = self.model.ops.to_numpy(encodings)
        return array

    def _encoded_alone(self, docs: Sequence[Doc], contexts: Ranges) -> NDArray[np.float32]:
        """The same as spaCy predicts with its weights, which have the attribute `contexts_alone`.

        There each context is a document of its own, and what counts in that is the context of its first entity: whatever else it holds.
        """
        places: dict[tuple[int, int, int], int] = {}
        rows = [
            places.setdefault((number, start, end), len(places))
            for number, own in enumerate(contexts)
            for start, end in own
        ]
        alone = [docs[number][start:end].as_doc() for number, start, end in places]
        firsts = [own[:1] for own in self.model.attrs["contexts"](self.model, alone)]
        encodings: NDArray[np.float32] = self.model.ops.to_numpy(
            self.model.predict(self._input(alone, firsts))
        )
        return encodings[rows]

    def _contexts(
        self, doc: Doc, borders: list[int] | None, ranges: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """The context of each token range: its sentence and the neighbours of it; in a document without sentences all of it."""
        if borders is None:
            if not self._says_no_sentences:
                self._says_no_sentences = True
                warn(
                    f"component '{self.name}': there are documents without sentences, such as {doc.text[:40]!r}: the context of an entity is "
                    "the whole document there, and else its sentence. A parser, senter or sentencizer before the component sets "
                    "sentences, in training if annotating_components of [training] names it too."
                )
            borders = [0, len(doc)]
        return sentences_around(borders, ranges, self.n_sents)

    def _input(self, docs: Sequence[Doc], contexts: Ranges) -> Any:
        """What the model takes: documents and their contexts, or a document for each context."""
        if not self.model.attrs.get("takes_contexts"):
            return [
                doc[start:end].as_doc() for doc, own in zip(docs, contexts, strict=True) for start, end in own
            ]
        ops = self.model.ops
        flat = np.array([each for own in contexts for each in own], dtype=np.int32).reshape(-1, 2)
        lengths = np.array([len(own) for own in contexts], dtype=np.int32)
        return list(docs), Ragged(ops.asarray(flat), ops.asarray(lengths))

    def set_annotations(self, docs: Sequence[Doc], predictions: Any) -> None:
        """Write ids that `predict` gave. `DataError` if there isn't one for every entity."""
        ranges = [doc.entity_ranges() for doc in docs]
        total = sum(map(len, ranges))
        if len(predictions) != total:
            raise DataError(
                f"component '{self.name}': there are {len(predictions)} ids for {total} entities; the documents have changed since they "
                "were predicted"
            )
        chosen = [doc for doc, own in zip(docs, ranges, strict=True) if own]
        if not chosen:
            return
        starts = np.cumsum([0, *map(len, chosen)])
        flat = [
            (start + first, start + last)
            for start, own in zip(starts.tolist(), filter(None, ranges), strict=False)
            for first, last, _ in own
        ]
        places = np.array(flat)
        lengths = places[:, 1] - places[:, 0]
        ends = np.cumsum(lengths)
        tokens = np.arange(ends[-1]) + np.repeat(places[:, 0] - (ends - lengths), lengths)
        distinct = list(dict.fromkeys(predictions))
        tables = {id(doc.table): doc.table for doc in chosen}
        numbers: dict[str, int] = {}
        for table in tables.values():
            numbers = dict(zip(distinct, table.intern_many(distinct).tolist(), strict=True))
        found = np.repeat(np.array([numbers[kb_id] for kb_id in predictions], dtype=np.uint64), lengths)
        column = batch_column(chosen, attrs.ENT_KB_ID).copy()
        column[tokens] = found if self.overwrite else np.where(column[tokens] != 0, column[tokens], found)
        set_batch_column(chosen, attrs.ENT_KB_ID, column)

    def learnable(self, examples: Sequence[Example]) -> bool:
        """Whether any entity has a link that can be learnt. What is learnt is its context: if that doesn't count, there is nothing."""
        self.validate_kb()
        return (
            bool(self.incl_context) and super().learnable(examples) and any(map(len, self._links(examples)))
        )

    def learn(self, examples: Sequence[Example], drop: float) -> float:
        links = self._links(examples)
        chosen = [(example, own) for example, own in zip(examples, links, strict=True) if own]
        docs = [example.predicted for example, _ in chosen]
        contexts = [
            self._contexts(example.predicted, borders_of(example), [(link.start, link.end) for link in own])
            for example, own in chosen
        ]
        set_dropout_rate(self.model, drop)
        encodings, backprop = self.model.begin_update(self._input(docs, contexts))
        loss, gradient = self.get_loss(examples, encodings)
        backprop(gradient)
        return loss

    def get_loss(self, examples: Sequence[Example], scores: Any) -> tuple[float, Any]:
        """The mean cosine distance of encodings and the vectors of the gold entities, and the gradient of the sum.

        scores: a row for each entity that can be learnt.
        """
        ids = [link.kb_id for own in self._links(examples) for link in own]
        if isinstance(self.kb, InMemoryLookupKB):
            vectors = self.kb.entity_vectors[self.kb.entity_rows(ids)]
        else:
            vectors = np.array(list(self.kb.get_vectors(ids)), dtype=np.float32)
        return cosine_loss(self.model.ops, scores, self.model.ops.asarray(vectors))

    def _links(self, examples: Sequence[Example]) -> list[list[Link]]:
        """The links of each example that are to be learnt: those to entities that the knowledge base has."""
        links = [gold_links(example, use_gold_ents=self.use_gold_ents) for example in examples]
        ids = [link.kb_id for own in links for link in own]
        known = self.known(ids)
        if all(known):
            return links
        if not self._says_unknown:
            self._says_unknown = True
            unknown = next(kb_id for kb_id, is_known in zip(ids, known, strict=True) if not is_known)
            warn(
                f"component '{self.name}': the data have links to entities that the knowledge base lacks, such as '{unknown}': they are not "
                "learnt. kernel debug data lists them."
            )
        answers = iter(known)
        return [[link for link in own if next(answers)] for own in links]

    def known(self, ids: Sequence[str]) -> list[bool]:
        """Whether the knowledge base has entities with these ids; one without the method says so by a vector of zeros."""
        if not ids:
            return []
        if isinstance(self.kb, InMemoryLookupKB):
            return list((self.kb.entity_rows(ids) >= 0).tolist())
        return [any(vector) for vector in self.kb.get_vectors(ids)]

    def recall(self, examples: Sequence[Example], drop: float, weight: float) -> float:
        """The encodings of all sentences, compared with the teacher's; a document without sentences is one."""
        docs = [example.predicted for example in examples if len(example.predicted)]
        contexts = [list(pairwise(borders_of_doc(doc) or [0, len(doc)])) for doc in docs]
        inputs = self._input(docs, contexts)
        set_dropout_rate(self.model, drop)
        encodings, backprop = self.model.begin_update(inputs)
        taught = self.checked_teacher()(docs, self.model.ops, inputs)
        loss, gradient = self.get_rehearsal_loss(encodings, taught)
        backprop(weighted(gradient, weight))
        return float(loss)

    def debug(self, train: Sequence[Example], dev: Sequence[Example]) -> Iterable[Finding]:
        return debug.findings(self, train, dev)

    def files(self) -> dict[str, SavedFile]:
        return {**super().files(), "kb": SavedFile(self.kb_to_bytes, self.kb_from_bytes)}

    def kb_to_bytes(self) -> bytes:
        """The knowledge base."""
        return self.kb.to_bytes()

    def kb_from_bytes(self, data: bytes) -> None:
        """Take a knowledge base. `DataError` if its vectors aren't as wide as the encodings of the model."""
        self.kb.from_bytes(data)
        size, width = self.model.maybe_get_dim("nO"), self.kb.entity_vector_length
        if size is not None and size != width:
            raise DataError(
                f"component '{self.name}': the vectors of its knowledge base have {width} numbers, but its weights give {size}",
                hint="The files of the component were saved by different models, or one of them was edited.",
            )


def _texts(docs: Sequence[Doc], entities: Sequence[tuple[int, int, int]]) -> list[str]:
    """The texts of entities, each (document, first token, token after the last)."""
    found = []
    number = -1
    for place, start, end in entities:
        if place != number:
            number = place
            text, offsets, spaces = docs[place].text, docs[place].offsets(), docs[place].spaces
        found.append(text[offsets[start] : offsets[end] - spaces[end - 1]])
    return found
