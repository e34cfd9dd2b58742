"""The tokenizer: from texts to Docs, fast because nearly every chunk of a text has been seen before."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from itertools import islice
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from kernel.errors import UsageError
from kernel.files.atomic import atomic_file
from kernel.files.names import as_names
from kernel.processes.gate import GATE, Lock
from kernel.tokenizer import files
from kernel.tokenizer.chunks import Chunks, Runs
from kernel.tokenizer.rules import (
    FindIter,
    Search,
    Special,
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
)
from kernel.tokenizer.spaced import encode_spaced
from kernel.tokenizer.specials import read_special, write_special
from kernel.tokenizer.splitter import Piece, Splitter
from kernel.tokens import Doc
from kernel.vocab import Vocab

# A chunk with the one space that belongs to it, or the whitespace that is a token of its own.
_find_runs = re.compile(r"\S+ ?|\s+").findall
_BATCH_TEXTS = 256
_BATCH_CHARACTERS = 1_000_000


class _Rule:
    """An attribute of the tokenizer that is one of its rule functions: setting it makes all caches stale."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, tokenizer: Any, owner: type | None = None) -> Any:
        return self if tokenizer is None else tokenizer._functions[self.name]

    def __set__(self, tokenizer: Any, function: Callable[[str], Any] | None) -> None:
        if function is not None and not callable(function):
            raise UsageError(
                f"The tokenizer's {self.name} has to be a function of a string, or None, not {function!r}.",
                hint=f"Pass a method of a compiled expression: pattern.{files.METHODS[self.name]}.",
            )
        with tokenizer._lock:
            tokenizer._functions[self.name] = function
            tokenizer._splitter = None


class Tokenizer:
    """Splits texts into tokens; joining the tokens and their spaces gives back the text, whatever it is.

    vocab: where the word forms go.
    rules: special cases, chunk -> its tokens as dicts of ORTH and, if wanted, NORM.
    prefix_search, suffix_search: `search` of an anchored expression; infix_finditer: `finditer`.
    token_match: what it matches is not split at all. url_match: what is left without affixes stays whole if matched.
    faster_heuristics: put special cases together after splitting only if they contain an affix.
    max_cache: how many distinct chunks are remembered.

    All of them but `vocab` and `max_cache` can be changed later. Any number of threads may use one tokenizer.
    """

    prefix_search = _Rule()
    suffix_search = _Rule()
    infix_finditer = _Rule()
    token_match = _Rule()
    url_match = _Rule()

    def __init__(
        self,
        vocab: Vocab,
        rules: Mapping[str, Sequence[Special]] | None = None,
        prefix_search: Search | None = None,
        suffix_search: Search | None = None,
        infix_finditer: FindIter | None = None,
        token_match: Search | None = None,
        url_match: Search | None = None,
        faster_heuristics: bool = True,
        *,
        max_cache: int = 100_000,
    ) -> None:
        self.vocab = vocab
        self._faster = faster_heuristics
        self._max_cache = max_cache
        self._lock = Lock()
        self._functions: dict[str, Callable[[str], Any] | None] = {}
        self._specials = {text: read_special(text, tokens) for text, tokens in (rules or {}).items()}
        self._splitter: Splitter | None = None
        self._caches: tuple[Chunks, Runs] | None = None
        self.prefix_search = prefix_search
        self.suffix_search = suffix_search
        self.infix_finditer = infix_finditer
        self.token_match = token_match
        self.url_match = url_match

    def __call__(self, text: str) -> Doc:
        """The Doc of one text."""
        return self.batch((text,))[0]

    def pipe(self, texts: Iterable[str], *, batch_size: int = _BATCH_TEXTS) -> Iterator[Doc]:
        """The Docs of a stream of texts, in order."""
        stream = iter(texts)
        while batch := list(_take(stream, batch_size)):
            yield from self.batch(batch)

    def batch(self, texts: Sequence[str]) -> list[Doc]:
        """The Docs of some texts. They share arrays: each holds slices of those of the batch."""
        # Inside already, a thread has the lock for a new word form sooner.
        with GATE:
            return self._docs(texts)

    def _docs(self, texts: Sequence[str]) -> list[Doc]:
        chunks, runs = self._current()
        chunk_codes, run_codes = chunks.__getitem__, runs.__getitem__
        spaced, join = chunks.splitter.spaced, b"".join
        parts: list[bytes] = []
        single: list[int] = []
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise UsageError(f"The tokenizer takes strings, but text {number} of the batch is {text!r}.")
            words = text.split(" ")
            if spaced is not None and spaced.search(text):
                parts.append(encode_spaced(text, _find_runs(text), chunks))
            elif words == text.split():
                # Words with single spaces between them, and no space after the last.
                parts.append(join(map(chunk_codes, words)))
                single.append(number)
            else:
                parts.append(join(map(run_codes, _find_runs(text))))
        codes = np.frombuffer(join(parts), dtype=np.int32)
        ends = np.cumsum(np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))) >> 2
        rows, spaces = codes >> 1, (codes & 1).astype(bool)
        spaces[ends[single] - 1] = False
        make, vocab, table = Doc.from_rows, self.vocab, chunks.table
        docs = []
        start = 0
        for text, end in zip(texts, ends.tolist(), strict=True):
            docs.append(make(vocab, table, rows[start:end], spaces[start:end], text))
            start = end
        return docs

    def find_prefix(self, string: str) -> int:
        """How many characters the prefix rules take off the start of a string."""
        return self._rule_set().prefix_length(string)

    def find_suffix(self, string: str) -> int:
        """How many characters the suffix rules take off the end of a string."""
        return self._rule_set().suffix_length(string)

    def find_infix(self, string: str) -> "list[re.Match[str]]":
        """What the infix rules find in a string."""
        return list(self.infix_finditer(string)) if self.infix_finditer is not None else []

    def explain(self, text: str) -> list[tuple[str, str]]:
        """For every token but whitespace: the rule that made it, and its text.

        Rules: PREFIX, SUFFIX, INFIX, SPECIAL-1 (first token of a special case) and so on, TOKEN_MATCH, URL_MATCH,
        TOKEN (what the others left).
        """
        splitter = self._rule_set()
        return [(piece.kind, piece.text) for chunk in text.split() for piece in splitter.split(chunk)]

    @property
    def rules(self) -> "SpecialCases":
        """The special cases. What is set or deleted there changes the tokenizer; assign a dict to replace them all."""
        return SpecialCases(self)

    @rules.setter
    def rules(self, rules: Mapping[str, Sequence[Special]] | None) -> None:
        specials = {text: read_special(text, tokens) for text, tokens in (rules or {}).items()}
        with self._lock:
            self._specials = specials
            self._splitter = None

    @property
    def specials(self) -> Mapping[str, Sequence[Piece]]:
        """The special cases as the splitter takes them, read only."""
        return MappingProxyType(self._specials)

    @property
    def faster_heuristics(self) -> bool:
        """Are special cases put together after splitting only if they contain an affix?"""
        return self._faster

    @faster_heuristics.setter
    def faster_heuristics(self, faster: bool) -> None:
        with self._lock:
            self._faster = bool(faster)
            self._splitter = None

    def add_special_case(self, string: str, token_attrs: Sequence[Mapping[Any, str]]) -> None:
        """Replace the chunk `string` by these tokens from now on: `[{"ORTH": "do"}, {"ORTH": "n't", "NORM": "not"}]`."""
        pieces = read_special(string, token_attrs)
        with self._lock:
            self._specials[string] = pieces
            self._splitter = None

    def remove_special_case(self, string: str) -> None:
        """Split the chunk `string` by the other rules from now on. KeyError if it is no special case."""
        with self._lock:
            del self._specials[string]
            self._splitter = None

    def _rule_set(self) -> Splitter:
        splitter = self._splitter
        if splitter is None:
            with self._lock:
                splitter = Splitter(self._specials, faster=self._faster, **self._functions)
                self._splitter = splitter
        return splitter

    def _current(self) -> tuple[Chunks, Runs]:
        """The caches of the present rules and the present generation of word forms."""
        splitter, table, caches = self._rule_set(), self.vocab.lexemes, self._caches
        if caches is None or caches[0].splitter is not splitter or caches[0].table is not table:
            chunks = Chunks(splitter, table, self._max_cache)
            self._caches = caches = (chunks, Runs(chunks))
        return caches

    def to_bytes(self, *, exclude: str | Iterable[str] = ()) -> bytes:
        """Rules and special cases as msgpack; equal tokenizers give equal bytes.

        exclude: names of rules, "exceptions" or "faster_heuristics". A rule that is no method of a compiled expression
        is left out with a warning; loading keeps the rule that the tokenizer has.
        """
        return files.write(self._functions, self._specials, self._faster, set(as_names(exclude)))

    def from_bytes(self, bytes_data: bytes, *, exclude: str | Iterable[str] = ()) -> "Tokenizer":
        """Take over the rules and special cases of `to_bytes`; returns the tokenizer itself."""
        functions, specials, faster = files.read(bytes_data, as_names(exclude))
        with self._lock:
            self._functions.update(functions)
            if specials is not None:
                self._specials = specials
            self._faster = faster
            self._splitter = None
        return self

    def to_disk(self, path: str | PathLike[str], *, exclude: str | Iterable[str] = ()) -> None:
        """Write `to_bytes` to a file."""
        data = self.to_bytes(exclude=exclude)
        with atomic_file(Path(path)) as fresh:
            fresh.write_bytes(data)

    def from_disk(self, path: str | PathLike[str], *, exclude: str | Iterable[str] = ()) -> "Tokenizer":
        """Read a file of `to_disk`; returns the tokenizer itself."""
        return self.from_bytes(files.read_bytes(Path(path)), exclude=exclude)

    def __reduce__(self) -> tuple[Any, ...]:
        own = {name: f for name, f in self._functions.items() if not files.is_saved(name, f)}
        return _rebuild, (self.vocab, self.to_bytes(exclude=own), own, self._max_cache)


class SpecialCases(MutableMapping[str, list[dict[Any, str]]]):
    """The special cases of a tokenizer as a mapping: chunk -> its tokens, as dicts by number of attribute."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def __getitem__(self, string: str) -> list[dict[Any, str]]:
        return write_special(self._tokenizer.specials[string])

    def __setitem__(self, string: str, token_attrs: Sequence[Mapping[Any, str]]) -> None:
        self._tokenizer.add_special_case(string, token_attrs)

    def __delitem__(self, string: str) -> None:
        self._tokenizer.remove_special_case(string)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._tokenizer.specials))

    def __len__(self) -> int:
        return len(self._tokenizer.specials)

    def __repr__(self) -> str:
        return repr(dict(self))


def _rebuild(vocab: Vocab, data: bytes, own: dict[str, Any], max_cache: int) -> Tokenizer:
    return Tokenizer(vocab, **own, max_cache=max_cache).from_bytes(data)


def _take(stream: Iterator[str], texts: int) -> Iterator[str]:
    """Some of the next texts of a stream: at least one, and not too many characters at once."""
    left = _BATCH_CHARACTERS
    for text in islice(stream, max(1, texts)):
        yield text
        left -= len(text) if isinstance(text, str) else 0
        if left <= 0:
            return


def make_tokenizer() -> Callable[[Any], Tokenizer]:
    """`kernel.Tokenizer.v1`: a function from a pipeline to a tokenizer with the rules of its language's Defaults."""

    def create(nlp: Any) -> Tokenizer:
        defaults = nlp.Defaults
        return Tokenizer(
            nlp.vocab,
            rules=defaults.tokenizer_exceptions,
            prefix_search=compile_prefix_regex(defaults.prefixes).search if defaults.prefixes else None,
            suffix_search=compile_suffix_regex(defaults.suffixes).search if defaults.suffixes else None,
            infix_finditer=compile_infix_regex(defaults.infixes).finditer if defaults.infixes else None,
            token_match=defaults.token_match,
            url_match=defaults.url_match,
        )

    return create
