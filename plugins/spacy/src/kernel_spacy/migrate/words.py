"""Names of spaCy within text that is no Python: registered functions, commands, groups of entry points, requirements."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from kernel.registries.family import registry
from kernel_spacy.configs.functions import OWNERS, our_name

# Groups of entry points of spaCy, all of which are registries here.
GROUP = re.compile(
    r"\bspacy_(?=(?:architectures|augmenters|batchers|callbacks|factories|languages|layers|loggers|lookups|misc|models|readers|scorers|"
    r"tokenizers|vectors)\b)"
)
FUNCTION = re.compile(rf"\b(?:{'|'.join(map(re.escape, OWNERS))})\.[A-Za-z_]\w*\.v\d+\b")
# What both have, with the same arguments or nearly so. What is not among them is told.
_NAMES = (
    "apply|assemble|convert|debug|evaluate|info|init|package|pretrain|train|find-threshold|benchmark|download"
)
OTHER_COMMANDS = {
    "project": "projects are run by weasel, whatever their commands are: `weasel run`",
    "validate": "`kernel plugins list` shows what is installed",
    "huggingface-hub": "there is no command that uploads a pipeline",
    "ray": "`[training.workers]` of the config: docs/how-to/train-in-several-processes.md",
    "find-function": "`kernel registry show`",
    "profile": "`kernel debug profile`",
    "link": "gone from spaCy too",
}
_MODULE = r"(?P<module>-m\s+)spacy(?=\s)"
_REST = r"(?P<rest>\s+(?P<name>[\w-]+))?"
# Within other text, and in files that have commands only: there the names of all are no words.
_COMMAND = re.compile(rf"(?<![\w./-])(?:{_MODULE}|spacy(?=\s+(?:{_NAMES})\b)){_REST}")
_ANY_COMMAND = re.compile(
    rf"(?<![\w./-])(?:{_MODULE}|spacy(?=\s+(?:{_NAMES}|{'|'.join(OTHER_COMMANDS)})\b)){_REST}"
)
REQUIREMENTS = {
    "spacy": "kernel-nlp[all]",
    "spacy-transformers": "kernel-nlp-transformers[torch]",
    "spacy-ray": "kernel-nlp-ray[ray]",
    "spacy-legacy": "kernel-nlp-spacy",
    "spacy_legacy": "kernel-nlp-spacy",
    "spacy_transformers": "kernel-nlp-transformers[torch]",
}
# A requirement as pip writes it: a name, extras, versions, a marker.
REQUIREMENT = re.compile(
    rf"(?<![\w.-])(?P<name>{'|'.join(sorted(REQUIREMENTS, key=len, reverse=True))})(?:\[[\w,\s-]*\])?"
    r"(?:\s*(?:[~=<>!]=?=?)\s*[\w.*+!-]+(?:\s*,\s*[~=<>!]=?=?\s*[\w.*+!-]+)*)?(?=\s*(?:;|#|$|\n|\r))"
)
Tell = Callable[[int, str, str], None]


def with_our_functions(text: str) -> str:
    """A text with registered functions of spaCy under our names. Those that a project registers itself stay."""
    return FUNCTION.sub(lambda found: _our_function(found.group()), text)


@cache
def _our_function(name: str) -> str:
    ours = our_name(name)
    is_here = ours is not None and any(registry.has(kind, ours) for kind in registry.kinds())
    return ours if ours is not None and is_here else name


def with_our_commands(text: str, tell: Tell, *, all_are: bool = False) -> str:
    """A text with commands as ours.

    tell: gets the offset, the command and why for each that is not here. all_are: the text holds commands, and nothing for people to read.
    """

    def ours(found: re.Match[str]) -> str:
        name = found["name"] or ""
        if name in OTHER_COMMANDS:
            tell(found.start(), f"spacy {name}", OTHER_COMMANDS[name])
            return found.group()
        return f"{found['module'] or ''}kernel{found['rest'] or ''}"

    return (_ANY_COMMAND if all_are else _COMMAND).sub(ours, text)


def with_our_groups(text: str) -> str:
    """A text with groups of entry points as ours."""
    return GROUP.sub("kernel_", text)


def our_requirement(text: str) -> str | None:
    """One requirement as ours; None if it is not one of spaCy's packages."""
    found = REQUIREMENT.fullmatch(text.strip())
    return None if found is None else REQUIREMENTS[found["name"]]
