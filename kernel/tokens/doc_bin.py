"""DocBin: many documents in one compact binary form, the contents of a `.spacy` file.

The layout is the field's, version 0.1, so that files go both ways: a zlib-compressed msgpack map with the
attributes of all tokens as one uint64 array. Reading makes columns for all documents at once, and each Doc
holds slices of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from os import PathLike
from pathlib import Path
from struct import error as StructError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernel.errors import DataError, KernelError, WrongType
from kernel.files.atomic import atomic_file
from kernel.tokens.arrays import matrix_of
from kernel.tokens.bulk import (
    check_heads,
    check_values,
    columns_of_tokens,
    entities_of_documents,
    rows_of_tokens,
    text_of,
)
from kernel.tokens.columns import STRING_COLUMNS, values_of
from kernel.tokens.doc import Doc
from kernel.tokens.doc_bytes import pack_user_data
from kernel.tokens.group_data import GroupData
from kernel.tokens.heads import labelled, starts_from_heads
from kernel.tokens.span_bytes import EMPTY, groups_from_bytes, groups_to_bytes, numbers_of
from kernel.vocab import Vocab, attrs, hash_strings
from kernel.vocab.packing import pack, pack_bytes_head, pack_map_head, unpack
from kernel.vocab.symbols import HIGHEST_SYMBOL

VERSION = "0.1"
# Bytes that compressed data may become: so many whatever they are, then so many times as many, and never more.
_FREE, _RATIO, _MOST = 1 << 28, 200, 1 << 33
_BLOCK = 1 << 18
DEFAULT_ATTRS = ("ORTH", "NORM", *(attrs.NAMES[attr] for attr in sorted(attrs.ANNOTATIONS)))
_WITH_STRINGS = STRING_COLUMNS | {attrs.ORTH, attrs.NORM}
_PER_DOCUMENT = ("cats", "flags", "span_groups", "user_data")


class DocBin:
    """A collection of documents to write to, or read from, a `.spacy` file.

    attrs: the attributes to store. store_user_data: whether to store `doc.user_data`, and with it the values
    of extension attributes. docs: documents to add.
    """

    def __init__(
        self,
        attrs: Iterable[str | int] = DEFAULT_ATTRS,
        store_user_data: bool = False,
        docs: Iterable[Doc] = (),
    ) -> None:
        self.attrs = _ordered(attrs)
        self.store_user_data = store_user_data
        self._tokens: list[NDArray[np.uint64]] = []
        self._spaces: list[NDArray[np.bool_]] = []
        self._lengths: list[int] = []
        self._groups: list[bytes] = []
        self._user_data: list[bytes] = []
        self.cats: list[dict[str, float]] = []
        self.flags: list[dict[str, Any]] = []
        self._strings: set[str] = set()
        self._sources: dict[tuple[int, int], Doc] = {}
        for doc in docs:
            self.add(doc)

    def __len__(self) -> int:
        """Number of documents."""
        return len(self._lengths)

    def add(self, doc: Doc) -> None:
        """Add a document as it is now. One that can't be stored leaves all as it was."""
        if not isinstance(doc, Doc):
            raise WrongType(f"a DocBin holds Docs, not {type(doc).__name__}")
        tokens, groups, cats = matrix_of(doc, self.attrs), groups_to_bytes(doc), dict(doc.cats)
        strings = doc.vocab.strings
        texts = {strings[int(number)] for number in numbers_of(doc.groups)}
        user_data = [pack_user_data(doc, doc.user_data)] if self.store_user_data else []
        self._tokens.append(tokens)
        self._spaces.append(doc.spaces.copy())
        self._lengths.append(len(doc))
        self._groups.append(groups)
        self.cats.append(cats)
        self.flags.append({"has_unknown_spaces": doc.has_unknown_spaces})
        self._strings.update(texts)
        self._user_data.extend(user_data)
        # One document of each generation knows all strings of it, now and later.
        self._sources.setdefault((id(doc.vocab), id(doc.table)), doc)

    def texts(self) -> set[str]:
        """Every string of the documents, and the labels of their categories."""
        labels = (label for cats in self.cats if isinstance(cats, dict) for label in cats)
        return self._all_strings().union(label for label in labels if isinstance(label, str))

    def _all_strings(self) -> set[str]:
        """Every string that the stored numbers stand for."""
        if self._sources and self._tokens:
            places = [place for place, attr in enumerate(self.attrs) if attr in _WITH_STRINGS]
            numbers: set[int] = set()
            for place in places:
                found = np.unique(np.concatenate([tokens[:, place] for tokens in self._tokens]))
                if self.attrs[place] == attrs.POS:
                    # Coarse tags are built-in symbols, which every reader knows.
                    found = found[found > HIGHEST_SYMBOL]
                numbers.update(found.tolist())
            stores = {id(doc.vocab): doc.vocab.strings for doc in self._sources.values()}.values()
            known = {int(number) for number in hash_strings(list(self._strings))}
            for number in numbers - known:
                texts = (store.find(number) for store in stores)
                text = next((text for text in texts if text is not None), None)
                if text is None:
                    raise DataError(f"a stored attribute has the number {number}, which no string has")
                self._strings.add(text)
        return self._strings

    def get_docs(self, vocab: Vocab) -> Iterator[Doc]:
        """The documents, with the given vocab."""
        total = sum(self._lengths)
        if not self._lengths:
            return
        tokens = np.concatenate(self._tokens) if total else np.zeros((0, len(self.attrs)), dtype=np.uint64)
        spaces = np.concatenate(self._spaces)
        table = vocab.lexemes
        texts = sorted(self._all_strings())
        known = dict(zip(hash_strings(texts).tolist(), texts, strict=True))
        values = {attr: np.ascontiguousarray(tokens[:, place]) for place, attr in enumerate(self.attrs)}
        rows = rows_of_tokens(table, values, known)
        try:
            groups = [groups_from_bytes(data) for data in self._groups]
        except (KeyError, TypeError, ValueError, StructError) as error:
            raise DataError(f"broken .spacy data: span groups: {error}") from None
        used = {number for each in groups for number in numbers_of(each)} if any(groups) else set()
        for attr in STRING_COLUMNS.intersection(values):
            used.update(np.unique(values[attr]).tolist())
        table.remember({number: text_of(known, number) for number in used if number})
        bounds = np.concatenate([[0], np.cumsum(self._lengths)]).tolist()
        columns = columns_of_tokens(values, bounds)
        check_values(columns, bounds)
        check_heads(columns, bounds)
        for index, length in enumerate(self._lengths):
            _check_document(index, length, groups[index], self.cats[index], self.flags[index])
        entities = entities_of_documents(columns, bounds)
        for index, (start, end) in enumerate(pairwise(bounds)):
            doc = Doc.from_rows(vocab, table, rows[start:end], spaces[start:end], None)
            for attr, column, present in columns:
                if present[index]:
                    doc.columns[attr] = column[start:end]
            if attrs.ENT_IOB in doc.columns:
                doc.known_entities = entities.get(index, [])
            # Where every token is a root of its own, only the labels tell of a parse.
            is_parsed = attrs.HEAD in values and not doc.columns.keys().isdisjoint({attrs.HEAD, attrs.DEP})
            if is_parsed and attrs.SENT_START not in values:
                starts = starts_from_heads(values_of(doc, attrs.HEAD), labelled(doc.columns.get(attrs.DEP)))
                doc.set_column(attrs.SENT_START, starts)
            doc.groups = groups[index]
            doc.cats.update(self.cats[index])
            doc.has_unknown_spaces = bool(self.flags[index].get("has_unknown_spaces", False))
            if self._user_data:
                doc.user_data.update(_user_data(self._user_data[index], index))
            yield doc

    def merge(self, other: DocBin) -> None:
        """Add the documents of another DocBin with the same attributes."""
        if self.attrs != other.attrs:
            raise DataError(
                f"can't merge: one has the attributes {self._names()}, the other {other._names()}"
            )
        if self.store_user_data != other.store_user_data:
            raise DataError("can't merge: one of the two stores user data, the other doesn't")
        for name in ("_tokens", "_spaces", "_lengths", "_groups", "_user_data", "cats", "flags"):
            getattr(self, name).extend(getattr(other, name))
        self._strings.update(other._strings)
        self._sources.update(other._sources)

    def _names(self) -> str:
        return ", ".join(attrs.NAMES[attr] for attr in self.attrs)

    def to_bytes(self) -> bytes:
        """The contents of a `.spacy` file."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The contents of a `.spacy` file, one part after another, so that they are never in memory as a whole.

        `DataError` for more than the format can hold: 4 GB of a kind, such as the 13 attributes of 41 million tokens.
        """
        stream = zlib.compressobj()
        # In blocks of one size: in which arrays the tokens lie must not show in the bytes.
        for block in _blocks(self._message(), _BLOCK):
            if piece := stream.compress(block):
                yield piece
        yield stream.flush()

    def _message(self) -> Iterator[bytes]:
        lengths = np.array(self._lengths, dtype="<i4")
        own = {"user_data": self._user_data} if self.store_user_data else {}
        yield pack_map_head(9 + len(own))
        yield pack("version") + pack(VERSION) + pack("attrs") + pack(self.attrs)
        yield pack("tokens") + self._head(self._tokens)
        for tokens in self._tokens:
            yield tokens.astype("<u8", copy=False).tobytes()
        yield pack("spaces") + self._head(self._spaces)
        for spaces in self._spaces:
            yield spaces.tobytes()
        rest = {
            "lengths": lengths.tobytes(),
            "strings": sorted(self._all_strings()),
            "cats": self.cats,
            "flags": self.flags,
            "span_groups": self._groups,
            **own,
        }
        for name, value in rest.items():
            yield pack(name)
            yield pack(value)

    def _head(self, arrays: Iterable[NDArray[Any]]) -> bytes:
        try:
            return pack_bytes_head(sum(array.nbytes for array in arrays))
        except OverflowError:
            raise DataError(
                f"{sum(self._lengths):,} tokens are too many for one .spacy file",
                hint="Write several files: one for each part of the documents.",
            ) from None

    def from_bytes(self, bytes_data: bytes) -> DocBin:
        """Replace the documents by those of the contents of a `.spacy` file."""

        try:
            message = unpack(inflated(bytes_data, _room(len(bytes_data))))
            self.attrs = [attrs.intify(attr) for attr in message["attrs"]]
            lengths = np.frombuffer(message["lengths"], dtype="<i4")
            if (lengths < 0).any():
                raise ValueError("a document has a negative length")
            tokens = np.frombuffer(message["tokens"], dtype="<u8").reshape(
                int(lengths.sum()), len(self.attrs)
            )
            spaces = np.frombuffer(message["spaces"], dtype=bool)
            if len(spaces) != len(tokens):
                raise ValueError(f"{len(tokens)} tokens, but {len(spaces)} spaces")
            self._strings = set(map(str, message["strings"]))
            parts = {name: list(message.get(name) or ()) for name in _PER_DOCUMENT}
            for name, values in parts.items():
                if values and len(values) != len(lengths):
                    raise ValueError(f"{len(lengths)} documents, but {len(values)} {name}")
        except zlib.error:
            if bytes_data[:1] == b"\x78":
                raise DataError("broken .spacy data: truncated or damaged") from None
            raise DataError(
                "not .spacy data: it isn't zlib-compressed",
                hint="convert other formats with `kernel convert`",
            ) from None
        except KeyError as error:
            raise DataError(f"broken .spacy data: it has no {error}") from None
        except (KernelError, ValueError, TypeError) as error:
            raise DataError(f"broken .spacy data: {error}") from None
        self._lengths = lengths.tolist()
        self._tokens, self._spaces = [tokens], [spaces.copy()]
        self._sources = {}
        self.cats = parts["cats"] or [{} for _ in self._lengths]
        self.flags = parts["flags"] or [{} for _ in self._lengths]
        self._groups = parts["span_groups"] or [EMPTY] * len(self)
        self._user_data = parts["user_data"]
        self.store_user_data = "user_data" in message
        return self

    def to_disk(self, path: str | PathLike[str]) -> None:
        """Write a `.spacy` file. The file is replaced only once the new one is complete."""
        with atomic_file(Path(path)) as part, part.open("wb") as file:
            for piece in self.pieces():
                file.write(piece)

    def from_disk(self, path: str | PathLike[str]) -> DocBin:
        """Read a `.spacy` file."""
        try:
            return self.from_bytes(Path(path).read_bytes())
        except DataError as error:
            raise DataError(error.message, path=path, hint=error.hint) from None


def inflated(data: bytes, most: int) -> bytes:
    """Decompress. `DataError` for what would become more bytes than `most`, before it takes more memory than that."""
    stream = zlib.decompressobj()
    found = stream.decompress(data, most)
    if not stream.eof and (stream.unconsumed_tail or len(found) >= most):
        raise DataError(
            f"{len(data):,} bytes that become more than {most:,}: this is no corpus, or should be several files"
        )
    if not stream.eof:
        raise zlib.error("incomplete")
    return found


def _blocks(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in blocks of `size`, the last of which may be shorter."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        whole = len(waiting) - len(waiting) % size
        for start in range(0, whole, size):
            yield bytes(waiting[start : start + size])
        del waiting[:whole]
    yield bytes(waiting)


def _room(size: int) -> int:
    return min(max(_FREE, _RATIO * size), _MOST)


def _ordered(names: Iterable[str | int]) -> list[int]:
    """ORTH first, the others ascending; spaces are always stored, on their own."""
    numbers = {attrs.intify(name) for name in names} - {attrs.ORTH, attrs.SPACY}
    wrong = numbers - attrs.ANNOTATIONS - attrs.LEXICAL
    if wrong:
        raise DataError(f"a DocBin can't store {', '.join(attrs.NAMES[attr] for attr in sorted(wrong))}")
    return [attrs.ORTH, *sorted(numbers)]


def _check_document(index: int, length: int, groups: dict[str, GroupData], cats: Any, flags: Any) -> None:
    """DataError for what is stored of one document beside its tokens, if it can't be of one."""
    wrong = ""
    if not isinstance(cats, dict) or not all(
        isinstance(label, str) and isinstance(value, int | float) for label, value in cats.items()
    ):
        wrong = "its categories don't map labels to numbers"
    elif not isinstance(flags, dict):
        wrong = "its flags are no map"
    for key, group in groups.items():
        if not all(0 <= start <= end <= length for start, end, *_ in group.records):
            wrong = f"the spans {key!r} lie outside of its {length} tokens"
    if wrong:
        raise DataError(f"broken .spacy data: {wrong}", document=index)


def _user_data(data: bytes, index: int) -> dict[Any, Any]:
    try:
        loaded = unpack(data, use_list=False)
    except (KernelError, ValueError, TypeError) as error:
        raise DataError(f"broken .spacy data: user data: {error}", document=index) from None
    if not isinstance(loaded, dict):
        raise DataError("broken .spacy data: its user data are no map", document=index)
    return loaded
