"""What is registered in this process: functions in the registry of catalogue, and nowhere else.

A reader stands under ("kernel", "readers", its name). So whatever uses `catalogue.create("kernel", "readers")` sees what our
decorators register, and we see what it registers. catalogue is imported with the first registration: until somebody has
imported it, nothing is registered.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from kernel.registries.origins import Definition, origin_of

NAMESPACE = "kernel"
# Kinds that were added in this process, and what kernel.registries.code imported, by module: both are forgotten together
# with the functions.
created_kinds: set[str] = set()
custom_code: dict[str, Any] = {}

# What our decorators know beyond the function. It counts as long as catalogue holds that function under the key.
_notes: dict[tuple[str, ...], Definition] = {}
_ABSENT: Any = object()


def registered_names(kind: str, namespace: str = NAMESPACE) -> list[str]:
    """The registered names of a kind."""
    keys = list(_registered())
    return [key[2] for key in keys if len(key) == 3 and key[0] == namespace and key[1] == kind]


def find_definition(kind: str, name: str, namespace: str = NAMESPACE) -> Definition | None:
    """What is registered under a name."""
    return _definition((namespace, kind, name))


def add_definition(kind: str, name: str, definition: Definition) -> None:
    """Register a function, in the place of another one if there is one."""
    import catalogue

    key = (NAMESPACE, kind, name)
    _notes[key] = definition
    catalogue.REGISTRY[key] = definition.value


def definitions() -> dict[tuple[str, str], Definition]:
    """Everything that is registered for the kernel, by kind and name."""
    found = {key[1:]: _definition(key) for key in _keys()}
    return {(kind, name): one for (kind, name), one in found.items() if one is not None}


def defining_modules() -> set[str]:
    """The modules that registered something."""
    return {definition.module for definition in definitions().values()}


def forget(module: str) -> None:
    """Drop the definitions that a module made, before its code runs again."""
    for (kind, name), definition in definitions().items():
        if definition.module == module:
            _drop((NAMESPACE, kind, name))


@contextmanager
def restored() -> Iterator[None]:
    """Forget, at the end of the block, whatever was registered inside it."""
    before = {key: _registered()[key] for key in _keys()}
    states: list[tuple[Any, Any]] = [(one, copy(one)) for one in (_notes, created_kinds, custom_code)]
    try:
        yield
    finally:
        for key in set(_keys()) - set(before):
            _drop(key)
        if before:
            import catalogue

            catalogue.REGISTRY.update(before)
        for state, former in states:
            state.clear()
            state.update(former)


def _registered() -> Mapping[tuple[str, ...], Any]:
    """Everything that catalogue holds, of thinc and others too; empty while it isn't imported."""
    return getattr(sys.modules.get("catalogue"), "REGISTRY", {})


def _definition(key: tuple[str, ...]) -> Definition | None:
    value = _registered().get(key, _ABSENT)
    if value is _ABSENT:
        return None
    note = _notes.get(key)
    if note is None or note.value is not value:
        # Somebody else registered it: where it comes from is found out once.
        note = _notes[key] = Definition(value, origin_of(value))
    return note


def _keys() -> list[tuple[str, ...]]:
    return [key for key in list(_registered()) if len(key) == 3 and key[0] == NAMESPACE]


def _drop(key: tuple[str, ...]) -> None:
    import catalogue

    _notes.pop(key, None)
    catalogue.REGISTRY.pop(key, None)
