"""Documents and annotated examples that are good for any component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

TEXTS = (
    "Anna moved to Berlin last year .",
    "The 12th of May , naïvely ,",
    "日本 is far away",
    "Stop",
    "Apples , pears and apples fell .",
)

# words, fine tags, coarse tags, lemmas, heads, relations, entities, category
_GOLD: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    (
        "Anna likes Berlin .", "NNP VBZ NNP .", "PROPN VERB PROPN PUNCT", "Anna like Berlin .",
        "1 1 1 1", "nsubj ROOT dobj punct", "B-PERSON O B-PLACE O", "good",
    ),
    (
        "Ben hates rain . He left .", "NNP VBZ NN . PRP VBD .", "PROPN VERB NOUN PUNCT PRON VERB PUNCT",
        "Ben hate rain . he leave .", "1 1 1 1 5 5 5", "nsubj ROOT dobj punct nsubj ROOT punct",
        "B-PERSON O O O O O O", "bad",
    ),
    (
        "New York is lovely", "NNP NNP VBZ JJ", "PROPN PROPN AUX ADJ", "New York be lovely",
        "1 2 2 2", "compound nsubj ROOT acomp", "B-PLACE I-PLACE O O", "good",
    ),
    (
        "What an awful day !", "WP DT JJ NN .", "PRON DET ADJ NOUN PUNCT", "what an awful day !",
        "3 3 3 3 3", "det det amod ROOT punct", "O O O O O", "bad",
    ),
    (
        "Clara met Ben", "NNP VBD NNP", "PROPN VERB PROPN", "Clara meet Ben",
        "1 1 1", "nsubj ROOT dobj", "B-PERSON O B-PERSON", "good",
    ),
)  # fmt: skip


def sample_docs(vocab: Vocab | None = None, texts: Sequence[str] = TEXTS) -> list[Doc]:
    """Unannotated documents of 1 to 7 tokens, with repeated words, other scripts and punctuation."""
    vocab = Vocab() if vocab is None else vocab
    return [Doc(vocab, words=text.split()) for text in texts]


def sample_examples(nlp: Any) -> list[Example]:
    """Five short examples with tags, lemmas, a parse, sentences, entities and categories for a pipeline."""
    return [Example(Doc(nlp.vocab, words=row[0].split()), _annotated(nlp.vocab, row)) for row in _GOLD]


def _annotated(vocab: Vocab, row: Sequence[str]) -> Doc:
    words, tags, pos, lemmas, heads, deps, ents = (column.split() for column in row[:-1])
    doc = Doc(
        vocab,
        words=words,
        tags=tags,
        pos=pos,
        lemmas=lemmas,
        heads=[int(head) for head in heads],
        deps=deps,
        ents=ents,
    )
    doc.cats = {"good": float(row[-1] == "good"), "bad": float(row[-1] == "bad")}
    return doc
