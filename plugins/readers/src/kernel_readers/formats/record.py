"""The records of a JSON file: objects with their place."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import suffix_of
from kernel_readers.lines import numbered_lines

_DECODE = json.JSONDecoder().decode
# Keys that are named.
_SHOWN = 10
# What others call the text, what is most surely one first.
_TEXTS = (
    "sentence",
    "content",
    "body",
    "raw_text",
    "document",
    "utterance",
    "paragraph",
    "message",
    "comment",
    "review",
    "tweet",
    "description",
    "abstract",
    "question",
    "query",
    "input",
    "title",
    "data",
)
_TOO_LONG = "not valid JSON: a number of too many digits"


@dataclass
class Record:
    """One object of a file. number: its line, or its position in a file that holds one list.

    used: the keys that were asked for. may_break: whether a string of it may be no Unicode.
    """

    path: Path
    number: int
    data: dict[str, Any]
    may_break: bool = False
    used: set[str] = field(default_factory=set)

    def get(self, key: str) -> Any:
        """What stands under a key, None if nothing does. The key counts as used if there is something."""
        value = self.data.get(key)
        if value is not None or key in self.data:
            self.used.add(key)
            if self.may_break and value is not None:
                self._check_unicode(key, value)
        return value

    @property
    def text(self) -> str:
        """What stands under "text"; DataError if that is no string, or no Unicode."""
        text = self.get("text")
        if not isinstance(text, str):
            raise self.error("the record has no string under 'text'", hint=self._instead_of_text())
        return text

    def _instead_of_text(self) -> str:
        """What a record without a text has."""
        if "text" in self.data:
            return f"It has {json.dumps(self.data['text'])[:40]} there."
        if not self.data:
            return "It has no keys."
        if "paragraphs" in self.data:
            return "This is spaCy's JSON of version 2. Name it: format = \"json\" in the reader's block, or --converter json."
        keys = ", ".join(map(repr, list(self.data)[:_SHOWN])) + (", ..." if len(self.data) > _SHOWN else ".")
        nearest = _nearest_to_text(self.data)
        return f"It has: {keys}" + (
            f" If {nearest!r} is the text, rename that key to 'text'." if nearest else ""
        )

    def error(self, message: str, *, offset: int | None = None, hint: str = "") -> DataError:
        """An error with the place of the record."""
        return DataError(message, path=self.path, line=self.number, offset=offset, hint=hint)

    def _check_unicode(self, key: str, value: Any) -> None:
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                try:
                    one.encode()
                except UnicodeEncodeError as error:
                    where = "the text" if key == "text" else f"a string under {key!r}"
                    raise self.error(f"{where} holds half of a surrogate pair", offset=error.start) from None
            elif isinstance(one, dict):
                waiting += [*one, *one.values()]
            elif isinstance(one, list):
                waiting += one


def _nearest_to_text(data: dict[str, Any]) -> str | None:
    """The key that most likely is to be "text": one that is nearly called so, or as others call it, or the longest string of words."""
    strings = {key: value for key, value in data.items() if isinstance(value, str) and value.strip()}
    lowered = {key.lower().strip(): key for key in strings}
    near = [lowered[name] for name in get_close_matches("text", lowered, 1)]
    called = [lowered[name] for name in _TEXTS if name in lowered]
    parts = [key for name in ("text", *_TEXTS) for key in strings if name in key.lower()]
    several = [key for key, value in strings.items() if " " in value.strip()]
    several.sort(key=lambda key: -len(strings[key]))
    return next(iter([*near, *called, *parts, *several]), None)


def records(path: Path) -> Iterator[Record]:
    """The records of a file; `DataError` for the first that is none."""
    for found in records_and_problems(path):
        if isinstance(found, DataError):
            raise found
        yield found


def records_and_problems(path: Path) -> Iterator[Record | DataError]:
    """The records of a file: objects, or pairs [text, {...}], one a line; a `.json` file may also hold one list of them.

    What is wrong with one stands in its place.
    """
    if suffix_of(path) == ".json":
        yield from _json_file(path)
    else:
        yield from _json_lines(path)


def _may_break(text: str) -> bool:
    """Whether JSON may have half of a surrogate pair, which it writes as an escape."""
    return "\\u" in text and ("\\ud" in text or "\\uD" in text)


def _json_lines(path: Path) -> Iterator[Record | DataError]:
    for number, line in numbered_lines(path):
        if not line.strip():
            continue
        found = _of_line(path, number, line)
        if isinstance(found, DataError) and number == 1 and found.hint:
            # The file as a whole is something else.
            raise found
        yield found


def _of_line(path: Path, number: int, line: str) -> Record | DataError:
    hint = ""
    if line.lstrip().startswith("["):
        hint = "One list of all records is a .json file."
    elif line.strip() == "{":
        hint = "Each record is one line. jq -c . FILE > NEW.jsonl makes that of records in many lines."
    try:
        value = _DECODE(line)
    except json.JSONDecodeError as error:
        return DataError(f"not valid JSON: {error.msg}", path=path, line=number, offset=error.pos, hint=hint)
    except ValueError:
        return DataError(_TOO_LONG, path=path, line=number)
    except RecursionError:
        return DataError("not valid JSON: nested too deeply", path=path, line=number)
    record = _record(path, number, value)
    if record is None:
        return DataError(f"expected an object, found {line[:40]!r}", path=path, line=number, hint=hint)
    record.may_break = _may_break(line)
    return record


def _json_file(path: Path) -> Iterator[Record | DataError]:
    text = "\n".join(line for _, line in numbered_lines(path))
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            # An object a line, whatever the file is called.
            yield from _json_lines(path)
            return
        raise DataError(
            f"not valid JSON: {error.msg}", path=path, line=error.lineno, offset=error.pos
        ) from error
    except ValueError:
        raise DataError(_TOO_LONG, path=path) from None
    except RecursionError:
        raise DataError("not valid JSON: nested too deeply", path=path) from None
    if isinstance(content, dict):
        content = _listed(content)
    if not isinstance(content, list):
        raise DataError(
            "expected a list of objects",
            path=path,
            hint='Each has a "text", or is a pair [text, {"entities": [...]}].',
        )
    may_break = _may_break(text)
    for number, value in enumerate(content, start=1):
        if value is None:
            continue
        record = _record(path, number, value)
        if record is None:
            yield DataError(f"expected an object, found {json.dumps(value)[:40]}", path=path, line=number)
            continue
        record.may_break = may_break
        yield record


def _listed(content: dict[str, Any]) -> Any:
    """The records of an object that holds all of a file: itself, or pairs under "annotations"."""
    if isinstance(content.get("text"), str) or isinstance(content.get("paragraphs"), list):
        return [content]
    found = content.get("annotations")
    return (
        found if isinstance(found, list) and all(each is None or _is_pair(each) for each in found) else None
    )


def _record(path: Path, number: int, value: Any) -> Record | None:
    if isinstance(value, dict):
        return Record(path, number, value)
    return Record(path, number, {**value[1], "text": value[0]}) if _is_pair(value) else None


def _is_pair(value: Any) -> bool:
    """Whether this is [text, annotations], as training data are written in code."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], dict)
    )
