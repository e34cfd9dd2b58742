"""Names and places of components: choosing, renaming, disabling."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Self

from kernel.errors import UsageError, warn
from kernel.files.names import as_names
from kernel.language.listening import link, listeners_of
from kernel.language.slots import Slot, position, unknown

# Files and folders of a saved pipeline that components must not overwrite.
RESERVED = frozenset({"config.cfg", "meta.json", "manifest.json", "tokenizer", "vocab"})

NAMES = (
    "It names a section of the config and a folder: letters, digits, hyphens and underscores will do; "
    f"{', '.join(sorted(RESERVED))} are taken."
)


class DisabledPipes(list[str]):
    """Names of disabled components; at the end of a `with` block, or by `restore`, they are enabled again.

    A component that was renamed is still the same, and another one under its old name is not. slots: those of the
    pipeline, which are replaced in place. disabled: those of them that were disabled.
    """

    def __init__(self, slots: list[Slot], disabled: Iterable[Slot]) -> None:
        disabled = list(disabled)
        super().__init__(slot.name for slot in disabled)
        self._slots = slots
        self._places = [slot.place for slot in disabled]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Enable the components again, those that still exist."""
        enable(self._slots, self._places, True)
        self.clear()
        self._places = []


def enable(slots: list[Slot], places: Sequence[object], enabled: bool) -> None:
    """Let the components in some places run, or not; their listeners are linked anew."""
    slots[:] = [replace(slot, enabled=enabled) if slot.place in places else slot for slot in slots]
    link(slots)


def insertion_index(
    slots: Sequence[Slot],
    *,
    before: str | int | None,
    after: str | int | None,
    first: bool | None,
    last: bool | None,
) -> int:
    """Where to insert a component: at most one of the four is given, none means last."""
    given = [before is not None, after is not None, bool(first), bool(last)]
    if sum(given) > 1:
        raise UsageError("a component can be added before=, after=, first= or last=: give one of them")
    if first:
        return 0
    if before is not None:
        return _anchor(slots, before)
    if after is not None:
        return _anchor(slots, after) + 1
    return len(slots)


def _anchor(slots: Sequence[Slot], anchor: str | int) -> int:
    if isinstance(anchor, str):
        return position(slots, anchor)
    if not 0 <= anchor < len(slots):
        raise UsageError(f"there is no component number {anchor}: the pipeline has {len(slots)}")
    return anchor


def is_possible_name(name: Any) -> bool:
    """Whether a component of that name can be saved and loaded: it becomes a section of the config, and a folder."""
    if not isinstance(name, str) or not name.isprintable() or name.casefold() in RESERVED:
        return False
    return bool(name) and not set(name) & set("./\\[]:= ") and "${" not in name


def check_new_name(slots: Sequence[Slot], name: str) -> str:
    """The name, if a new component may have it."""
    if not is_possible_name(name):
        raise UsageError(
            f"{name!r} can't be the name of a component",
            hint=NAMES,
        )
    names = [slot.name for slot in slots]
    if name in names:
        raise UsageError(
            f"the pipeline has a component '{name}' already: {', '.join(names)}",
            hint='Give the new one a name of its own: add_pipe("factory", name="..."), or use replace_pipe.',
        )
    return name


def rename(slots: list[Slot], old: str, new: str) -> None:
    """Rename a component. `UsageError` if a listener asks for the old name."""
    index = position(slots, old)
    check_new_name(slots, new)
    for slot in slots:
        for listener in listeners_of(slot.component):
            if listener.attrs["listener"].upstream == old:
                raise UsageError(f"'{old}' can't be renamed: a listener in '{slot.name}' asks for it by name")
    slots[index] = replace(slots[index], name=new)
    if hasattr(slots[index].component, "name"):
        slots[index].component.name = new
    link(slots)


def select(
    slots: list[Slot], *, disable: str | Iterable[str] | None, enable_only: str | Iterable[str] | None
) -> DisabledPipes:
    """Disable components and return those that were enabled before."""
    chosen = to_disable([slot.name for slot in slots], disable, enable_only)
    if chosen is None:
        raise UsageError("select_pipes needs disable= or enable=")
    disabled = [slot for slot in slots if slot.enabled and slot.name in chosen]
    enable(slots, [slot.place for slot in disabled], False)
    return DisabledPipes(slots, disabled)


def to_disable(
    names: list[str], disable: str | Iterable[str] | None, enable: str | Iterable[str] | None
) -> list[str] | None:
    """The components to disable, given those or all others; None if neither is given. Unknown names are errors."""
    off = None if disable is None else as_names(disable)
    on = None if enable is None else as_names(enable)
    for name in [*(off or ()), *(on or ())]:
        if name not in names:
            raise unknown(name, names)
    if on is None:
        return off
    others = [name for name in names if name not in on]
    if off is not None and sorted(off) != sorted(others):
        both = [name for name in off if name in on]
        raise UsageError(
            "disable and enable contradict each other"
            + (
                f": both name {', '.join(both)}"
                if both
                else f": neither names {', '.join(sorted({*others} - {*off}))}"
            )
        )
    return others


def warn_of_unknown(
    components: Sequence[str], names: Iterable[str], argument: str, known: Collection[str] = ()
) -> None:
    """Warn of names that no component has: they are passed over. known: other parts that may be named there."""
    for name in names:
        if name not in components and name not in known:
            error = unknown(name, list(components))
            hint = f" {error.hint}" if error.hint else ""
            warn(f"{argument}={name!r} is passed over: {error.message}.{hint}")


def steps(slots: Sequence[Slot], disable: str | Iterable[str]) -> list[tuple[str, Any]]:
    """The components to run: the enabled ones without those to leave out for once."""
    off = as_names(disable)
    warn_of_unknown([slot.name for slot in slots], off, "disable")
    return [(slot.name, slot.component) for slot in slots if slot.enabled and slot.name not in off]
