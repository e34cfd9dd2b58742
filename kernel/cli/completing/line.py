"""The line that is typed in bash: its words up to the cursor, and how a word is written so that it stays as it is."""

from __future__ import annotations

from typing import NamedTuple

# What bash leaves as it is in any place of a word; other characters of ASCII get a backslash.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


class Line(NamedTuple):
    """words: without their quotes, the last one up to the cursor. kept: how many characters of the last word bash leaves as they
    are, because it takes only what comes after them for the word. quote: the quotation mark that is still open, or "".
    """

    words: list[str]
    kept: int
    quote: str


def split(text: str, breaks: str = "=:@") -> Line:
    """Take a line apart as bash does, without expanding anything. breaks: characters that begin a word for the tab key."""
    words: list[str] = []
    word, quote = "", ""
    kept, opened, inside = 0, 0, False
    characters = iter(text)
    for character in characters:
        if quote:
            if character == quote:
                quote = ""
            elif character == "\\" and quote == '"':
                after = next(characters, "")
                word += after if after in '$`"\\' else "\\" + after
            else:
                word += character
        elif character in "'\"":
            quote, opened, inside = character, len(word), True
        elif character == "\\":
            word, inside = word + next(characters, ""), True
        elif character.isspace():
            if inside or word:
                words.append(word)
            word, kept, inside = "", 0, False
        else:
            word += character
            if character in breaks:
                kept = len(word)
    return Line([*words, word], opened if quote else kept, quote)


def written(value: str, quote: str = "") -> str | None:
    """A word as bash is to have it after an open quotation mark, or after none; None where it can't be written."""
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote == '"':
        # Between these, bash takes a ! for an earlier line, with a backslash before it or without.
        return None if "!" in value else "".join("\\" + c if c in '$`"\\' else c for c in value)
    return "".join(c if c in _PLAIN or not c.isascii() else "\\" + c for c in value)
