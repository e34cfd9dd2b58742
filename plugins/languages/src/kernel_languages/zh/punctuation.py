"""Chinese affixes: each Han character is cut off, and so are marks, which have no spaces around them."""

from __future__ import annotations

from kernel.tokenizer import Rules
from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import DASHES, HAN, VARIANT

# An address begins where a Han character ends.
_URL = r"(?:https?://|www\.)[!-~]*[a-zA-Z0-9/]"
# A numeral or "some" behind digits is written with them, and so is "number" before them: 1.2万, 40多, 第17.
_CHARACTER = rf"[{HAN}](?<![0-9][万亿千百余多])(?<!第(?=[0-9]))[{VARIANT}]*"
# Marks between digits belong to a number or a date: 1,040, 9:00, 3·15.
_MARKS = r"[、。，；：！？「」『』“”〝〞…;!?]|(?<![0-9])[,:·]|[,:·](?![0-9])"
_DASHES = rf"[{DASHES}]+"

PREFIXES = base.PREFIXES
# A percentage is one token.
SUFFIXES = Rules(rule for rule in base.SUFFIXES if rule != "[%&#*_]") + ("[&#*_]",)
INFIXES = Rules((_CHARACTER, _URL, base.BRACKETS, _MARKS, _DASHES)) + base.INFIXES_BUT_HYPHENS
