"""Strings of Python that hold names of spaCy: functions of configs, commands, modules, entry points, requirements."""

from __future__ import annotations

import re

from kernel_spacy.migrate.imports import OURS, ROOT
from kernel_spacy.migrate.places import UNKNOWN, find
from kernel_spacy.migrate.words import (
    FUNCTION,
    Tell,
    our_requirement,
    with_our_commands,
    with_our_functions,
    with_our_groups,
)

# What takes the name of a module as a string.
IMPORTERS = frozenset(
    {"import_module", "__import__", "importorskip", "find_spec", "patch", "setattr", "delattr"}
)
_DOTTED = re.compile(rf"{ROOT}(?:\.[A-Za-z_]\w*)+")
_HAS_VERSION = re.compile(r"[~=<>!]")
# Names with brackets, commas and bars between them.
_TYPE = re.compile(r"[\w.]+(?:(?:\s*[\[\]|]+\s*|,\s*)[\w.]*)*")


def ours(text: str, tell: Tell, *, called: str, after_m: bool, keeps_name: bool, is_hint: bool) -> str:
    """The text of a string literal, as written between its quotes, as it is to be.

    called: the name of the function that it is an argument of, or "". after_m: it follows "-m" in a list. keeps_name: `spacy` goes on being a
    name in this file. is_hint: it is a type. tell: gets what is not here.
    """
    if ROOT not in text:
        return text
    if text == ROOT and called != "setup":
        return OURS if after_m or called in IMPORTERS else text
    requirement = our_requirement(text)
    # A bare name may be that of anything.
    if requirement is not None and (called == "setup" or _HAS_VERSION.search(text)):
        return requirement
    if called in IMPORTERS and text.startswith(f"{ROOT}."):
        return _path(text, tell)
    if _TYPE.fullmatch(text) and _DOTTED.search(text) and not FUNCTION.fullmatch(text):
        if is_hint and keeps_name:
            return text
        return _DOTTED.sub(lambda found: _path(found.group(), tell, is_name=is_hint), text)
    return with_our_groups(with_our_commands(with_our_functions(text), tell))


def _path(name: str, tell: Tell, *, is_name: bool = True) -> str:
    if name.endswith("."):
        # The rest is put together while the program runs.
        return OURS + name.removeprefix(ROOT)
    place = find(name)
    if not place.path:
        # A text that only looks like a name of spaCy's, such as its address, is nobody's business.
        if is_name or place.why != UNKNOWN:
            tell(0, name, place.why)
        return name
    return place.path
