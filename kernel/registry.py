"""The registry: every function that a config can name, by kind and name.

Names come from three places: entry points of installed packages (group `kernel_<kind>`), decorators that ran
in this process, and thinc's own registries. Listing, membership and origin import nothing; `get` imports
the one module that holds the function.

    @kernel.registry.architectures("acme.Net.v1")
    def build(width: int) -> Model: ...

`kernel.registry` may name this module or the object `registry`: the module hands unknown attributes on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar, overload

from kernel import plugins
from kernel.errors import NameConflict, RegistryError
from kernel.known_names import THINC_NAMES, provider
from kernel.origins import Definition, Origin, is_same, origin_of, place_of
from kernel.plugins import load

__all__ = ["Origin", "Registries", "Registry", "load", "nearest_name", "registry"]

Registered = TypeVar("Registered")

KINDS = (
    "architectures",
    "augmenters",
    "batchers",
    "callbacks",
    "converters",
    "factories",
    "languages",
    "loggers",
    "lookups",
    "misc",
    "objectives",
    "readers",
    "scorers",
    "tokenizers",
    "vectors",
    *THINC_NAMES,
)

# Groups with our prefix that hold no functions for configs.
_OTHER_GROUPS = frozenset({"kernel_cli", "kernel_models"})


class Registry:
    """The functions of one kind. Calling it gives the decorator that registers a function."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._definitions: dict[str, Definition] = {}

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
        if its module can't be imported.
        """
        points = self._entry_points(name)
        targets = {point.target for point in points}
        if len(targets) > 1:
            raise NameConflict(
                f"{self.kind}: {name!r} is claimed by several packages: "
                + "; ".join(point.claim for point in points),
                hint="Uninstall one of them, or ask its author for another name.",
            )
        if not points and name not in self._definitions:
            return self._get_from_thinc(name)
        loaded = None
        definition = self._definitions.get(name)
        if definition is None or (points and definition.origin.target not in targets):
            loaded = load(points[0], self.kind)
            # The import may have run a decorator on the same function.
            definition = self._definitions.get(name)
        if definition is None:
            return loaded
        if loaded is not None and not is_same(loaded, definition.value):
            raise NameConflict(
                f"{self.kind}: {name!r} is claimed by {points[0].claim} and by {place_of(definition.origin)}",
                hint="Give one of the two functions another name.",
            )
        return definition.value

    def names(self) -> list[str]:
        """All names, sorted. Imports nothing."""
        found = {*self._definitions, *THINC_NAMES.get(self.kind, ())}
        for group in self._groups():
            found.update(point.name for point in plugins.entry_points(group))
        found.update(self._thinc_live())
        return sorted(found)

    def origin(self, name: str) -> Origin:
        """Where a name comes from. Imports nothing. Raises RegistryError for an unknown name."""
        definition = self._definitions.get(name)
        for point in self._entry_points(name):
            file, line = (definition.origin.file, definition.origin.line) if definition else (None, None)
            return Origin(point.distribution, point.version, point.target, file, line)
        if definition is not None:
            return definition.origin
        if name in self:
            return Origin("thinc", plugins.installed_version("thinc"), f"thinc.api:registry.{self.kind}")
        raise self.unknown(name)

    def __contains__(self, name: object) -> bool:
        return (
            name in self._definitions
            or name in THINC_NAMES.get(self.kind, ())
            or any(point.name == name for group in self._groups() for point in plugins.entry_points(group))
            or name in self._thinc_live()
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def unknown(self, name: str) -> RegistryError:
        """The error for a name that isn't here: the nearest name, and who else has or provides it."""
        hints = []
        if name.startswith("spacy.") and "kernel." + name[len("spacy.") :] in self:
            hints.append(f"Did you mean {'kernel.' + name[len('spacy.') :]!r}?")
        else:
            nearest = nearest_name(name, self.names())
            if nearest:
                hints.append(f"Did you mean {nearest!r}?")
        elsewhere = [kind for kind in registry.kinds() if kind != self.kind and registry.has(kind, name)]
        if elsewhere:
            hints.append(f"The name exists in: {', '.join(elsewhere)}.")
        distribution = provider(self.kind, name)
        version = plugins.installed_version(distribution) if distribution else None
        if distribution and not version:
            hints.append(f"It is provided by the package {distribution}: pip install {distribution}")
        elif version and not hints:
            hints.append(f"{distribution} {version} is installed, but doesn't provide this name.")
        if not hints:
            hints.append("The package that provides it may not be installed, or its --code file not given.")
        return RegistryError(f"{self.kind} has no function {name!r}", hint=" ".join(hints))

    def _register(self, name: str, func: Any) -> Any:
        # Frame 0 is this function, 1 the public method, 2 the code that defines the function.
        frame = sys._getframe(2)
        place = (frame.f_code.co_filename, frame.f_lineno)

        def decorate(value: Registered) -> Registered:
            self._add(name, value, place)
            return value

        return decorate if func is None else decorate(func)

    def _add(self, name: str, value: Any, place: tuple[str, int]) -> None:
        new = Definition(value, origin_of(value, place))
        old = self._definitions.get(name)
        if old is not None and not old.is_former_self_of(new):
            raise NameConflict(
                f"{self.kind}: {name!r} is registered twice, at {place_of(old.origin)} and at {place_of(new.origin)}",
                hint="Give one of the two functions another name.",
            )
        self._definitions[name] = new

    def _groups(self) -> tuple[str, ...]:
        if self.kind in THINC_NAMES:
            return f"kernel_{self.kind}", f"thinc_{self.kind}"
        return (f"kernel_{self.kind}",)

    def _entry_points(self, name: str) -> list[plugins.EntryPoint]:
        """Entry points of a name: of our group if it has any, else of thinc's."""
        for group in self._groups():
            points = [point for point in plugins.entry_points(group) if point.name == name]
            if points:
                return points
        return []

    def _get_from_thinc(self, name: str) -> Any:
        if name not in THINC_NAMES.get(self.kind, ()) and name not in self._thinc_live():
            raise self.unknown(name)
        from thinc.api import registry as thinc_registry

        return thinc_registry.get(self.kind, name)

    def _thinc_live(self) -> Mapping[str, Any]:
        """What was registered with thinc's decorators in this process; empty while thinc isn't imported."""
        catalogue = sys.modules.get("catalogue")
        if self.kind not in THINC_NAMES or catalogue is None or "thinc.config" not in sys.modules:
            return {}
        return {
            key[2]: value
            for key, value in list(catalogue.REGISTRY.items())
            if key[:2] == ("thinc", self.kind) and len(key) == 3
        }


class Registries:
    """All registries: `registry.<kind>` is one of them."""

    def __init__(self) -> None:
        self._registries = {kind: Registry(kind) for kind in KINDS}

    def __repr__(self) -> str:
        return "<kernel.registry>"

    def __getattr__(self, kind: str) -> Registry:
        if kind.startswith("_"):
            raise AttributeError(kind)
        try:
            return self.of(kind)
        except RegistryError as error:
            raise AttributeError(str(error)) from None

    def of(self, kind: str) -> Registry:
        """The registry of a kind. Raises RegistryError for an unknown kind."""
        if kind not in self._registries and f"kernel_{kind}" in _declared_groups():
            self.create(kind)
        if kind not in self._registries:
            nearest = nearest_name(kind, self.kinds())
            hint = f"Did you mean {nearest!r}?" if nearest else f"There are: {', '.join(self.kinds())}."
            raise RegistryError(f"There is no registry {kind!r}", hint=hint)
        return self._registries[kind]

    def create(self, kind: str) -> Registry:
        """Add a registry. A package with entry points in the group `kernel_<kind>` needs no such call."""
        return self._registries.setdefault(kind, Registry(kind))

    def kinds(self) -> list[str]:
        """Names of all registries, sorted."""
        return sorted({*self._registries, *(group.removeprefix("kernel_") for group in _declared_groups())})

    def get(self, kind: str, name: str) -> Any:
        """The registered function; see Registry.get."""
        return self.of(kind).get(name)

    def has(self, kind: str, name: str) -> bool:
        """Whether a name is registered. Imports nothing; an unknown kind has no names."""
        return kind in self.kinds() and name in self.of(kind)

    def names(self, kind: str) -> list[str]:
        """All names of a kind, sorted. Imports nothing."""
        return self.of(kind).names()

    def origin(self, kind: str, name: str) -> Origin:
        """Where a name comes from. Imports nothing."""
        return self.of(kind).origin(name)

    def resolve(self, config: dict[str, Any], **settings: Any) -> Any:
        """Build what a config describes; see kernel.config.resolve."""
        # Configs are a layer above: looked up when asked for, never imported with the registry.
        return import_module("kernel.config").resolve(config, **settings)

    def fill(self, config: dict[str, Any], **settings: Any) -> dict[str, Any]:
        """Add the defaults of every referenced function; see kernel.config.fill."""
        filled: dict[str, Any] = import_module("kernel.config").fill(config, **settings)
        return filled

    def forget(self, module: str) -> None:
        """Drop the definitions that a module made, before its code runs again."""
        for one in self._registries.values():
            for name, definition in list(one._definitions.items()):
                if definition.module == module:
                    del one._definitions[name]

    def modules(self) -> set[str]:
        """The modules whose definitions are registered in this process."""
        return {d.module for one in self._registries.values() for d in one._definitions.values()}

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Forget, at the end of the block, whatever was registered inside it."""
        before = {kind: dict(one._definitions) for kind, one in self._registries.items()}
        try:
            yield
        finally:
            for kind in list(self._registries):
                if kind in before:
                    self._registries[kind]._definitions = before[kind]
                else:
                    del self._registries[kind]


def nearest_name(name: str, names: list[str]) -> str | None:
    """The name most like `name`, None if nothing is alike."""
    from difflib import get_close_matches

    folded = {other.lower(): other for other in reversed(names)}
    close = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _declared_groups() -> list[str]:
    return [group for group in plugins.groups() if group.startswith("kernel_") and group not in _OTHER_GROUPS]


registry = Registries()


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(registry, name)
