"""The columns of CoNLL-U that the annotations of a document make, and what a file has besides them.

A file says more than a document has columns for: comments, multi-word tokens, empty nodes, the enhanced graph, other items of
MISC, columns of CoNLL-U Plus. `kept` is what goes into the user data of a document that was read, as plain values:

    sents     words of each sentence of the file
    starts    words that start a sentence of the document, where that differs from `sents`
    lines     [sentence, number of words before it there, line] for each line that is no word
    columns   name -> [word, what the file has, what the document made of it], where the two differ
    names     the columns of the file, where they are not the ten of CoNLL-U

A value of the file is written again as long as the document still makes of it what it made when it was read. What was
predicted since goes before what was read.
"""

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.iob import BEGIN, MISSING, OUTSIDE
from kernel.vocab import attrs

KEY = "conllu"
NAMES = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
GLOBAL_COLUMNS = "# global.columns ="
_STRINGS = (("LEMMA", attrs.LEMMA), ("UPOS", attrs.POS), ("XPOS", attrs.TAG), ("FEATS", attrs.MORPH))
NOTHING = "_"


def made_columns(doc: Doc, ids: NDArray[Any], *, is_enhanced: bool) -> dict[str, list[str]]:
    """Name -> what the annotations of a document make of the column, a string a token.

    ids: of each token in its sentence, from 1; 0 for one that isn't written, whose dependents go to its head. is_enhanced: whether
    DEPS repeats head and relation, as an enhanced graph does of most words; else it is empty.
    """
    found = {name: _strings(doc, attr) for name, attr in _STRINGS}
    if found["XPOS"] == found["UPOS"]:
        # Where there are no tags of its own, a document has the universal ones.
        found["XPOS"] = [NOTHING] * len(doc)
    found["HEAD"], is_root = _heads(doc, ids)
    found["DEPREL"] = ["root" if each == "ROOT" else each for each in _strings(doc, attrs.DEP)]
    for place in is_root:
        found["DEPREL"][place] = "root"
    found["DEPS"] = (
        [
            f"{head}:{relation}" if head != NOTHING else NOTHING
            for head, relation in zip(found["HEAD"], found["DEPREL"], strict=True)
        ]
        if is_enhanced
        else [NOTHING] * len(doc)
    )
    found["MISC"] = _miscs(doc)
    return found


def _strings(doc: Doc, attr: int) -> list[str]:
    column = doc.columns.get(attr)
    if column is None:
        return [NOTHING] * len(doc)
    numbers, places = np.unique(column, return_inverse=True)
    texts = [doc.vocab.strings[int(number)] or NOTHING if number else NOTHING for number in numbers]
    return [texts[place] for place in places.tolist()]


def _heads(doc: Doc, ids: NDArray[Any]) -> tuple[list[str], list[int]]:
    """Ids of heads, and the tokens that are roots in the place of one that isn't written."""
    labels, relative = doc.columns.get(attrs.DEP), doc.columns.get(attrs.HEAD)
    size = len(doc)
    if labels is None or not labels.any():
        return [NOTHING] * size, []
    places = np.arange(size)
    heads = places if relative is None else places + relative
    target = heads
    while (onward := (ids[target] == 0) & (heads[target] != target)).any():
        target = np.where(onward, heads[target], target)
    # Of the dependents of a root that isn't written, the first one takes its place.
    orphans = np.flatnonzero((ids[target] == 0) & (ids > 0))
    roots, first = np.unique(target[orphans], return_index=True)
    heir = orphans[first]
    target[orphans] = heir[np.searchsorted(roots, target[orphans])]
    # A sentence is where its ids ascend; a head in another one can't be written.
    sentence = np.cumsum(ids == 1)
    is_root = (target == places) | (sentence[target] != sentence)
    numbers = np.where(is_root, 0, ids[target]).tolist()
    return [
        NOTHING if not label else str(head) for head, label in zip(numbers, labels.tolist(), strict=True)
    ], heir.tolist()


def _miscs(doc: Doc) -> list[str]:
    found = [NOTHING if space else "SpaceAfter=No" for space in doc.spaces.tolist()]
    entities = entity_tags(doc)
    if entities is None:
        return found
    return [
        f"name={entity}" if misc == NOTHING else f"{misc}|name={entity}"
        for misc, entity in zip(found, entities, strict=True)
    ]


def entity_tags(doc: Doc) -> list[str] | None:
    """IOB2 tags, `-` where entities are not annotated; None if they are nowhere."""
    iob = doc.columns.get(attrs.ENT_IOB)
    if iob is None or not iob.any():
        return None
    numbers, places = np.unique(doc.columns[attrs.ENT_TYPE], return_inverse=True)
    texts = [doc.vocab.strings[int(number)] if number else "" for number in numbers]
    labels = [texts[place] for place in places.tolist()]
    unfit = {text for text in texts if not can_be_tag(text)}
    tags = []
    before = ""
    for value, label in zip(iob.tolist(), labels, strict=True):
        if value in (MISSING, OUTSIDE) or not label or label in unfit:
            tags.append("-" if value == MISSING or label in unfit else "O")
            before = ""
        else:
            tags.append(f"{'B' if value == BEGIN or label != before else 'I'}-{label}")
            before = label
    return tags


def can_be_tag(label: str) -> bool:
    """Whether a label can stand in MISC."""
    return not set(label) & set("|\t\n\r")


def ids_of(sizes: Sequence[int]) -> NDArray[Any]:
    """Of each word its number in its sentence, from 1."""
    return np.concatenate([np.arange(1, size + 1) for size in sizes]) if sizes else np.zeros(0, dtype=int)


def starts_of(doc: Doc) -> list[int]:
    """The words that start a sentence; the first one, if nobody said where they start."""
    return doc.sentence_borders()[:-1] if doc.has_annotation(attrs.SENT_START) else [0][: len(doc)]


def kept(
    doc: Doc,
    columns: Mapping[str, Sequence[str]],
    sizes: Sequence[int],
    lines: Sequence[tuple[int, int, str]],
    names: Sequence[str] | None,
) -> dict[str, Any]:
    """What a file has of a document besides what the document makes.

    columns: name of a column -> its values, a word each. sizes: words of each sentence. lines: (sentence, words before, line). names: of the columns, None for those of CoNLL-U.
    """
    is_enhanced = any(value != NOTHING for value in columns.get("DEPS", ()))
    made = made_columns(doc, ids_of(sizes), is_enhanced=is_enhanced)
    differing: dict[str, list[list[Any]]] = {"DEPS": []} if is_enhanced else {}
    for name, values in columns.items():
        expected = made.get(name)
        if name in ("ID", "FORM") or list(values) == expected:
            continue
        others = [NOTHING] * len(doc) if expected is None else expected
        found = [
            [place, is_there, other]
            for place, (is_there, other) in enumerate(zip(values, others, strict=True))
            if is_there != other
        ]
        if found:
            differing[name] = found
    starts = [0, *np.cumsum(sizes).tolist()][:-1]
    own = starts_of(doc)
    return {
        "sents": list(sizes),
        **({"starts": own} if own != starts else {}),
        **({"lines": [list(line) for line in lines]} if lines else {}),
        **({"columns": differing} if differing else {}),
        **({"names": list(names)} if names is not None else {}),
    }


def is_kept(doc: Doc) -> bool:
    """Whether a document still has the words and sentences of the file that it was read from."""
    found = doc.user_data.get(KEY)
    if not isinstance(found, Mapping) or "sents" not in found:
        return False
    sizes = list(found["sents"])
    starts = [0, *np.cumsum(sizes).tolist()][:-1]
    return sum(sizes) == len(doc) and starts_of(doc) == list(found.get("starts", starts))


def merged_misc(now: str, there: str, other: str) -> str:
    """MISC with what a document makes of it now, and what the file had beside what was made of it then.

    there: what the file has. other: what the document made of it.
    """
    if now == other:
        return there
    of_file = [
        item
        for item in there.split("|")
        if item != NOTHING and item not in other.split("|") and not _is_ours(item)
    ]
    items = [*of_file, *(item for item in now.split("|") if item != NOTHING)]
    return "|".join(items) or NOTHING


def _is_ours(item: str) -> bool:
    """Whether a document makes such an item."""
    return item == "SpaceAfter=No" or item.startswith(("name=", "NE="))


def bounds(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """(first word, word after the last) of each sentence."""
    return list(pairwise(chain([0], np.cumsum(sizes).tolist())))
