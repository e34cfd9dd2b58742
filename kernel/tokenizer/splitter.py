"""Splitting one chunk of text (a run without whitespace) into tokens, by rules: strings in, strings out.

The algorithm is the field's. A chunk that is a special case is replaced by it. Otherwise prefixes and suffixes are
taken off, one of each a round, until a special case or a match of `token_match` is left, or nothing more comes off.
The rest stays whole if `token_match` or `url_match` says so, and is cut at infixes if not. Special cases that the
rules have torn apart, such as an emoticon next to a bracket, are put together at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kernel.tokenizer.letters import avoids_letters
from kernel.tokenizer.rules import FindIter, Search

# A megabyte of brackets has to come to an end. Beyond this length only the end of a chunk is searched for suffixes;
# and after some rounds what is left is looked at as a whole only when it has become shorter.
_LONG_CHUNK = 500
_LONG_CHUNK_END = 100
_WHOLE_ROUNDS = 50


class Piece(NamedTuple):
    """A token to be: its text, its norm if a special case gives it one, and the rule that made it."""

    text: str
    norm: str | None
    kind: str


class Splitter:
    """Immutable rules and the split that they make of a chunk.

    specials: whole chunks with the pieces that replace them. faster: put torn special cases together only if they
    contain something that the affix rules find; the others can't have been torn by those rules.
    """

    def __init__(
        self,
        specials: Mapping[str, Sequence[Piece]],
        prefix_search: Search | None,
        suffix_search: Search | None,
        infix_finditer: FindIter | None,
        token_match: Search | None,
        url_match: Search | None,
        faster: bool = True,
    ) -> None:
        self._specials = dict(specials)
        self._prefix = prefix_search
        self._suffix = suffix_search
        self._infix = infix_finditer
        self._token_match = token_match
        self._url_match = url_match
        self._faster = faster
        self._letters_are_plain = all(map(avoids_letters, (infix_finditer, prefix_search, suffix_search)))
        self._longest = max(map(len, self._specials), default=0)
        self._firsts = frozenset(key[:1] for key in self._specials)
        # Filled when asked for: some languages have tens of thousands of special cases.
        self._torn: dict[str, list[str] | None] = {}
        self.spaced = _spaced_pattern(self._specials)

    def is_plain(self, chunk: str) -> bool:
        """Is the chunk surely one token, because it is letters only and no rule can apply?"""
        return self._letters_are_plain and chunk.isalpha() and chunk not in self._specials

    def split(self, chunk: str) -> list[Piece]:
        """The tokens of a chunk; their texts joined are the chunk."""
        if chunk in self._specials:
            return list(self._specials[chunk])
        if self._letters_are_plain and chunk.isalpha():
            return [Piece(chunk, None, "TOKEN")]
        prefixes, rest, suffixes = self._strip_affixes(chunk)
        pieces = [*prefixes, *self._split_rest(rest), *reversed(suffixes)]
        return self._join_specials(pieces) if len(pieces) > 1 else pieces

    def special(self, text: str) -> list[Piece]:
        """The pieces of the special case `text`."""
        return list(self._specials[text])

    def _strip_affixes(self, chunk: str) -> tuple[list[Piece], str, list[Piece]]:
        prefixes: list[Piece] = []
        suffixes: list[Piece] = []
        first, last, rounds = 0, len(chunk), 0
        while first < last:
            is_far = rounds >= _WHOLE_ROUNDS and last - first > _LONG_CHUNK
            rest = chunk[first : first + _LONG_CHUNK] if is_far else chunk[first:last]
            if not is_far and self._is_whole(rest):
                break
            start = self.prefix_length(rest)
            if is_far and start == len(rest):
                start = self.prefix_length(chunk[first:last])
            left = first + start
            end_from = left if last - first <= _LONG_CHUNK else max(left, last - _LONG_CHUNK_END)
            right = last - self.suffix_length(chunk[end_from:last])
            # An affix that bares a special case goes alone: what is left is not to be stripped further.
            if start and self._is_special(chunk, left, last):
                right = last
            elif right < last and self._is_special(chunk, first, right):
                left = first
            if left == first and right == last:
                break
            if left > first:
                prefixes.append(Piece(chunk[first:left], None, "PREFIX"))
            if right < last:
                suffixes.append(Piece(chunk[right:last], None, "SUFFIX"))
            first, last, rounds = left, right, rounds + 1
        return prefixes, chunk[first:last], suffixes

    def _is_special(self, chunk: str, start: int, end: int) -> bool:
        # Longer ones are never hashed.
        return end - start <= self._longest and chunk[start:end] in self._specials

    def _is_whole(self, text: str) -> bool:
        if text in self._specials or (self._letters_are_plain and text.isalpha()):
            return True
        return self._token_match is not None and bool(self._token_match(text))

    def prefix_length(self, text: str) -> int:
        """How many characters the prefix rules take off."""
        match = self._prefix(text) if self._prefix else None
        return match.end() - match.start() if match else 0

    def suffix_length(self, text: str) -> int:
        """How many characters the suffix rules take off."""
        match = self._suffix(text) if self._suffix else None
        return match.end() - match.start() if match else 0

    def _split_rest(self, rest: str) -> list[Piece]:
        if not rest:
            return []
        if rest in self._specials:
            return list(self._specials[rest])
        if self._letters_are_plain and rest.isalpha():
            return [Piece(rest, None, "TOKEN")]
        if self._token_match and self._token_match(rest):
            return [Piece(rest, None, "TOKEN_MATCH")]
        if self._url_match and self._url_match(rest):
            return [Piece(rest, None, "URL_MATCH")]
        return self._split_infixes(rest)

    def _split_infixes(self, rest: str) -> list[Piece]:
        pieces: list[Piece] = []
        done = 0
        for match in self._infix(rest) if self._infix else ():
            start, end = match.span()
            # What stands first is no infix.
            if start == 0:
                continue
            if start > done:
                pieces.append(Piece(rest[done:start], None, "TOKEN"))
            if end > start:
                pieces.append(Piece(rest[start:end], None, "INFIX"))
            done = end
        if done < len(rest):
            pieces.append(Piece(rest[done:], None, "TOKEN"))
        return pieces

    def _join_specials(self, pieces: list[Piece]) -> list[Piece]:
        """Replace runs of pieces that are what the rules make of a special case: runs of most pieces first, then from
        the left. A run that overlaps an earlier one is left as it is, and nothing else is made of its pieces: so says
        the field's algorithm, and trained pipelines have seen such tokens."""
        runs = [
            (start, end, text)
            for start, piece in enumerate(pieces)
            if piece.text[:1] in self._firsts
            for end, text in self._special_runs(pieces, start)
        ]
        runs.sort(key=lambda run: (run[0] - run[1], run[0]))
        taken: set[int] = set()
        chosen: dict[int, tuple[int, str]] = {}
        for start, end, text in runs:
            if start not in taken and end - 1 not in taken:
                chosen[start] = end, text
            taken.update(range(start, end))
        joined: list[Piece] = []
        at = 0
        while at < len(pieces):
            end, text = chosen.get(at, (at, ""))
            joined.extend(self._specials[text] if end > at else pieces[at : at + 1])
            at = max(end, at + 1)
        return joined

    def _special_runs(self, pieces: list[Piece], start: int) -> Iterator[tuple[int, str]]:
        text = ""
        for end in range(start, len(pieces)):
            text += pieces[end].text
            if len(text) > self._longest:
                break
            if text in self._specials and self._torn_special(text) == [
                piece.text for piece in pieces[start : end + 1]
            ]:
                yield end + 1, text

    def _torn_special(self, text: str) -> list[str] | None:
        """What the rules alone make of a special case; None if it isn't to be put together."""
        if text not in self._torn:
            is_joined = not self._faster or self._has_affix(text)
            self._torn[text] = [piece.text for piece in self._bare.split(text)] if is_joined else None
        return self._torn[text]

    @cached_property
    def _bare(self) -> Splitter:
        return Splitter(
            {},
            self._prefix,
            self._suffix,
            self._infix,
            self._token_match,
            self._url_match,
            faster=self._faster,
        )

    def _has_affix(self, text: str) -> bool:
        if self.prefix_length(text) or self.suffix_length(text):
            return True
        return self._infix is not None and any(True for _ in self._infix(text))


def _spaced_pattern(specials: Mapping[str, Sequence[Piece]]) -> re.Pattern[str] | None:
    """An expression that finds the special cases that contain whitespace, longest first; None without any.

    Those that change nothing are left out: a space that is a space is in every text, and would keep the caches from being used.
    """
    spaced = (key for key in specials if not key or key.split() != [key])
    keys = sorted((key for key in spaced if not _is_itself(key, specials[key])), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, keys))) if keys else None


def _is_itself(key: str, pieces: Sequence[Piece]) -> bool:
    """Is it whitespace, which is one token anyway, and stays what it is?"""
    return key.isspace() and [(piece.text, piece.norm) for piece in pieces] == [(key, None)]
