"""Registered functions of ours under spaCy's names: the names that this package stands for, read the other way."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from kernel.discovery.known_names import THINC_NAMES
from kernel.registries.family import Registries

_OURS = "kernel."
_OWNERS = ("spacy", "spacy-transformers", "srsly")
# Names that configs of the field have, and no release of spaCy.
_UNRELEASED = frozenset({("architectures", "spacy.TransitionBasedParser.v3")})


def their_name(registry: Registries, kind: str, name: str) -> str | None:
    """What spaCy calls a function; None if it has none that does the same."""
    owner, _, bare = name.partition(".")
    if not bare or "." not in bare:
        # Without an owner a function is thinc's, which spaCy has too, or somebody's own.
        return name if name in THINC_NAMES.get(kind, ()) else None
    if owner == "spacy-legacy":
        # spaCy looks there by itself.
        return f"spacy.{bare}"
    if owner in _OWNERS:
        return name
    if not name.startswith(_OURS):
        return None
    known = registry.of(kind)
    for theirs in (f"{each}.{bare}" for each in _OWNERS):
        if theirs in known and (kind, theirs) not in _UNRELEASED:
            return theirs
    return None


def arguments(registry: Registries, kind: str, name: str) -> Mapping[str, inspect.Parameter] | None:
    """The arguments of a registered function; None if it takes any, or nobody can tell."""
    try:
        parameters = inspect.signature(registry.of(kind).get(name)).parameters
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return None
    return parameters
