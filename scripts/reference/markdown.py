"""Text of packages in a page of Markdown: it is shown, it never becomes a tag, a link or the end of a block.

What Python calls a docstring is Markdown to its authors and stays so, but for tags. Control characters and marks that turn the
direction of text are shown as escapes everywhere.
"""

from __future__ import annotations

import re
import textwrap

from kernel.visible import visible, visible_line

CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
TAG = re.compile(r"<(?=[A-Za-z/!?])")
SIGNS = re.compile(r"([\\`*\[\]<>&|~{}])|(?<!\w)(_)|(_)(?!\w)")


def plain(text: str) -> str:
    """A name in a heading or a sentence."""
    return SIGNS.sub(r"\\\g<0>", visible_line(text))


def code(text: str) -> str:
    """A name as code on a line, also in a table."""
    text = visible_line(text).replace("|", "\\|")
    ticks = max(map(len, re.findall("`+", text)), default=0)
    return f"`{text}`" if not ticks else f"{'`' * (ticks + 1)} {text} {'`' * (ticks + 1)}"


def prose(text: str) -> str:
    """A docstring. One whose blocks of code have no end is code as a whole."""
    text = visible(text)
    if not _ends(FENCE.findall(text)):
        return textwrap.indent(text, "    ")
    parts = CODE.split(text)
    return "".join(part if index % 2 else TAG.sub(r"\\<", part) for index, part in enumerate(parts))


def _ends(fences: list[tuple[str, str]]) -> bool:
    """Whether every block of code has an end, out of (signs, rest of the line) of each fence."""
    pairs = list(zip(fences[::2], fences[1::2], strict=False))
    return len(fences) == 2 * len(pairs) and all(
        first == last and not rest.strip() for (first, _), (last, rest) in pairs
    )


def cell(text: str) -> str:
    """A docstring or description in a table."""
    return re.sub(r"(?<!\\)\|", r"\\|", prose(visible_line(text)))


def fenced(language: str, text: str) -> str:
    """A block of code, whatever is in it."""
    text = visible(text)
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`{3,}", text))])
    return f"{fence}{language}\n{text}\n{fence}"
