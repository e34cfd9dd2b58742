"""Importing the Python file of `--code`, so that its decorators register what a config names."""

from __future__ import annotations

import hashlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from kernel.errors import CodeError, KernelError
from kernel.registry import registry


def load_code(path: str | Path) -> None:
    """Import a Python file under a module name of its own.

    Loading a file again replaces what it registered before. Raises CodeError, with file and line, if the
    file is missing or fails.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise CodeError(f"{path}: no such file", hint="--code takes the path of a Python file.")
    name = module_name(file)
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise CodeError(f"{path}: not a Python file", hint="--code takes the path of a .py file.")
    module = module_from_spec(spec)
    registry.forget(name)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        registry.forget(name)
        hint = error.hint if isinstance(error, KernelError) else ""
        raise CodeError(f"{path}{_line(error, str(file))}: {_cause(error)}", hint=hint) from error


def module_name(file: Path) -> str:
    """Name of the module of a code file: the same for the same path in every process."""
    digest = hashlib.blake2b(str(file).encode(), digest_size=4).hexdigest()
    return f"kernel_code_{file.stem}_{digest}"


def _cause(error: BaseException) -> str:
    if isinstance(error, KernelError):
        return error.message
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {message}"


def _line(error: BaseException, file: str) -> str:
    """`:line` (or `:line:column`) of the innermost frame inside the file."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return f":{error.lineno}:{error.offset}"
    line, traceback = "", error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            line = f":{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return line
