"""Importing each target of a plugin in a process of its own, so that one that aborts or hangs keeps no other back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel.cli.check_metadata import FAIL, OK, WARN, Finding
from kernel.cli.progress import track
from kernel.discovery import metadata
from kernel.discovery.known_names import COMMAND_KINDS
from kernel.discovery.listing import OWNER, Package, kind_of
from kernel.discovery.scan import EntryPoint


def check_imports(package: Package, timeout: float) -> list[Finding]:
    """A row for each target, and one more for each thing that could be better. timeout: seconds for one import."""
    targets = {(kind_of(p), p.name): p for p in package.points if p.group != OWNER and kind_of(p) != "models"}
    points = track(list(targets.values()), f"targets of {package.distribution} imported")
    return [finding for point in points for finding in _check(point, timeout)]


def _check(point: EntryPoint, timeout: float) -> Iterator[Finding]:
    kind, name = kind_of(point), point.name
    found = _import(point, timeout)
    error = found.get("error")
    if error:
        hint = metadata.remedy(point.distribution, found["missing"]) if found.get("missing") else ""
        yield Finding(FAIL, kind, name, f"{point.target}: {error}" + (f"; {hint}" if hint else ""))
        return
    if not found["usable"]:
        yield Finding(FAIL, kind, name, f"{point.target}: of type {found['type']}, not {found['wanted']}")
        return
    heavy = f"  imports: {', '.join(found['heavy'])}" if found["heavy"] else ""
    yield Finding(OK, kind, name, f"{point.target}  {found['seconds']:.2f} s{heavy}")
    if kind in COMMAND_KINDS:
        return
    if not found["doc"]:
        yield Finding(WARN, kind, name, "has no docstring; `kernel registry show` has nothing to say")
    for remark in found["remarks"]:
        yield Finding(WARN, kind, name, remark)


def _import(point: EntryPoint, timeout: float) -> dict[str, Any]:
    """What `kernel.cli.check_target` finds out, or the "error" that kept it from doing so."""
    with TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-X", "faulthandler", "-m", "kernel.cli.check_target"]
        process = subprocess.Popen(
            [*command, str(result), point.target, kind_of(point)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # A group of its own, so that what the plugin starts ends with it.
            start_new_session=True,
        )
        try:
            _, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            return {"error": f"not imported after {timeout:g} s"}
        if result.exists():
            return dict(json.loads(result.read_text(encoding="utf8")))
        return {"error": _death(process.returncode, stderr.decode(errors="replace"))}


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()


def _death(code: int, stderr: str) -> str:
    place = re.search(r'File "([^"]+)", line (\d+)', stderr)
    where = f" ({place[1]}:{place[2]})" if place else ""
    if code >= 0:
        return f"the import ended the process with exit code {code}{where}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the import ended the process with {name}{where}"
