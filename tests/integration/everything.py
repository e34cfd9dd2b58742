"""A pipeline of all kinds of components, and documents with annotations for all of them."""

import sys
import unicodedata
from typing import Any

import numpy as np

from kernel import blank
from kernel.language import Language
from kernel.numeric.random import scope
from kernel.tokens import Doc, Example, Span

from .transfer import EMBEDDING, LISTENER, MODELS

WIDTH = 4
TAGGER = {"model": {**MODELS["tagger"], "tok2vec": LISTENER}}
SPANCAT = {
    "@architectures": "kernel.SpanCategorizer.v1",
    "tok2vec": LISTENER,
    "reducer": {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 8},
    "scorer": {"@layers": "kernel.LinearLogistic.v1"},
}
FINDER = {
    "@architectures": "kernel.SpanFinder.v1",
    "tok2vec": LISTENER,
    "scorer": {"@layers": "kernel.LinearLogistic.v1", "nO": 2},
}
# Those that learn from gold documents, and change no token.
LEARNING: dict[str, dict[str, Any]] = {
    "tok2vec": {"model": EMBEDDING},
    "senter": TAGGER,
    "tagger": TAGGER,
    "morphologizer": TAGGER,
    "parser": {"model": {**MODELS["parser"], "tok2vec": LISTENER}, "min_action_freq": 0},
    "trainable_lemmatizer": {**TAGGER, "min_tree_freq": 1},
    "ner": {"model": {**MODELS["ner"], "tok2vec": LISTENER}},
    "entity_linker": {
        "model": {"@architectures": "kernel.EntityLinker.v2", "tok2vec": LISTENER},
        "entity_vector_length": WIDTH,
    },
    "spancat": {"model": SPANCAT, "threshold": 0.3},
    "spancat_singlelabel": {
        "model": {**SPANCAT, "scorer": {"@layers": "Softmax.v2"}},
        "spans_key": "single",
    },
    "span_finder": {"model": FINDER, "spans_key": "found"},
    "textcat": {"model": {**MODELS["textcat"], "tok2vec": LISTENER}},
    "textcat_multilabel": {"model": {**MODELS["textcat_multilabel"], "tok2vec": LISTENER}},
}
RULES: dict[str, dict[str, Any]] = {
    "attribute_ruler": {},
    "entity_ruler": {"overwrite_ents": False},
    "span_ruler": {},
}
LAST: dict[str, dict[str, Any]] = {
    "merge_entities": {},
    "token_splitter": {"min_length": 12, "split_length": 5},
    "doc_cleaner": {},
}
EVERYTHING: dict[str, dict[str, Any]] = {
    name: {**LEARNING, **RULES, **LAST}[name]
    for name in (
        *(
            "tok2vec",
            "senter",
            "tagger",
            "morphologizer",
            "parser",
            "trainable_lemmatizer",
            "attribute_ruler",
        ),
        *(
            "entity_ruler",
            "ner",
            "entity_linker",
            "spancat",
            "spancat_singlelabel",
            "span_finder",
            "span_ruler",
        ),
        *("textcat", "textcat_multilabel", "merge_entities", "token_splitter", "doc_cleaner"),
    )
}
ATTRIBUTES = [
    {
        "patterns": [[{"LOWER": "dogs"}], [{"TAG": "NOUN"}, {"DEP": "x"}]],
        "attrs": {"LEMMA": "rule"},
        "index": 0,
    }
]
ENTITIES = [
    {"label": "ANIMAL", "pattern": "old dogs", "id": "dog"},
    {"label": "WEATHER", "pattern": [{"LOWER": {"REGEX": "^rain"}}, {"OP": "?"}]},
]
SPANS = [
    {"label": "SEE", "pattern": [{"LEMMA": "see"}, {"OP": "*"}, {"LOWER": "dogs"}], "id": "seen"},
    {"label": "DOGS", "pattern": "dogs"},
]
SENTENCE = ["we", "see", "old", "dogs", "of", "Ada", "run", "."]
HEADS = [1, 1, 3, 1, 3, 4, 1, 1]
COLUMNS = [
    *("ORTH", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START"),
    *("ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID"),
]


def own_vectors(block: Any) -> Any:
    """The same settings with token vectors of the component's own, where it listens to shared ones."""
    if block == LISTENER:
        return dict(EMBEDDING)
    return {key: own_vectors(value) for key, value in block.items()} if isinstance(block, dict) else block


def load_kb(vocab: Any) -> Any:
    """A name that may mean either of two, a word, and nobody."""
    from kernel.kb import InMemoryLookupKB

    kb = InMemoryLookupKB(vocab, WIDTH)
    for number, entity in enumerate(("Q1", "Q2", "Q3")):
        kb.add_entity(entity, 1 + number, [float(number == place) for place in range(WIDTH)])
    for alias in ("Ada", "Bob", "w7"):
        kb.add_alias(alias, ["Q1", "Q2"], [0.4, 0.5])
    kb.add_alias("old dogs", ["Q3"], [1.0])
    return kb


def gold(nlp: Language, words: list[str], heads: list[int]) -> Doc:
    """A document with annotations of every kind. heads: positions."""
    n = len(words)
    if not n:
        return Doc(nlp.vocab, [])
    doc = Doc(
        nlp.vocab,
        words,
        tags=[("NOUN", "VERB", "OTHER")[i % 3] for i in range(n)],
        pos=[("NOUN", "VERB", "X")[i % 3] for i in range(n)],
        morphs=["Number=Plur" if i % 2 else "" for i in range(n)],
        lemmas=[word.lower().rstrip("s") or word for word in words],
        heads=heads,
        deps=[f"l{i % 5}" if heads[i] != i else "ROOT" for i in range(n)],
    )
    names = [i for i in range(n) if words[i] in ("Ada", "Bob") or i % 20 == 7]
    doc.ents = [Span(doc, i, i + 1, "PERSON", kb_id=f"Q{1 + i % 2}") for i in names]
    for key in ("sc", "found", "single"):
        doc.spans[key] = [Span(doc, i, min(i + 2, n), ("A", "B")[i % 2]) for i in range(0, n, 3)]
        doc.spans["ruler"] = []
    doc.cats = {"HOME": float(n % 2), "AWAY": float(not n % 2)}
    return doc


def example(nlp: Language, words: list[str], heads: list[int] | None = None) -> Example:
    heads = heads or [max(i - 1, 0) for i in range(len(words))]
    return Example(Doc(nlp.vocab, words), gold(nlp, words, heads))


def sentences(nlp: Language) -> list[Example]:
    twice = [*HEADS, *(head + len(HEADS) for head in HEADS)]
    return [
        example(nlp, SENTENCE * 2, twice),
        example(nlp, SENTENCE, HEADS),
        example(nlp, SENTENCE[:3], [1, 1, 0]),
        example(nlp, ["Bob", "walked", "unbelievablyfarway", "home"], [1, 1, 3, 1]),
    ]


def add_patterns(nlp: Language) -> None:
    """Give the rulers of a pipeline their patterns."""
    for name, patterns in (
        ("attribute_ruler", ATTRIBUTES),
        ("entity_ruler", ENTITIES),
        ("span_ruler", SPANS),
    ):
        if name in nlp.pipe_names:
            nlp.get_pipe(name).add_patterns(patterns)


def made(settings: dict[str, dict[str, Any]] = EVERYTHING) -> Language:
    """A pipeline with weights that were just drawn."""
    nlp = blank("xx")
    for name, own in settings.items():
        nlp.add_pipe(name, config=own)
    if "entity_linker" in settings:
        nlp.get_pipe("entity_linker").set_kb(load_kb)
    with scope(seed=0):
        nlp.initialize(lambda: sentences(nlp))
    add_patterns(nlp)
    return nlp


def learn(nlp: Language, examples: list[Example], steps: int = 1) -> dict[str, float]:
    """Update with some components annotating; every loss is a number."""
    optimizer, losses = nlp.create_optimizer(), dict[str, float]()
    annotates = [
        name
        for name in ("senter", "tagger", "attribute_ruler", "entity_ruler", "ner")
        if name in nlp.pipe_names
    ]
    for step in range(steps):
        with scope(seed=0, step=step):
            losses = nlp.update(examples, sgd=optimizer, losses={}, annotates=annotates)
    assert all(np.isfinite(loss) for loss in losses.values()), losses
    return losses


class Near:
    """Numbers that are equal to others within 0.00001: a document alone is computed in another order than beside others."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any) -> None:
        self._value = np.asarray(value, dtype="float64")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Near)
            and self._value.shape == other._value.shape
            and np.allclose(self._value, other._value, rtol=0, atol=1e-5)
        )

    def __repr__(self) -> str:
        return f"Near({self._value.round(5).tolist()})"


def annotation(doc: Doc) -> tuple[Any, ...]:
    """Everything that components set, to be compared."""
    groups = {
        key: (
            [(span.start, span.end, span.label_, span.id_, span.kb_id_) for span in group],
            [Near(value) for value in group.attrs.values()],
        )
        for key, group in sorted(doc.spans.items())
    }
    cats = {label: Near(value) for label, value in sorted(doc.cats.items())}
    columns = doc.to_array(COLUMNS)
    # That the first token starts a sentence goes without saying.
    columns[:1, COLUMNS.index("SENT_START")] = 1
    return doc.text, columns.tobytes(), groups, cats


def scripts() -> list[str]:
    """A character of every 32 that are assigned, all that join, reverse, separate or control, and every mark on a letter."""
    words, last = [], -1
    for code in range(1, sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Cn", "Co", "Cs"):
            continue
        if code // 32 != last or category in ("Cf", "Zs", "Zl", "Zp", "Cc"):
            words.append(character)
            last = code // 32
        if unicodedata.combining(character):
            words.append(f"a{character}{character}")
    return [*words, "\u202eאבג", "a\u200db", "\U0010ffff"]
