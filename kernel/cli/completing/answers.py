"""What `kernel` writes when a shell asks: a script, or what the word may become."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence

from kernel.cli.completing.candidates import Candidate, Offer, offer
from kernel.cli.completing.line import split, written
from kernel.cli.completing.scripts import SCRIPTS
from kernel.visible import visible_line

# Without a space after it, because more of the word follows; and with one.
_MORE, _WORD = "more", "word"
_LONGEST_HELP = 100


def answer(asked: str, args: Sequence[str]) -> int:
    """Write what a shell asks for, and return the exit code. asked: the value of the variable.

    What goes wrong is kept to itself: whoever presses the tab key is in the middle of a line.
    """
    import warnings

    warnings.simplefilter("ignore")
    shell, _, what = asked.partition("_")
    try:
        if shell not in SCRIPTS or what not in ("", "source", "complete"):
            return 1
        answers: dict[str, Callable[[], Iterator[str]]] = {
            "source": lambda: iter([SCRIPTS[shell]]),
            "complete": lambda: _former(shell),
            "": lambda: _in_bash(args) if shell == "bash" else _elsewhere(args),
        }
        lines = "\n".join(answers[what]())
    except Exception:  # noqa: BLE001
        return 1
    sys.stdout.buffer.write(f"{lines}\n".encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
    return 0


def _in_bash(args: Sequence[str]) -> Iterator[str]:
    """Lines of a kind, a tab, and what takes the place of the word, as bash sees it. args: the line up to the cursor, and what breaks words."""
    line = split(args[0], "".join(args[1:]).replace(" ", ""))
    # A variable may be set before the command.
    start = next((place for place, word in enumerate(line.words) if "=" not in word), 0)
    found = _offered(line.words[start + 1 :])
    if found.place:
        yield f"{found.place}\t"
    for each in found.candidates:
        word = written(each.value[line.kept :], line.quote)
        if word is not None:
            yield f"{_MORE if each.goes_on else _WORD}\t{word}"


def _elsewhere(args: Sequence[str]) -> Iterator[str]:
    """Lines of a kind, a value and a help, with tabs between them. The shell writes the value so that it stays as it is."""
    found = _offered(args)
    if found.place:
        yield f"{found.place}\t{found.before}\t"
    for each in found.candidates:
        yield f"{_MORE if each.goes_on else _WORD}\t{each.value}\t{_help(each)}"


def _offered(words: Sequence[str]) -> Offer:
    return offer(words[:-1], words[-1]) if words else offer([], "")


def _help(candidate: Candidate) -> str:
    text = visible_line(" ".join(candidate.help.split()))
    return text if len(text) <= _LONGEST_HELP else f"{text[: _LONGEST_HELP - 3]}..."


def _former(shell: str) -> Iterator[str]:
    """What the scripts take that click makes, which people may have in their files."""
    words = split(os.environ.get("COMP_WORDS", "")).words
    current = os.environ.get("COMP_CWORD", "")
    if shell == "fish":
        words = [*words[:-1], split(current).words[-1]]
    else:
        words = (words + [""] * 2)[: int(current) + 1]
    found = _offered(words[1:])
    items = [(found.place, words[-1], "")] if found.place else []
    # These scripts don't see to it that a shell takes a word for what it is.
    items += [
        ("plain", each.value, _help(each)) for each in found.candidates if written(each.value) == each.value
    ]
    for kind, value, text in items:
        if shell == "bash":
            yield f"{kind},{value}"
        elif shell == "zsh":
            yield f"{kind}\n{value}\n{text or '_'}"
        else:
            yield f"{kind},{value}" + (f"\t{text}" if text else "")
