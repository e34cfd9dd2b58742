"""The code of users in a new interpreter: what registered functions and defined classes here, and how it is run there.

Only code that no package has is run again: that of `--code`, modules that were imported, and the script that was started, if
it defined something.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from kernel.discovery import rules
from kernel.errors import UsageError
from kernel.registries.code import CODE_MODULE, load_code, loaded

if TYPE_CHECKING:
    from kernel.registries.family import Registries

_is_defining = False
MAIN = ("__main__", "__mp_main__")
"""The same module here and there: the script that was started."""


@dataclass(frozen=True)
class Definitions:
    """What a new interpreter runs first.

    main: the script or module that was started, as (name, file), if it defined something. modules: (module, file or folder)
    of the other code that did. only_and_deny: the packages that the command line allows and denies.
    """

    argv: list[str]
    main: tuple[str, str] | None
    modules: list[tuple[str, str]]
    only_and_deny: tuple[list[str], list[str]]

    @property
    def is_lost(self) -> bool:
        """Whether the program itself defined something, and is in no file."""
        return self.main == ("", "")


def definitions(registry: Registries, functions: Iterable[tuple[str, str]]) -> Definitions:
    """What registered functions, (kind, name) each, and whatever else of the code of users did so; packages are left out."""
    found = {code.module: str(code.path) for code in loaded()}
    by_path = tuple(module for module in found if module.startswith(CODE_MODULE))
    wanted = {
        origin.target.partition(":")[0]
        for origin in (registry.origin(kind, name) for kind, name in functions)
        if origin.distribution is None
    }
    # Of code that was imported as any module is, what registered something: importing a package runs no more than its
    # own file.
    wanted |= {
        module
        for module in registry.defining_modules()
        if module.startswith(tuple(f"{name}." for name in found))
    }
    for module in sorted(wanted):
        if not module.startswith(by_path or ("/",)):
            found[module] = str(getattr(sys.modules.get(module), "__file__", "") or "")
    main = (_main() or ("", "")) if any(module in MAIN for module in found) else None
    modules = [each for each in found.items() if each[0] not in MAIN]
    return Definitions(list(sys.argv), main, modules, rules.arguments())


def define(again: Definitions) -> None:
    """Run, in a new interpreter, what `definitions` found."""
    global _is_defining
    _is_defining = True
    try:
        sys.argv = again.argv
        rules.add_command_line(*again.only_and_deny)
        if again.main is not None:
            _run_main(*again.main)
        for module, file in again.modules:
            _import(module, file)
    finally:
        _is_defining = False


def refuse_if_defining(what: str) -> None:
    """`UsageError` where a worker process runs a program for its definitions, which would start others in turn. what: it is to do."""
    if _is_defining:
        raise UsageError(
            f"the program that {what} is run once more by each worker process, for its definitions",
            hint=f'Put the code that {what} under `if __name__ == "__main__":`.',
        )


def _main() -> tuple[str, str] | None:
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    file = getattr(main, "__file__", None)
    if spec is not None and spec.name:
        return spec.name, ""
    return ("", file) if file and Path(file).is_file() else None


def _run_main(name: str, file: str) -> None:
    """The definitions of the script that was started; what stands under `if __name__ == "__main__":` isn't run."""
    content = runpy.run_module(name, run_name=MAIN[1]) if name else runpy.run_path(file, run_name=MAIN[1])
    main = ModuleType(MAIN[1])
    main.__dict__.update(content)
    sys.modules[MAIN[0]] = sys.modules[MAIN[1]] = main


def _import(module: str, file: str) -> None:
    try:
        if module.startswith(CODE_MODULE):
            raise ImportError(module)
        import_module(module)
    except ImportError:
        if not Path(file).exists():
            raise UsageError(
                f"{file or module}, which has functions that are needed here, is not there",
                hint="Code that no package has must lie under the same path on every machine.",
            ) from None
        load_code(file)
