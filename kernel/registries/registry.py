"""One registry: the functions of one kind, by name.

Names come from three places: entry points of installed packages (group `kernel_<kind>`), decorators that ran in this
process, and thinc's own registries. When several claim one name, none gets it unless the config says which.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol, TypeVar, overload

from kernel.discovery import rules, scan
from kernel.discovery.known_names import (
    THINC_NAMES,
    is_awaited,
    our_name,
    provider,
    refusal,
    way_out,
)
from kernel.discovery.rules import CODE, NO_CHOICES, Choices
from kernel.errors import NameConflict, PluginLoadError, RegistryError
from kernel.registries.aliases import Alias
from kernel.registries.loading import current, load_entry_point
from kernel.registries.origins import Definition, Origin, is_same, origin_of, place_of
from kernel.registries.store import add_definition, find_definition, registered_names

Registered = TypeVar("Registered")
THINC = "thinc"
# The group of functions that say of an owner's names why some are not there: (kind, name) -> (reason, what to do) or None.
REFUSALS = "kernel_refusals"
# The group of functions, one a kind, that make what nobody registered: name -> what a registered function would be, or None.
FALLBACKS = "kernel_fallbacks"
_NAME = re.compile(r"[^\W_][\w.-]*")
# So many names are listed for one that isn't known.
_LISTED = 16
# How it is said that there is no such thing, where "function" is not what one has in mind.
_NO = {"factories": "there is no component factory", "languages": "there is no language"}


class Family(Protocol):
    """All registries, for what one of them says about the others."""

    def kinds(self) -> list[str]: ...
    def has(self, kind: str, name: str) -> bool: ...


class Registry:
    """The functions of one kind. Calling it gives the decorator that registers a function.

    choices: which packages may be used and who gets a name, for what is looked up here. Registering is for the process.
    """

    def __init__(self, kind: str, family: Family | None = None, choices: Choices = NO_CHOICES) -> None:
        self.kind = kind
        self._family = family
        self._choices = choices

    def __repr__(self) -> str:
        return f"<registry of {self.kind}>"

    @overload
    def __call__(self, name: str) -> Callable[[Registered], Registered]: ...
    @overload
    def __call__(self, name: str, func: Registered) -> Registered: ...
    def __call__(self, name: str, func: Any = None) -> Any:
        """Register a function under a name: as a decorator, or at once if `func` is given."""
        return self._register(name, func)

    @overload
    def register(self, name: str) -> Callable[[Registered], Registered]: ...
    @overload
    def register(self, name: str, *, func: Registered) -> Registered: ...
    def register(self, name: str, *, func: Any = None) -> Any:
        """The same as calling the registry. Raises NameConflict if another function has the name."""
        return self._register(name, func)

    def get(self, name: str) -> Any:
        """The function of a name. Imports the module that holds it and nothing else.

        Raises RegistryError for an unknown name, NameConflict if several packages claim it, PluginLoadError
        if its module can't be imported, IncompatiblePlugin if it was made for another version of kernel.
        """
        if not isinstance(name, str):
            raise RegistryError(f"{self.kind}: the name of a function must be a text, not {name!r}")
        points, owner = self._points(name), self._choices.owner_of(name)
        definition = self._definition(name)
        is_thincs = self._is_thincs(name)
        if not points and definition is None and not is_thincs:
            raise self.unknown(name)
        if owner is not None:
            return self._get_from(owner, name)
        if len(points) + is_thincs > 1 or (definition and not points and is_thincs):
            raise self._conflict(name)
        if not points:
            return definition.value if definition else self._get_from_thinc(name)
        loaded = self._load(points[0])
        # The import may have run a decorator on the same function.
        definition = self._definition(name)
        if definition is None:
            return loaded
        if not is_same(loaded, definition.value):
            raise self._conflict(name)
        return definition.value

    def get_all(self) -> Mapping[str, Any]:
        """All names with their functions. A function is imported when it is looked up, so that none is in vain."""
        return _Functions(self)

    def names(self) -> list[str]:
        """All names, sorted. Imports nothing."""
        found = {name for name in registered_names(self.kind) if self._definition(name)}
        if self.kind in THINC_NAMES:
            thincs = (*THINC_NAMES[self.kind], *registered_names(self.kind, THINC))
            found.update(name for name in thincs if refusal(self.kind, name) is None)
        for group in self._groups():
            found.update(point.name for point in rules.entry_points(group, self._choices))
        return sorted(found)

    def origin(self, name: str) -> Origin:
        """Where a name comes from, the first of several claims. Imports nothing.

        Raises RegistryError for an unknown name.
        """
        definition, owner = self._definition(name), self._choices.owner_of(name)
        for point in self._points(name):
            if owner in (None, scan.normalize(point.distribution)):
                same = definition is not None and definition.package in (None, point.distribution)
                file, line = (
                    (definition.origin.file, definition.origin.line) if definition and same else (None, None)
                )
                return Origin(point.distribution, point.version, point.target, file, line)
        if definition is not None and owner in (None, CODE):
            return definition.origin
        if self._is_thincs(name):
            return Origin(THINC, scan.installed_version(THINC), f"thinc.api:registry.{self.kind}")
        if definition is not None:
            return definition.origin
        raise self.unknown(name)

    def claims(self, name: str) -> list[str]:
        """Everyone who claims a name, for messages: more than one is a conflict. Imports nothing."""
        definition = self._definition(name)
        found = sorted(point.claim for point in self._points(name))
        packages = {point.distribution for point in self._points(name)}
        if definition is not None and definition.package not in packages:
            found.append(place_of(definition.origin))
        if self._is_thincs(name):
            found.append(f"{THINC} {scan.installed_version(THINC)}")
        return found

    def owners(self, name: str) -> list[str]:
        """The values that `[registry.override]` may give a name: packages and "code"."""
        found = [point.distribution for point in self._points(name)]
        definition = self._definition(name)
        if definition is not None and definition.package not in found:
            found.append(CODE)
        return found + [THINC] * self._is_thincs(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (
            bool(self._definition(name)) or self._is_thincs(name) or bool(self._points(name))
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def unknown(self, name: str) -> RegistryError:
        """The error for a name that isn't here: the package that has it and is denied, or the nearest name, and who else has or
        provides it.
        """
        message = f"{_NO.get(self.kind, f'{self.kind} has no function')} {name!r}"
        denied = self.denied(name)
        if denied:
            return RegistryError(message, hint=" ".join(denied))
        reason, instead_of_it = refusal(self.kind, name), way_out(self.kind, name)
        if reason is None:
            reason, instead_of_it = self._refused_by_owner(name)
        if reason is not None:
            return RegistryError(f"{message}: {reason}", hint=instead_of_it or "")
        if is_awaited(self.kind, name):
            hints = ["No package provides it yet.", *self._listed()]
            return RegistryError(message, hint=" ".join(hints))
        hints = []
        ours = our_name(name)
        if ours != name and ours in self:
            hints.append(f"Did you mean {ours!r}?")
        else:
            nearest = nearest_name(name, self.names())
            if nearest:
                hints.append(f"Did you mean {nearest!r}?")
        family = self._family
        elsewhere = [kind for kind in family.kinds() if family.has(kind, name)] if family else []
        if elsewhere:
            hints.append(f"The name exists in: {', '.join(elsewhere)}.")
        distribution = provider(self.kind, name)
        version = scan.installed_version(distribution) if distribution else None
        if distribution and not version:
            hints.append(f"It is provided by the package {distribution}: pip install {distribution}")
        elif version and not hints:
            hints.append(f"{distribution} {version} is installed, but doesn't provide this name.")
        if not hints:
            hints.append("The package that provides it may not be installed, or its --code file not given.")
            hints += self._listed()
        return RegistryError(message, hint=" ".join(hints))

    def _refused_by_owner(self, name: str) -> tuple[str, str] | tuple[None, None]:
        """What a package says of a name that isn't there and whose owner it knows: why, and what to take in its place."""
        owner = name.partition(".")[0]
        for point in rules.entry_points(REFUSALS, self._choices):
            if point.name == owner:
                said = load_entry_point(point, self.kind)(self.kind, name)
                if said is not None:
                    return said[0], said[1]
        return None, None

    def _listed(self) -> list[str]:
        """A sentence with all names, if they are few: these are what one can have instead."""
        names = self.names()
        return [f"There are: {', '.join(names)}."] if 0 < len(names) <= _LISTED else []

    def _register(self, name: str, func: Any) -> Any:
        # Frame 0 is this function, 1 the public method, 2 the code that defines the function.
        frame = sys._getframe(2)
        place = (frame.f_code.co_filename, frame.f_lineno)

        def decorate(value: Registered) -> Registered:
            self._add(name, value, place)
            return value

        return decorate if func is None else decorate(func)

    def _add(self, name: str, value: Any, place: tuple[str, int]) -> None:
        point = current()
        package = point.distribution if point else None
        new = Definition(value, origin_of(value, place, package=package), package)
        old = find_definition(self.kind, name)
        if old is not None and not old.is_former_self_of(new):
            # The claim of a package is its entry point: what its decorators say as well is kept if there is room.
            packages = {point.distribution for point in self._claims(name, NO_CHOICES)}
            if new.package in packages:
                return
            if old.package not in packages:
                raise NameConflict(
                    f"{self.kind}: {name!r} is registered twice, "
                    f"at {place_of(old.origin)} and at {place_of(new.origin)}",
                    hint="Give one of the two functions another name.",
                )
        add_definition(self.kind, name, new)

    def _get_from(self, owner: str, name: str) -> Any:
        """The function of one of those who claim a name. owner: as `[registry.override]` says, normalised."""
        definition = self._definition(name)
        packages = {point.distribution for point in self._points(name)}
        if owner == CODE and definition is not None and definition.package not in packages:
            return definition.value
        if owner == THINC and self._is_thincs(name):
            return self._get_from_thinc(name)
        for point in self._points(name):
            if scan.normalize(point.distribution) == owner:
                return self._load(point)
        raise RegistryError(
            f"{self.kind}: [registry.override] gives {name!r} to {owner!r}, which doesn't have it",
            hint=f"It is claimed by: {'; '.join(self.claims(name))}.",
        )

    def _load(self, point: scan.EntryPoint) -> Any:
        value = load_entry_point(point, self.kind)
        if point.group == FALLBACKS:
            value = value(point.name)
        if isinstance(value, Alias):
            value = value.of(self.get(value.name))
        is_module = self.kind == "modules"
        if isinstance(value, ModuleType) if is_module else callable(value):
            return value
        raise PluginLoadError(
            f"{self.kind}: {point.name!r} of {point.claim} is of type {type(value).__name__}, "
            f"not a {'module' if is_module else 'function'}",
            hint=f"The fault is in the package {point.distribution}.",
            kind=self.kind,
            name=point.name,
            distribution=point.distribution,
            version=point.version,
            target=point.target,
        )

    def _conflict(self, name: str) -> NameConflict:
        owners = self.owners(name)
        if CODE in owners:
            hint = f'Give yours another name. Or say in the config that it is meant: [registry.override] "{name}" = "{CODE}"'
        else:
            hint = (
                f'Say in the config which package is meant: [registry.override] "{name}" = "{owners[0]}". '
                "Or uninstall one of them."
            )
        return NameConflict(
            f"{self.kind}: {name!r} is claimed by " + " and by ".join(self.claims(name)), hint=hint
        )

    def denied(self, name: str) -> list[str]:
        """Who provides a name and may not be used."""
        found = []
        for group in self._groups():
            for point in scan.entry_points(group):
                reason = rules.denied(point.distribution, self._choices) if point.name == name else None
                if reason:
                    found.append(
                        f"It is in {point.distribution} {point.version}, which is denied by {reason}."
                    )
        return list(dict.fromkeys(found))

    def _groups(self) -> tuple[str, ...]:
        if self.kind in THINC_NAMES:
            return f"kernel_{self.kind}", f"thinc_{self.kind}"
        return (f"kernel_{self.kind}",)

    def _definition(self, name: str) -> Definition | None:
        """What this process registered under a name, unless the package that did it may not be used."""
        found = find_definition(self.kind, name)
        if found is None or found.package is None:
            return found
        return None if rules.denied(found.package, self._choices) else found

    def _points(self, name: str) -> list[scan.EntryPoint]:
        return self._claims(name, self._choices) or self._fallbacks(name)

    def _fallbacks(self, name: str) -> list[scan.EntryPoint]:
        """Who makes what goes by a name if nobody registered it. Imports the module of each that is asked.

        Nobody is asked for what can't be a name.
        """
        if not _NAME.fullmatch(name):
            return []
        points = [point for point in rules.entry_points(FALLBACKS, self._choices) if point.name == self.kind]
        if not points or self._definition(name) or refusal(self.kind, name) is not None:
            return []
        return [
            point._replace(name=name)
            for point in points
            if load_entry_point(point, self.kind)(name) is not None
        ]

    def _claims(self, name: str, choices: Choices) -> list[scan.EntryPoint]:
        """Entry points of a name that may be used, one for each target: of our group if it has any, else of thinc's."""
        for group in self._groups():
            points = [point for point in scan.entry_points(group) if point.name == name]
            points = [point for point in points if rules.denied(point.distribution, choices) is None]
            if points:
                return list({point.target: point for point in reversed(points)}.values())[::-1]
        return []

    def _is_thincs(self, name: str) -> bool:
        """Whether thinc itself has a name, or somebody registered it with thinc's decorators in this process.

        What is refused counts as nobody's.
        """
        if refusal(self.kind, name) is not None:
            return False
        if name in THINC_NAMES.get(self.kind, ()):
            return True
        is_live = self.kind in THINC_NAMES and find_definition(self.kind, name, THINC) is not None
        return is_live and not self._definition(name) and not self._points(name)

    def _get_from_thinc(self, name: str) -> Any:
        import_module("thinc.api")
        found = find_definition(self.kind, name, THINC)
        if found is None:
            raise self.unknown(name)
        return found.value


class _Functions(Mapping[str, Any]):
    """Names and functions of a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getitem__(self, name: str) -> Any:
        if name not in self._registry:
            raise KeyError(name)
        return self._registry.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._registry.names())

    def __len__(self) -> int:
        return len(self._registry.names())


def nearest_name(name: str, names: list[str]) -> str | None:
    """The name most like `name`, None if nothing is alike."""
    from difflib import get_close_matches

    folded = {other.lower(): other for other in reversed(names)}
    close = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None
