"""Modules of the namespace `kernel` that lie elsewhere: public paths of our own, and modules that packages lend.

A package lends a module with an entry point in the group `kernel_modules`, whose name is the path under which it is to be
found: `"kernel.matcher" = "acme_matcher.api"`. It is imported when somebody asks for it, and is the same object under both
names, as are the modules inside it. Others may lend modules in it, of names that it doesn't have. What lies in the folder of the
kernel itself can't be lent by anybody.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec

# As in `kernel`: this is imported with it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# Public path -> where the module lies; an object in it stands behind a colon.
PATHS = {
    "kernel.code": "kernel.registries.code",
    "kernel.hooks": "kernel.training.hooks",
    "kernel.ops": "kernel.numeric.ops",
    "kernel.parameters": "kernel.numeric.parameters",
    "kernel.random": "kernel.numeric.random",
    "kernel.registry": "kernel.registries.family:registry",
    "kernel.schemas": "kernel.config.schemas",
    "kernel.scorer": "kernel.scores.scorer",
}
KIND = "modules"
# Names of the modules and packages that lie in the folder of the kernel.
_OWN = frozenset(
    name.removesuffix(".py")
    for name in os.listdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)


def refusal(path: str) -> str:
    """Why no package may lend a module under a path; "" if one may."""
    import kernel

    parts = path.split(".")
    if len(parts) < 2 or parts[0] != "kernel" or not all(map(str.isidentifier, parts)):
        return f"{path!r} is not a path below kernel, such as kernel.matcher"
    if parts[1].startswith("_"):
        return f"kernel.{parts[1]} is a private name"
    if parts[1] in _OWN or parts[1] in kernel.__all__ or f"kernel.{parts[1]}" in PATHS:
        return f"kernel.{parts[1]} is the kernel's own, and can't be replaced or added to"
    return ""


def install() -> None:
    """Let Python find the modules; once is enough."""
    if not any(isinstance(finder, ModuleFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, ModuleFinder())


class ModuleFinder:
    """What Python asks for a module of the namespace `kernel` before it looks into folders."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """How to load a module that lies elsewhere; None for every other module."""
        if not name.startswith("kernel.") or name.split(".", 2)[1] in _OWN:
            return None
        if name in PATHS:
            return _spec(name, _Elsewhere(PATHS[name]))
        lent = _lent()
        if name in lent:
            return _spec(name, _Lent())
        if any(path.startswith(f"{name}.") for path in lent):
            return _spec(name, _Folder(), is_package=True)
        above, _, last = name.rpartition(".")
        home = getattr(sys.modules.get(above), "__name__", above)
        if home != above:
            from importlib.util import find_spec

            # What contains it lies elsewhere, and so does it. Found by its path it would be a second module.
            place = f"{home}.{last}"
            if find_spec(place):
                return _spec(name, _Elsewhere(place))
        _refuse(name)
        return None


def absent(module: str, name: str, message: str) -> AttributeError | ImportError:
    """The error for a module's own `__getattr__` to raise about a name that it knows and does not have.

    It is an AttributeError, as `hasattr` and `getattr` want it. `from module import name` would drop the words of that and say only
    that it can't import the name: there it is an ImportError. Python asks in a way that can be told where the module is a package,
    or has a `__path__`.
    """
    from inspect import currentframe

    # This function, the module's, who asks for the name.
    frame = currentframe()
    for _ in range(2):
        frame = frame.f_back if frame is not None else None
    if frame is not None and frame.f_code.co_name == "_handle_fromlist":
        return ImportError(message, name=f"{module}.{name}")
    return AttributeError(message, name=name)


def _remedy(*paths: str) -> str:
    """What to do about packages that are in conflict about a path: an import asks no config."""
    from kernel.registries.family import registry

    owners = dict.fromkeys(owner for path in paths for owner in registry.of(KIND).owners(path))
    ways = " or ".join(f"KERNEL_PLUGINS=-{owner}" for owner in sorted(owners))
    return f"Uninstall one of them, or deny it before anything is imported: {ways}."


def _spec(name: str, loader: Any, *, is_package: bool = False) -> ModuleSpec:
    return ModuleSpec(name, loader, is_package=is_package)


class _Loader:
    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def get_code(self, name: str) -> None:
        """What `python -m` asks for; a module runs under the name that it has where it lies."""
        raise ImportError(f"{name} is another name of {self.home(name)}: python -m {self.home(name)}")

    def home(self, name: str) -> str:
        """The module that a path stands for."""
        return name


class _Elsewhere(_Loader):
    """Puts the thing at a place, `module` or `module:object`, where the import system expects the module."""

    def __init__(self, place: str) -> None:
        self.place = place

    def home(self, name: str) -> str:
        return self.place.partition(":")[0]

    def exec_module(self, module: ModuleType) -> None:
        name, _, attribute = self.place.partition(":")
        found: Any = import_module(name)
        sys.modules[module.__name__] = getattr(found, attribute) if attribute else found


class _Lent(_Loader):
    """Imports the module of the package that lends it."""

    def home(self, name: str) -> str:
        from kernel.registries.family import registry

        return registry.origin(KIND, name).target

    def exec_module(self, module: ModuleType) -> None:
        from kernel.errors import KernelError, LentModuleError
        from kernel.registries.family import registry

        name = module.__name__
        home = self.home(name)
        if home.partition(".")[0] == "kernel":
            raise LentModuleError(
                f"import {name}: {registry.origin(KIND, name)} lends {home}, which is not its own"
            )
        # Its own modules may import it under this path, too, before it is complete.
        del sys.modules[name]
        _check_place(name)
        try:
            found = registry.get(KIND, name)
        except KernelError as error:
            hint = _remedy(name) if len(registry.of(KIND).owners(name)) > 1 else error.hint
            raise LentModuleError(f"import {name}: {error.message}", hint=hint) from error
        if any(path.startswith(f"{name}.") for path in _lent()):
            _open(found, name)
        sys.modules[name] = found
        _name_inside(found, name)


def _name_inside(module: ModuleType, path: str) -> None:
    """Name the modules inside that are imported already by the path too.

    Imported by it later, one would become an attribute again, and replace what the module has under its name: a function that it
    took from there.
    """
    home, lent = f"{getattr(module, '__name__', path)}.", _lent()
    for name, inner in list(sys.modules.items()):
        if name.startswith(home) and (own := f"{path}.{name.removeprefix(home)}") not in lent:
            sys.modules.setdefault(own, inner)


def _check_place(path: str) -> None:
    """`LentModuleError` for a module in one that another package lends, if that has something of the name itself."""
    from kernel.errors import LentModuleError
    from kernel.registries.family import registry

    above, _, last = path.rpartition(".")
    modules, outer = registry.of(KIND), sys.modules.get(above)
    if outer is None or above not in _lent() or not set(modules.owners(path)) - set(modules.owners(above)):
        return
    if last in vars(outer) or _has_module(outer, last):
        raise LentModuleError(
            f"import {path}: {modules.claims(path)[0]} lends it, but {modules.claims(above)[0]} lends {above}, which has {last!r} itself",
            hint=_remedy(path, above),
        )


def _has_module(outer: ModuleType, last: str) -> bool:
    """Whether there is a module of a name in the folder of another one."""
    from importlib.util import find_spec

    return hasattr(outer, "__path__") and find_spec(f"{outer.__name__}.{last}") is not None


def _open(module: ModuleType, path: str) -> None:
    """Let what others lend in a module be found in it: by imports of its path, and as its attributes.

    A module with a `__getattr__` of its own answers for its attributes itself.
    """
    if not hasattr(module, "__path__"):
        module.__path__ = []
    if "__getattr__" not in vars(module):
        module.__getattr__ = _attributes(path, f"module {module.__name__!r}")  # type: ignore[method-assign]


def _attributes(path: str, what: str) -> Any:
    """A `__getattr__` that imports what lies below a path."""

    def get(name: str) -> Any:
        if not name.startswith("_"):
            try:
                return import_module(f"{path}.{name}")
            except ImportError as error:
                if error.name != f"{path}.{name}":
                    raise
        raise AttributeError(f"{what} has no attribute {name!r}", name=name)

    return get


class _Folder(_Loader):
    """Makes the package above modules that are lent, such as `kernel.lang`; they are its attributes, too."""

    def exec_module(self, module: ModuleType) -> None:
        module.__doc__ = "What installed packages lend to this place."
        module.__getattr__ = _attributes(  # type: ignore[method-assign]
            module.__name__, f"module {module.__name__!r}"
        )


def _lent() -> list[str]:
    """The paths that packages lend, those that nobody may lend left out."""
    from kernel.registries.family import registry

    return [path for path in registry.names(KIND) if not refusal(path)]


def _refuse(name: str) -> None:
    """Say which package would lend a module that is known to us, or why one that is there may not, or that none does yet."""
    from kernel.discovery.known_names import is_awaited, provider
    from kernel.discovery.rules import denied
    from kernel.discovery.scan import entry_points, installed_version

    reasons = {
        f"{point.distribution} {point.version}": (
            "what lies in it" if point.name.startswith(f"{name}.") else point.name,
            denied(point.distribution),
        )
        for point in entry_points(f"kernel_{KIND}")
        if f"{name}.".startswith(f"{point.name}.") or point.name.startswith(f"{name}.")
    }
    bans = [f"{who} lends {what}, but is denied by {why}" for who, (what, why) in reasons.items() if why]
    distribution = provider(KIND, name)
    if bans:
        raise ModuleNotFoundError(f"No module named {name!r}: {'; '.join(bans)}", name=name)
    if distribution is not None and installed_version(distribution) is None:
        raise ModuleNotFoundError(
            f"No module named {name!r}: it is in the package {distribution}: pip install {distribution}",
            name=name,
        )
    if is_awaited(KIND, name):
        # A ModuleNotFoundError would be lost: `from kernel import x` says only that it can't import x.
        raise ImportError(
            f"No module named {name!r}: it is not there yet, see migrate.md of the documentation", name=name
        )
