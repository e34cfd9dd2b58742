"""Importing the code of `--code`, so that its decorators register what a config names.

`--code` takes a Python file, a folder (a package: its modules may import each other with relative imports) or the
dotted name of a module. Files and folders get module names of their own, so that two files of one name never meet.
What was imported is remembered with the SHA-256 of every file: saved pipelines record it.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from kernel.errors import CodeError, KernelError
from kernel.registries.alive import cause, kept_alive
from kernel.registries.origins import digest
from kernel.registries.store import custom_code, defining_modules, forget

# How the modules of files and folders are called: `kernel_code_<name>_<hash of the path>`.
CODE_MODULE = "kernel_code_"
_HINT = "--code takes a Python file, a folder with Python files, or the dotted name of a module."
# Modules of a folder that are no part of what it offers.
_LEFT_OUT = re.compile(r"(__main__|conftest|setup|test_.*|.*_test)\.py")
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "tests"})


@dataclass(frozen=True, slots=True)
class Code:
    """Custom code that was imported in this process.

    name: of the file or folder. path: where it is. module: the name it was imported under. files: SHA-256 by path,
    which starts with the name.
    """

    name: str
    path: Path
    module: str
    files: dict[str, str]

    def file_of(self, path: str | Path) -> str | None:
        """The name in `files` of a file on disk, None if it isn't one of them."""
        file = Path(path)
        if file == self.path:
            return self.name
        if self.path in file.parents:
            found = f"{self.name}/{file.relative_to(self.path).as_posix()}"
            return found if found in self.files else None
        return None


def load_code(path: str | Path) -> None:
    """Import a Python file, all modules of a folder, or a module by its dotted name.

    Loading a file or a folder again replaces what it registered before; a module stays as it is once it is imported, as
    all modules do. Of a folder, tests and `__main__` are left out. Raises CodeError, with file and line, if the code is
    missing or fails.
    """
    place = Path(path)
    if place.is_file():
        _load_path(place, str(path), [""])
    elif place.is_dir():
        _load_path(place, str(path), _modules(place, str(path)))
    elif re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", str(path)) and place.suffix != ".py":
        _load_module(str(path))
    else:
        raise CodeError(f"{path}: no such file", hint=_HINT)


def load_packaged(package: str, folder: Path) -> None:
    """Import the custom code in the folder `code` of an installed package, unless the same code is here already."""
    for place in sorted(folder.iterdir()):
        if place.name.startswith(("_", ".")) or not (place.is_dir() or place.suffix == ".py"):
            continue
        files = digests(place)
        name = f"{package}.code.{place.stem}"
        if any(_contents(code.name, code.files) == _contents(place.name, files) for code in loaded()):
            continue
        files |= _running(name)
        parts = _modules(place, str(place)) if place.is_dir() else [""]
        _import(name, place, str(place), [f"{name}.{part}" if part else name for part in parts])
        _remember(Code(place.name, place, name, files))


def loaded() -> list[Code]:
    """The custom code of this process in the order of loading; code whose definitions are forgotten is left out."""
    alive = defining_modules()
    return [
        code
        for code, registers in custom_code.values()
        if not registers or any(_within(module, code.module) for module in alive)
    ]


def digests(path: Path) -> dict[str, str]:
    """SHA-256 of a file, or of all files below a folder (hidden and compiled ones left out), by relative path."""
    if path.is_file():
        return {path.name: digest(path)}
    found = {}
    for file in sorted(path.rglob("*")):
        parts = file.relative_to(path).parts
        if file.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            found["/".join((path.name, *parts))] = digest(file)
    return found


def module_name(file: Path) -> str:
    """Name of the module of a code file or folder: the same for the same path in every process."""
    short = hashlib.blake2b(str(file.resolve()).encode(), digest_size=4).hexdigest()
    return f"{CODE_MODULE}{identifier(file)}_{short}"


def identifier(file: Path) -> str:
    """The name of a file or folder, without its suffix, as a name that Python can import."""
    name = re.sub(r"\W", "_", file.stem if file.suffix == ".py" else file.name)
    return f"_{name}" if not name or name[0].isdigit() else name


def _contents(name: str, files: dict[str, str]) -> dict[str, str]:
    """Hashes without the name of the file or folder: a package may have to give it another one."""
    return {path[len(name) :]: sha256 for path, sha256 in files.items()}


def _load_path(place: Path, shown: str, parts: list[str]) -> None:
    path = place.resolve()
    if path.is_file() and path.suffix != ".py":
        raise CodeError(f"{shown}: not a Python file", hint=_HINT)
    files = digests(path)
    name = module_name(path)
    _forget(name)
    importlib.invalidate_caches()
    _import(name, path, shown, [f"{name}.{part}" if part else name for part in parts], top=True)
    _remember(Code(path.name, path, name, files))


def _load_module(name: str) -> None:
    top = name.partition(".")[0]
    if str(Path.cwd()) not in sys.path and not _exists(top):
        # As `python -m` does. It stays, for imports inside functions; worker processes get the path too.
        sys.path.append(str(Path.cwd()))
    if not _exists(top):
        raise CodeError(f"{name}: no such file, folder or module", hint=_HINT)
    spec = find_spec(top)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    origin = spec.origin if spec is not None else None
    path = Path(places[0] if places else origin or "").resolve()
    files = digests(path) | _running(top) if path.exists() and not _is_installed(path) else {}
    _import(top, path, name, [name])
    if files:
        _remember(Code(path.name, path, top, files))


def _exists(top: str) -> bool:
    try:
        return top in sys.modules or find_spec(top) is not None
    except (ImportError, ValueError):
        return False


def _is_installed(path: Path) -> bool:
    return bool({"site-packages", "dist-packages"} & set(path.parts)) or path.is_relative_to(sys.base_prefix)


def _running(name: str) -> dict[str, str]:
    """The digests of the files of known code whose modules are imported already, and so won't run again."""
    code, _ = custom_code.get(name, (None, False))
    if code is None:
        return {}
    places = [
        getattr(module, "__file__", None) for key, module in list(sys.modules.items()) if _within(key, name)
    ]
    return {
        file: code.files[file] for place in places if place and (file := code.file_of(Path(place).resolve()))
    }


def _remember(code: Code) -> None:
    registers = any(_within(module, code.module) for module in defining_modules())
    custom_code.pop(code.module, None)
    custom_code[code.module] = code, registers


def _import(name: str, path: Path, shown: str, modules: list[str], *, top: bool = False) -> None:
    """Import modules of the code at a path. top: the first of them has no place of its own on `sys.path`."""
    known = set(sys.modules)
    try:
        with kept_alive():
            if top:
                _execute(name, path)
            for module in modules:
                importlib.import_module(module)
    except (Exception, SystemExit) as error:
        for module in set(sys.modules) - known | ({name} if top else set()):
            if _within(module, name):
                sys.modules.pop(module, None)
                forget(module)
        raise _failure(error, path, shown) from error


def _execute(name: str, path: Path) -> None:
    file = path / "__init__.py" if path.is_dir() else path
    where = [str(path)] if path.is_dir() else None
    if file.is_file():
        spec = spec_from_file_location(name, file, submodule_search_locations=where)
    else:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = where
    assert spec is not None
    module: ModuleType = module_from_spec(spec)
    sys.modules[name] = module
    if spec.loader is not None and file.is_file():
        spec.loader.exec_module(module)


def _forget(name: str) -> None:
    for key in [key for key in sys.modules if _within(key, name)]:
        _forget_compiled(sys.modules.pop(key))
        forget(key)
    forget(name)
    custom_code.pop(name, None)


def _forget_compiled(module: ModuleType) -> None:
    """Drop a module's compiled form: Python would take it for a new source of the same size and second."""
    cached = getattr(getattr(module, "__spec__", None), "cached", None)
    if cached:
        with suppress(OSError):
            Path(cached).unlink()


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _modules(folder: Path, shown: str) -> list[str]:
    """Dotted names of the modules of a folder, the package itself first, as an empty name."""
    found = {""} if (folder / "__init__.py").is_file() else set()
    for file in folder.rglob("*.py"):
        parts = file.relative_to(folder).parts
        if _LEFT_OUT.fullmatch(parts[-1]) or not all(
            part.isidentifier() for part in (*parts[:-1], file.stem)
        ):
            continue
        if not _LEFT_OUT_FOLDERS & set(parts[:-1]):
            found.add(".".join(parts[:-1] if parts[-1] == "__init__.py" else (*parts[:-1], file.stem)))
    if not found:
        raise CodeError(f"{shown}: there are no Python files in this folder", hint=_HINT)
    return sorted(found)


def _failure(error: BaseException, path: Path, shown: str) -> CodeError:
    hint = error.hint if isinstance(error, KernelError) else ""
    if isinstance(error, ModuleNotFoundError) and not hint:
        hint = _import_hint((error.name or "").partition(".")[0], path)
    return CodeError(f"{_place(error, path, shown)}: {_cause(error)}", hint=hint)


def _import_hint(missing: str, path: Path) -> str:
    if path.is_dir() and missing == path.name:
        return "Modules of a code folder import each other with relative imports: from .name import ..."
    beside = path.parent / missing
    if path.is_file() and missing and (beside.with_suffix(".py").is_file() or beside.is_dir()):
        return (
            f"'{missing}' lies beside the file: put both into one folder, give the folder to --code, "
            f"and write `from .{missing} import ...`."
        )
    if path.is_dir() and (path / f"{missing}.py").is_file():
        return f"Modules of a code folder import each other with relative imports: from .{missing} import ..."
    if missing == "spacy":
        return "Code that was written for spaCy says kernel here where it says spacy, in its imports too."
    return f"Install the package that provides the module '{missing}'." if missing else ""


def _cause(error: BaseException) -> str:
    if isinstance(error, KernelError):
        return error.message
    return cause(error)


def _place(error: BaseException, path: Path, shown: str) -> str:
    """`file:line` (or `file:line:column`) of the innermost frame inside the code, as far as there is one."""
    if isinstance(error, SyntaxError) and error.filename is not None and _inside(error.filename, path):
        return f"{_shown(error.filename, path, shown)}:{error.lineno}:{error.offset}"
    place, traceback = shown, error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if _inside(file, path):
            place = f"{_shown(file, path, shown)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def _inside(file: str, path: Path) -> bool:
    return Path(file) == path or path in Path(file).parents


def _shown(file: str, path: Path, shown: str) -> str:
    if Path(file) == path:
        # A module that was given by its dotted name lies somewhere that its name doesn't tell.
        return shown if shown.endswith(".py") else file
    return str(Path(shown) / Path(file).relative_to(path)) if Path(shown).is_dir() else file
