"""The words of a record with what is annotated of each, and where they are in its text."""

from operator import add, lt
from typing import Any

from kernel.tokens import Doc
from kernel_readers.formats.offsets import Places
from kernel_readers.formats.record import Record
from kernel_readers.formats.universal import check_upos
from kernel_readers.report import Report

_STRING_KEYS = ("tags", "pos", "lemmas", "morphs", "deps")
TOKEN_KEYS = (*_STRING_KEYS, "heads", "sent_starts")
_ANNOTATED = frozenset(TOKEN_KEYS)
_ALLOWED: dict[type, set[type]] = {str: {str, type(None)}, int: {int, bool, type(None)}, bool: {bool}}
_KINDS = {str: "strings", int: "whole numbers", bool: "true and false"}


def tokenized(
    record: Record,
    vocab: Any,
    doc: Doc | None,
    given: dict[str, Any],
    report: Report,
    *,
    is_placed: bool = False,
) -> Doc:
    """The document of a record, without entities.

    is_placed: whether words and spaces were taken from the text, so that they can't contradict it.

    doc: the text as the tokenizer has it, if the record has no words. given: words, spaces, and a list a key of
    `TOKEN_KEYS`.
    """
    words, spaces = given.get("words"), given.get("spaces")
    annotations = {key: values for key, values in given.items() if values is not None and key in _ANNOTATED}
    if words is None:
        assert doc is not None
        if not annotations:
            return doc
        words, spaces = [token.text for token in doc], None
    _check_words(record, words)
    for key, values in annotations.items():
        _check_list(record, key, values, str if key in _STRING_KEYS else int, len(words))
    _check_list(record, "spaces", spaces, bool, len(words))
    _check_numbers(record, annotations, len(words))
    if "pos" in annotations:
        check_upos(annotations["pos"], record.path, record.number)
    if spaces is not None and not is_placed:
        # White space that is a word is told from white space that follows one.
        is_placed = "".join(map(add, words, (" " * space for space in spaces))) == record.text
    found = None if is_placed else _spaces(record, words, is_needed=spaces is None)
    if spaces is None:
        spaces = found
    elif found is not None and spaces[:-1] != found[:-1]:
        report.remark(
            "{} records have 'spaces' that their text contradicts", report.place(record.path, record.number)
        )
    return Doc(vocab, words=words, spaces=spaces, **annotations)


def places_in_text(record: Record, doc: Doc) -> Places:
    """Where the tokens of a document are in the text of its record. DataError if one isn't there."""
    if doc.text == record.text:
        return Places.of(doc)
    found = _places(record, [token.text for token in doc], is_needed=True)
    assert found is not None
    return found


def _places(record: Record, words: list[str], *, is_needed: bool) -> Places | None:
    """Where words are in the text. DataError, or None if that isn't needed, if one is not there."""
    text = record.text
    starts, ends, position = [], [], 0
    for word in words:
        start = text.find(word, position)
        if start < 0 or start > position and text[position:start].strip():
            if not is_needed:
                return None
            raise record.error(
                f"the word {word[:60]!r} is not in the text after character {position}", offset=position
            )
        position = start + len(word)
        starts.append(start)
        ends.append(position)
    return Places(text, starts, ends)


def _spaces(record: Record, words: list[str], *, is_needed: bool) -> list[bool] | None:
    """Whether white space follows each word; of the last one, a blank. See `_places` for words that are not there."""
    text = record.text
    if " ".join(words) == text:
        return [True] * (len(words) - 1) + [False] * bool(words)
    places = _places(record, words, is_needed=is_needed)
    if places is None or not words:
        return [] if places is not None else None
    spaces = list(map(lt, places.ends, places.starts[1:]))
    return [*spaces, text[places.ends[-1] : places.ends[-1] + 1] == " "]


def _check_words(record: Record, words: Any) -> None:
    if not isinstance(words, list) or set(map(type, words)) - {str} or not all(words):
        raise record.error("'words' must be a list of strings that are not empty")


def _check_list(record: Record, key: str, values: Any, kind: type, size: int) -> None:
    if values is None:
        return
    if not isinstance(values, list) or not set(map(type, values)) <= _ALLOWED[kind]:
        raise record.error(f"{key!r} must be a list of {_KINDS[kind]}")
    if len(values) != size:
        raise record.error(f"{size} words but {len(values)} {key}")


def _check_numbers(record: Record, annotations: dict[str, Any], size: int) -> None:
    """Refuse heads outside of the text, and heads for some words only: the others would become roots."""
    heads = annotations.get("heads")
    if heads is not None:
        wrong = next((head for head in heads if head is not None and not 0 <= head < size), None)
        if wrong is not None:
            raise record.error(f"the head {str(wrong)[:20]} lies outside the text of {size} words")
        if None in heads and any(head is not None for head in heads):
            raise record.error(
                f"word {heads.index(None)} has no head, but others have", hint="Leave 'heads' out."
            )
        if None in heads:
            del annotations["heads"]
    starts = annotations.get("sent_starts")
    if starts is not None and not all(start in (None, -1, 0, 1) for start in starts):
        raise record.error("'sent_starts' must be a list of 1, 0, -1, true, false or null")


def lists_of_doc(record: Record, tokens: Any) -> dict[str, Any]:
    """The tokens of `Doc.to_json` as lists: words, spaces, and what the tokens have of tag, pos, lemma, morph, dep and head."""
    text = record.text
    words: list[str] = []
    spaces: list[bool] = []
    before = 0
    for token in tokens:
        start, end = token["start"], token["end"]
        if not 0 <= start < end <= len(text):
            raise record.error(
                f"the token [{str(start)[:20]}:{str(end)[:20]}] is outside of the text", offset=None
            )
        if start < before or text[before:start].strip():
            raise record.error(
                f"the token {text[start:end][:60]!r} doesn't follow the one before it: there is text between them, or they overlap",
                offset=before,
            )
        # A token that is white space needs no space before it.
        spaces[-1:] = [start > before and text[before] == " "][: len(spaces)]
        words.append(text[start:end])
        spaces.append(text[end : end + 1] == " ")
        before = end
    names = {
        "tag": "tags",
        "pos": "pos",
        "lemma": "lemmas",
        "morph": "morphs",
        "dep": "deps",
        "head": "heads",
    }
    lists: dict[str, Any] = {"words": words, "spaces": spaces} if words else {}
    for name, key in names.items():
        if any(name in token for token in tokens):
            lists[key] = [token.get(name) for token in tokens]
    return lists


def is_tokens_of_doc(value: Any) -> bool:
    """Whether a value is what `Doc.to_json` writes under "tokens": places in the text, which other tools have with words."""
    return isinstance(value, list) and all(
        isinstance(token, dict)
        and type(token.get("start")) is int
        and type(token.get("end")) is int
        and "text" not in token
        for token in value
    )
