"""Entity tag schemes: IOB, IOB2 (BIO), BILUO and BIOES, read into the IOB2 strings that a Doc takes."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from kernel.errors import DataError
from kernel_readers.excerpt import is_part
from kernel_readers.memo import Memo
from kernel_readers.report import Report

MISSING = "-"
_BILUO = {"E": "L", "S": "U", "M": "I"}
_WITHOUT_LABEL = {"O": "O", MISSING: ""}
_SCHEMES = (
    "Expected O, or a label after B- or I- (IOB), after B-, I-, L- or U- (BILUO), after B-, I-, E- or S- "
    "(BIOES), or after B-, M-, E- or S- (BMES)."
)


class EntityTags:
    """The entity tags of one file.

    is_biluo: tells whether any tag of the file has L, U, E or S; asked if the file has entities. Such a file is BILUO
    (BIOES), however it is cut into documents, and every violation of that scheme is an error with its line. Otherwise it
    is IOB: an I- tag that continues nothing opens an entity, and `finish` says how many did.
    """

    def __init__(self, path: Path, *, is_biluo: Callable[[], bool]) -> None:
        self.path = path
        self._find_out = is_biluo
        self._parts = Memo(_split)
        self._opened = 0
        self._first_opened = 0
        self._begun = False

    def to_iob(self, tags: Sequence[str], *, lines: Sequence[int], ends: Sequence[int]) -> list[str]:
        """IOB2 tags of a document ("" where the annotation is missing).

        tags: one a word. lines: the line of each word, for messages. ends: where each sentence ends; no entity
        crosses.
        """
        split = [self._parts[tag] for tag in tags]
        if None in split:
            place = split.index(None)
            raise DataError(
                f"{tags[place]!r} is not an entity tag", path=self.path, line=lines[place], hint=_SCHEMES
            )
        parts = [part for part in split if part is not None]
        if not any(label for _, label in parts):
            return [_WITHOUT_LABEL[action] for action, _ in parts]
        read = self._from_biluo if self._is_biluo else self._from_iob
        return read(parts, lines, set(ends))

    @cached_property
    def _is_biluo(self) -> bool:
        return self._find_out()

    def finish(self, report: Report) -> None:
        """Say, at the end of the file, how many tags were put right."""
        report.opened(self.path, self._opened, self._first_opened, has_begun=self._begun)

    def _from_iob(self, tags: list[tuple[str, str]], lines: Sequence[int], ends: set[int]) -> list[str]:
        output = [_WITHOUT_LABEL.get(action, "") for action, _ in tags]
        for position in [place for place, (_, label) in enumerate(tags) if label]:
            action, label = tags[position]
            if action in "LUES" and is_part(self.path):
                raise DataError(
                    f"{action}-{label} is a tag of BILUO or BIOES, and the beginning of the file has none",
                    path=self.path,
                    line=lines[position],
                    hint="Of a file that is streamed, its first megabyte tells the scheme. Put a part with such tags first.",
                )
            if action in "IM" and position and position not in ends and tags[position - 1][1] == label:
                output[position] = f"I-{label}"
                continue
            if action == "B":
                self._begun = True
            else:
                self._opened += 1
                self._first_opened = self._first_opened or lines[position]
            output[position] = f"B-{label}"
        return output

    def _from_biluo(self, tags: list[tuple[str, str]], lines: Sequence[int], ends: set[int]) -> list[str]:
        output, open_label = [], ""
        for position, (raw, label) in enumerate(tags):
            action = _BILUO.get(raw, raw)
            shown = f"{raw}-{label}" if label else raw
            if open_label and position in ends:
                raise self._unclosed(open_label, lines[position - 1])
            inside = action in ("I", "L")
            if inside and label != open_label:
                found = f"inside {open_label!r}" if open_label else "outside of any entity"
                raise DataError(f"{shown} stands {found}", path=self.path, line=lines[position])
            if not inside and open_label:
                raise DataError(
                    f"{shown} follows the entity {open_label!r}, which is not closed",
                    path=self.path,
                    line=lines[position],
                )
            if not label:
                output.append("" if action == MISSING else "O")
            else:
                output.append(f"{'I' if inside else 'B'}-{label}")
            open_label = label if action in ("B", "I") else ""
        if open_label:
            raise self._unclosed(open_label, lines[-1])
        return output

    def _unclosed(self, label: str, line: int) -> DataError:
        return DataError(
            f"the entity {label!r} is not closed at the end of its sentence", path=self.path, line=line
        )


def _split(tag: str) -> tuple[str, str] | None:
    """Letter and label, "" where the tag has none; None for what is no tag."""
    tag = tag.strip()
    if tag in ("O", MISSING, ""):
        return tag or MISSING, ""
    action, dash, label = tag.partition("-")
    return (action, label) if dash and len(action) == 1 and action in "BILUESM" and label else None


def scheme_of(tags: Iterable[str]) -> str:
    """The name of the scheme that distinct tags are written in."""
    letters = {tag[0] for tag in tags if len(tag) > 2 and tag[1] == "-"}
    if letters & {"L", "U"}:
        return "BILUO"
    if "M" in letters:
        return "BMES"
    if letters & {"E", "S"}:
        return "BIOES"
    return "IOB" if letters == {"I"} else "BIO"


def looks_like_tag(text: str) -> bool:
    """Whether a string may be an entity tag of any of the schemes."""
    return text in ("O", MISSING) or (len(text) > 2 and text[0] in "BILUESM" and text[1] == "-")
