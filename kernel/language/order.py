"""Names and places of components: finding, choosing, renaming, disabling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from kernel.errors import UsageError
from kernel.language.links import link, listeners_of
from kernel.registries.registry import nearest_name

if TYPE_CHECKING:
    from kernel.language.components import ComponentList

# Files and folders of a saved pipeline that components must not overwrite.
RESERVED = frozenset({"config.cfg", "meta.json", "manifest.json", "tokenizer", "vocab"})


class DisabledPipes(list[str]):
    """Names of disabled components; at the end of a `with` block, or by `restore`, they are enabled again."""

    def __init__(self, nlp: ComponentList, names: Iterable[str]) -> None:
        super().__init__(names)
        self._nlp = nlp

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Enable the components again, those that still exist."""
        for name in self:
            if self._nlp.has_pipe(name):
                self._nlp.enable_pipe(name)
        self.clear()


def position(nlp: ComponentList, name: str) -> int:
    """The place of a component. `UsageError` if there is none of that name."""
    names = nlp.component_names
    if name in names:
        return names.index(name)
    raise unknown(name, names)


def unknown(name: Any, names: list[str]) -> UsageError:
    """The error for a name that no component has."""
    close = nearest_name(name, names) if isinstance(name, str) else None
    return UsageError(
        f"the pipeline has no component {name!r}; it has: {', '.join(names) or 'none'}",
        hint=f"Did you mean {close!r}?" if close else "",
    )


def place(
    nlp: ComponentList,
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
        return _anchor(nlp, before)
    if after is not None:
        return _anchor(nlp, after) + 1
    return len(nlp.component_names)


def _anchor(nlp: ComponentList, anchor: str | int) -> int:
    if isinstance(anchor, str):
        return position(nlp, anchor)
    if not 0 <= anchor < len(nlp.component_names):
        raise UsageError(
            f"there is no component number {anchor}: the pipeline has {len(nlp.component_names)}"
        )
    return anchor


def check_new_name(nlp: ComponentList, name: str) -> str:
    """The name, if a new component may have it."""
    if not isinstance(name, str) or not name or set(name) & set("./\\[]:= ") or name in RESERVED:
        raise UsageError(
            f"{name!r} can't be the name of a component",
            hint="It names a section of the config and a folder: letters, digits, hyphens and underscores will do; "
            f"{', '.join(sorted(RESERVED))} are taken.",
        )
    if nlp.has_pipe(name):
        raise UsageError(
            f"the pipeline has a component '{name}' already: {', '.join(nlp.component_names)}",
            hint='Give the new one a name of its own: add_pipe("factory", name="..."), or use replace_pipe.',
        )
    return name


def rename(nlp: ComponentList, old: str, new: str) -> None:
    """Rename a component. `UsageError` if a listener asks for the old name."""
    index = position(nlp, old)
    check_new_name(nlp, new)
    for name, component in nlp.components:
        for listener in listeners_of(component):
            if listener.attrs["listener"].upstream == old:
                raise UsageError(f"'{old}' can't be renamed: a listener in '{name}' asks for it by name")
    component = nlp._components[index][1]
    nlp._components[index] = (new, component)
    if hasattr(component, "name"):
        component.name = new
    nlp._pipe_meta[new] = nlp._pipe_meta.pop(old)
    nlp._pipe_configs[new] = nlp._pipe_configs.pop(old)
    for names in (nlp._disabled, nlp._sourced):
        if old in names:
            names.remove(old)
            names.add(new)


def select(
    nlp: ComponentList, *, disable: str | Iterable[str] | None, enable: str | Iterable[str] | None
) -> DisabledPipes:
    """Disable components and return those that were enabled before."""
    chosen = to_disable(nlp.component_names, disable, enable)
    if chosen is None:
        raise UsageError("select_pipes needs disable= or enable=")
    names = [name for name in nlp.pipe_names if name in chosen]
    for name in names:
        nlp._disabled.add(name)
    link(nlp)
    return DisabledPipes(nlp, names)


def to_disable(
    names: list[str], disable: str | Iterable[str] | None, enable: str | Iterable[str] | None
) -> list[str] | None:
    """The components to disable, given those or all others; None if neither is given. Unknown names are errors."""
    off, on = as_names(disable), as_names(enable)
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


def as_names(value: str | Iterable[str] | None) -> list[str] | None:
    """Names given as one string or as several."""
    if value is None:
        return None
    return [value] if isinstance(value, str) else list(value)


def steps(nlp: ComponentList, disable: str | Iterable[str]) -> list[tuple[str, Any]]:
    """The components to run: the enabled ones without those to leave out for once."""
    off = as_names(disable) or []
    for name in off:
        position(nlp, name)
    return [(name, component) for name, component in nlp.pipeline if name not in off]
