"""Entity tags: BILUO and IOB, and their conversion to and from character offsets.

B begins an entity, I is inside, L its last token, U a unit of one token, O outside; `-` is not annotated.
IOB has no L and U. In IOB an I that continues nothing opens an entity; in BILUO it is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, warn

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc
    from kernel.tokens.span import Span

MISSING = "-"


def is_biluo(tags: Iterable[str | None]) -> bool:
    """Whether the tags have the letters L or U, which IOB doesn't."""
    return any(tag is not None and tag[:2] in ("L-", "U-") for tag in tags)


def entities_of_biluo(tags: Sequence[str | None]) -> list[tuple[int, int, str]]:
    """(start token, end token, label) of each entity. DataError if the tags break the scheme."""
    found: list[tuple[int, int, str]] = []
    start: int | None = None
    label = ""
    for index, tag in enumerate([*tags, None]):
        letter, _, name = (tag or MISSING).partition("-")
        if letter in ("I", "L"):
            if start is None or name != label:
                raise DataError(
                    f"token {index}: {tag} doesn't continue an entity {name}: {_around(tags, index)}"
                )
            if letter == "L":
                found.append((start, index + 1, label))
                start = None
            continue
        if start is not None:
            raise DataError(
                f"token {index}: the entity {label} ends without L-{label}: {_around(tags, index)}"
            )
        if letter == "B":
            start, label = index, name
        elif letter == "U":
            found.append((index, index + 1, name))
        elif letter not in ("O", ""):
            raise DataError(f"token {index}: {tag!r} is not a BILUO tag")
    return found


def _around(tags: Sequence[str | None], index: int) -> str:
    return " ".join(tag or MISSING for tag in tags[max(0, index - 2) : index + 2])


def biluo_of_entities(length: int, entities: Iterable[tuple[int, int, str]], default: Any = "O") -> list[Any]:
    """The tags of (start token, end token, label) entities; other tokens get the default."""
    tags: list[Any] = [default] * length
    for start, end, label in entities:
        if end - start == 1:
            tags[start] = "U-" + label
        else:
            tags[start:end] = ["B-" + label, *["I-" + label] * (end - start - 2), "L-" + label]
    return tags


def iob_to_biluo(tags: Sequence[str]) -> list[str]:
    """IOB (or BIO) to BILUO. An I that continues nothing opens an entity. DataError for what is no tag."""
    converted = []
    before = "O"
    for index, tag in enumerate(tags):
        if tag not in ("O", "", MISSING) and tag[:2] not in ("B-", "I-"):
            raise DataError(f"token {index}: {tag!r} is not an IOB tag: {_around(tags, index)}")
        after = tags[index + 1] if index + 1 < len(tags) else "O"
        letter, dash, label = tag.partition("-")
        if letter in ("O", "") or dash == "":
            converted.append(tag)
        else:
            opens = letter == "B" or before.partition("-")[2] != label or before[:1] not in ("B", "I")
            closes = after != "I-" + label
            converted.append(
                ("U" if opens and closes else "B" if opens else "L" if closes else "I") + "-" + label
            )
        before = tag
    return converted


def biluo_to_iob(tags: Sequence[str]) -> list[str]:
    """BILUO to IOB."""
    letters = {"U": "B", "L": "I"}
    return [letters.get(tag[:1], tag[:1]) + tag[1:] if tag[1:2] == "-" else tag for tag in tags]


def doc_to_biluo_tags(doc: Doc, missing: Any = MISSING) -> list[Any]:
    """The entities of a Doc as tags; `missing` where there is no annotation."""
    from kernel.tokens.columns import values_of
    from kernel.vocab import attrs

    strings = doc.vocab.strings
    entities = [(start, end, strings[label]) for start, end, label in doc.entity_ranges()]
    tags = biluo_of_entities(len(doc), entities)
    for index in (values_of(doc, attrs.ENT_IOB) == 0).nonzero()[0].tolist():
        tags[index] = missing
    return tags


def read_offsets(doc: Doc, entities: Iterable[Any]) -> tuple[list[tuple[int, int, str]], list[int]]:
    """Entities given as (start, end, label) character offsets, as (entities by token, tokens to ignore).

    An entity whose borders fall inside a token, or that ends after the text, can't be used: its tokens are to be
    ignored, with a warning. Overlapping entities, and those that end before they start, are a DataError.
    """
    text_length = len(doc.text)
    found: list[tuple[int, int, str]] = []
    ignored: list[int] = []
    lost: list[str] = []
    names: list[tuple[int, int, str]] = []
    for entity in entities:
        start, end, label = _fields(entity)
        if not 0 <= start < end:
            raise DataError(
                f"the entity {label} from character {start} to {end} is outside of the text of {text_length} characters"
            )
        name = f"{label} {doc.text[start:end]!r} ({start}-{end})"
        names.append((start, end, name))
        inside = start < text_length
        touched = doc.token_range(start, min(end, text_length), "expand") if inside else None
        exact = doc.token_range(start, end, "strict") if end <= text_length else None
        if touched is None:
            lost.append(name)
            continue
        if exact is None:
            lost.append(name)
            ignored.extend(range(*touched))
        else:
            found.append((*exact, label))
    _refuse_overlaps(names)
    if lost:
        warn(
            f"{len(lost)} of {len(names)} entities don't begin and end where tokens do, and are ignored in training and "
            f"evaluation: {', '.join(lost[:5])}{', ...' if len(lost) > 5 else ''} in {doc.text[:60]!r}"
        )
    return found, ignored


def _refuse_overlaps(entities: list[tuple[int, int, str]]) -> None:
    for (_, end, name), (start, _, other) in pairwise(sorted(entities, key=itemgetter(0))):
        if start < end:
            raise DataError(
                f"{name} and {other} overlap",
                offset=start,
                hint="a token belongs to one entity at most; `spans` takes overlapping spans",
            )


def _fields(entity: Any) -> tuple[int, int, str]:
    try:
        start, end, label = entity[:3]
        start, end = int(start), int(end)
    except (KeyError, TypeError, ValueError):
        raise DataError(
            f"{entity!r} is not an entity: expected (start character, end character, label)"
        ) from None
    if len(entity) > 4 or not all(isinstance(kb_id, str | None) for kb_id in entity[3:]):
        raise DataError(
            f"{entity!r} is not an entity: what follows its label is the id in a knowledge base, a text",
            offset=start,
        )
    if not isinstance(label, str) or not label:
        raise DataError(
            f"the label of an entity is a string that is not empty, not {label!r}: {entity!r}", offset=start
        )
    return start, end, label


def offsets_to_biluo_tags(
    doc: Doc, entities: Iterable[tuple[int, int, str]], missing: str = "O"
) -> list[str]:
    """Character offsets to tags: `-` on the tokens of entities that don't fit, `missing` on other tokens."""
    found, ignored = read_offsets(doc, entities)
    tags = biluo_of_entities(len(doc), found, missing)
    for index in ignored:
        tags[index] = MISSING
    return tags


def biluo_tags_to_spans(doc: Doc, tags: Sequence[str]) -> list[Span]:
    """Tags to labelled spans."""
    from kernel.tokens.span import Span

    return [Span(doc, start, end, label) for start, end, label in entities_of_biluo(tags)]


def biluo_tags_to_offsets(doc: Doc, tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Tags to character offsets (start, end, label)."""
    return [(span.start_char, span.end_char, span.label_) for span in biluo_tags_to_spans(doc, tags)]
