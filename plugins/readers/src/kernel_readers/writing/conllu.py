"""Writes CoNLL-U, and CoNLL-U Plus where the first document was read from it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel_readers.formats.conllu_columns import (
    GLOBAL_COLUMNS,
    KEY,
    NAMES,
    NOTHING,
    bounds,
    can_be_tag,
    ids_of,
    is_kept,
    made_columns,
    merged_misc,
    starts_of,
)
from kernel_readers.formats.universal import UPOS
from kernel_readers.writing.losses import Losses

_KINDS = {
    "LEMMA": "lemmas",
    "UPOS": "parts of speech",
    "XPOS": "tags",
    "FEATS": "morphological features",
    "DEPREL": "dependencies",
}
_HOLDS = frozenset({*_KINDS.values(), "sentences", "entities", "tokens of which entities are not annotated"})
_FEATURES = re.compile(r"[^=|]+=[^=|]+(?:\|[^=|]+=[^=|]+)*")
_BREAKS = str.maketrans("\t\n\r\0", "   \ufffd")
_ESCAPES = str.maketrans({" ": r"\s", "\n": r"\n", "\r": r"\r", "\t": r"\t", "|": r"\p", "\\": r"\\"})


class ConlluWriter:
    """The format of Universal Dependencies. What a converter kept of a file is written again, unless the document says otherwise now.

    Of other documents, each begins with `# newdoc`, and each sentence has an id and its text. Tokens that are white space become
    `SpacesAfter` of the word before them.
    """

    suffixes = (".conllu", ".conllup")
    is_folder = False

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file, each at once."""
        losses = Losses("CoNLL-U", _HOLDS)
        names: Sequence[str] = NAMES
        for number, (doc, others) in enumerate(docs, start=1):
            is_whole = is_kept(doc)
            found = doc.user_data.get(KEY)
            own: Sequence[str] = found.get("names", ()) if is_whole and found is not None else ()
            if number == 1 and own:
                names = own
                target.write(f"{GLOBAL_COLUMNS} {' '.join(names)}\n".encode())
            losses.of(doc, others, kept={"user data": int(KEY in doc.user_data)})
            if KEY in doc.user_data and not is_whole:
                losses.add("sets of comments, whose words or sentences have changed")
            if set(own) - set(names):
                losses.add("columns that the first document doesn't have", len(set(own) - set(names)))
            if not len(doc):
                losses.add("documents without words")
            lines = _whole(doc, names, losses) if is_whole else _made(doc, number, names, losses)
            target.write("".join(f"{line}\n" for line in lines).encode())
        losses.say()


def _whole(doc: Doc, names: Sequence[str], losses: Losses) -> Iterator[str]:
    """The lines of a document of which a file was kept."""
    found = doc.user_data[KEY]
    sizes, differing = list(found["sents"]), found.get("columns", {})
    columns = _columns(doc, ids_of(sizes), is_enhanced="DEPS" in differing)
    _check(doc, columns, names, [start for start, _ in bounds(sizes)], losses)
    for name, values in differing.items():
        column = columns.setdefault(name, [NOTHING] * len(doc))
        for place, there, other in values:
            column[place] = (
                merged_misc(column[place], there, other)
                if name == "MISC"
                else there
                if column[place] == other
                else column[place]
            )
    rows = _rows(columns, names, len(doc))
    lines: dict[tuple[int, int], list[str]] = {}
    for sentence, before, line in found.get("lines", ()):
        lines.setdefault((sentence, before), []).append(line)
    for sentence, (start, end) in enumerate(bounds(sizes)):
        for before, row in enumerate(rows[start:end]):
            yield from lines.get((sentence, before), ())
            yield row
        yield from lines.get((sentence, end - start), ())
        yield ""


def _made(doc: Doc, number: int, names: Sequence[str], losses: Losses) -> Iterator[str]:
    """The lines of any other document."""
    texts = [token.text for token in doc]
    is_space = np.array([text.isspace() for text in texts], dtype=bool)
    ids, sizes = _ids_of_words(doc, is_space)
    columns = _columns(doc, ids, is_enhanced=False)
    words = np.flatnonzero(~is_space).tolist()
    if len(words) < len(doc):
        columns["MISC"] = _with_spaces(doc, texts, is_space, columns["MISC"])
        columns = {name: [column[place] for place in words] for name, column in columns.items()}
    _check(doc, columns, names, starts_of(doc), losses)
    rows = _rows(columns, names, len(words))
    for sentence, (start, end) in enumerate(bounds(sizes), start=1):
        if sentence == 1:
            yield "# newdoc"
        yield f"# sent_id = {number}-{sentence}"
        yield f"# text = {_text(columns['FORM'][start:end], columns['MISC'][start:end])}"
        yield from rows[start:end]
        yield ""


def _ids_of_words(doc: Doc, is_space: NDArray[Any]) -> tuple[NDArray[Any], list[int]]:
    """Of each token its number in its sentence, 0 for white space; and the words of each sentence that has some."""
    borders = [*starts_of(doc), len(doc)]
    sizes = [int((~is_space[start:end]).sum()) for start, end in pairwise(borders)]
    sizes = [size for size in sizes if size]
    ids = np.zeros(len(doc), dtype=int)
    ids[~is_space] = ids_of(sizes)
    return ids, sizes


def _with_spaces(doc: Doc, texts: list[str], is_space: NDArray[Any], miscs: list[str]) -> list[str]:
    """MISC with the white space that follows each word, where it is more than a blank, and with that before the first one."""
    found = list(miscs)
    before, after = "", dict[int, str]()
    word = -1
    for place, (text, space) in enumerate(zip(texts, doc.spaces.tolist(), strict=True)):
        if not is_space[place]:
            word = place
        elif word < 0:
            before += text + " " * space
        else:
            after[word] = after.get(word, " " * bool(doc.spaces[word])) + text + " " * space
    for word, spaces in after.items():
        items = [item for item in found[word].split("|") if item not in (NOTHING, "SpaceAfter=No")]
        found[word] = "|".join([*items, f"SpacesAfter={spaces.translate(_ESCAPES)}"])
    if before and not is_space.all():
        first = int(np.argmin(is_space))
        items = [item for item in found[first].split("|") if item != NOTHING]
        found[first] = "|".join([f"SpacesBefore={before.translate(_ESCAPES)}", *items])
    return found


def _text(forms: Sequence[str], miscs: Sequence[str]) -> str:
    """The text of a sentence, with single blanks."""
    spaces = ["" if "SpaceAfter=No" in misc.split("|") else " " for misc in miscs]
    return "".join(form + space for form, space in zip(forms, spaces, strict=True)).strip()


def _columns(doc: Doc, ids: NDArray[Any], *, is_enhanced: bool) -> dict[str, list[str]]:
    columns = made_columns(doc, ids, is_enhanced=is_enhanced)
    columns["ID"] = list(map(str, ids.tolist()))
    columns["FORM"] = [token.text for token in doc]
    return columns


def _check(
    doc: Doc, columns: dict[str, list[str]], names: Sequence[str], starts: Sequence[int], losses: Losses
) -> None:
    """Leave out what breaks the rules of the format, and count it; and what the file has no column for.

    starts: the tokens that start a sentence.
    """
    for name, kind in _KINDS.items():
        number = 0 if name in names else len(doc) - columns[name].count(NOTHING)
        if number:
            losses.add(kind, number)
    for name, is_right, kind in (
        ("UPOS", lambda text: text in UPOS or text == "SPACE", "parts of speech that are not universal"),
        (
            "FEATS",
            lambda text: _FEATURES.fullmatch(text) is not None,
            "morphological features that are no Name=Value",
        ),
    ):
        wrong = {text for text in set(columns[name]) if text != NOTHING and not is_right(text)}
        if wrong:
            losses.add(kind, sum(text in wrong for text in columns[name]))
            columns[name] = [NOTHING if text in wrong else text for text in columns[name]]
    # From the start after an entity's first token to its end.
    cut = sum(bisect_right(starts, ent.start) < bisect_left(starts, ent.end) for ent in doc.ents)
    if cut:
        losses.add("entities that lie in several sentences, and are cut there", cut)
    labels = [ent.label_ for ent in doc.ents if not can_be_tag(ent.label_)]
    if labels:
        losses.add("entities whose label has a |, a tab or an end of a line", len(labels))
    for name, column in columns.items():
        # Of a line, and of one of its columns, these are the ends; and by U+0000 a file is taken for a binary one.
        wrong = {text for text in set(column) if text != text.translate(_BREAKS)}
        if wrong:
            losses.add(
                "tabs, ends of lines and characters U+0000 within values",
                sum(text in wrong for text in column),
            )
            columns[name] = [text.translate(_BREAKS) for text in column]


def _rows(columns: dict[str, list[str]], names: Sequence[str], size: int) -> list[str]:
    found = [columns.get(name) or [NOTHING] * size for name in names]
    return list(map("\t".join, zip(*found, strict=True)))
