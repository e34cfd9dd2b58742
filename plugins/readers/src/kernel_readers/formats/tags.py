"""Entity tag schemes: IOB, IOB2 (BIO), BILUO and BIOES, read into the IOB2 strings that a Doc takes."""

from collections.abc import Sequence
from pathlib import Path

from kernel.errors import DataError, warn

MISSING = "-"
_STRICT = {"L", "U", "E", "S"}
_BILUO = {"E": "L", "S": "U", "M": "I"}


def to_iob(tags: Sequence[str], *, path: Path, lines: Sequence[int], ends: Sequence[int]) -> list[str]:
    """IOB2 tags of a document ("" where the annotation is missing).

    tags: one a word. A document that uses L-, U-, E- or S- anywhere is BILUO (BIOES), and every violation of
    that scheme is an error with its line. Otherwise it is IOB: an I- tag that continues nothing opens an
    entity. lines: the line of each word, for messages. ends: where each sentence ends; no entity crosses.
    """
    split = [_split(tag, path, line) for tag, line in zip(tags, lines, strict=True)]
    if any(action in _STRICT for action, _ in split):
        return _from_biluo(split, path, lines, set(ends))
    return _from_iob(split, path, set(ends))


def looks_like_tag(text: str) -> bool:
    """Whether a string may be an entity tag of any of the schemes."""
    return text in ("O", MISSING) or (len(text) > 2 and text[0] in "BILUESM" and text[1] == "-")


def _split(tag: str, path: Path, line: int) -> tuple[str, str]:
    if tag in ("O", MISSING, ""):
        return tag or MISSING, ""
    action, dash, label = tag.partition("-")
    if not dash or action not in "BILUESM" or not label:
        raise DataError(
            f"{tag!r} is not an entity tag", path=path, line=line, hint="Expected O, B-LABEL, I-LABEL, L-LABEL or U-LABEL."
        )
    return action, label


def _from_iob(tags: list[tuple[str, str]], path: Path, ends: set[int]) -> list[str]:
    output, open_label, opened = [], "", 0
    for position, (action, label) in enumerate(tags):
        if position in ends:
            open_label = ""
        if not label:
            output.append("" if action == MISSING else "O")
        elif action == "I" and label == open_label:
            output.append(f"I-{label}")
        else:
            opened += action == "I"
            output.append(f"B-{label}")
        open_label = label
    if opened and any(action == "B" for action, _ in tags):
        warn(f"{path}: {opened} I- tags follow no entity of their label; each opens one")
    return output


def _from_biluo(tags: list[tuple[str, str]], path: Path, lines: Sequence[int], ends: set[int]) -> list[str]:
    output, open_label = [], ""
    for position, (raw, label) in enumerate(tags):
        action = _BILUO.get(raw, raw)
        shown = f"{raw}-{label}" if label else raw
        if open_label and position in ends:
            raise DataError(
                f"the entity {open_label!r} is not closed at the end of the sentence",
                path=path,
                line=lines[position - 1],
            )
        inside = action in ("I", "L")
        if inside and label != open_label:
            found = f"inside {open_label!r}" if open_label else "outside of any entity"
            raise DataError(f"{shown} stands {found}", path=path, line=lines[position])
        if not inside and open_label:
            raise DataError(
                f"{shown} follows the entity {open_label!r}, which is not closed", path=path, line=lines[position]
            )
        if not label:
            output.append("" if action == MISSING else "O")
        else:
            output.append(f"{'I' if inside else 'B'}-{label}")
        open_label = label if action in ("B", "I") else ""
    if open_label:
        raise DataError(f"the entity {open_label!r} is not closed at the end", path=path, line=lines[-1])
    return output
