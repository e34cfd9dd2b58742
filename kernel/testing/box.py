"""A directory to run commands in, cut off from the user's own files and settings."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess as processes
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.training.hooks import Call

_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")


@dataclass
class Result:
    """What a command did.

    hooks: names of the events that were called, in order; only known for commands run in this process. scores: of the
    last evaluation of a training.
    """

    exit_code: int
    stdout: str
    stderr: str
    hooks: list[str] = field(default_factory=list)
    scores: dict[str, Any] = field(default_factory=dict)


class Box:
    """A directory with a home and an environment of its own.

    box.config("[nlp] ...")          # writes config.cfg
    box.code("from kernel import ...")   # writes functions.py
    result = box.run("train", "config.cfg", "--code", "functions.py", "--output", "out")
    assert result.exit_code == 0, result.stderr
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.env = _environment(path)

    def file(self, name: str, text: str) -> Path:
        """Write a file; common indentation is removed."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def config(self, text: str, name: str = "config.cfg") -> Path:
        """Write a config."""
        return self.file(name, text)

    def code(self, text: str, name: str = "functions.py") -> Path:
        """Write a file of Python for `--code`."""
        return self.file(name, text)

    def run(self, *args: str | Path, subprocess: bool = False, timeout: float = 300) -> Result:
        """Run a command of `kernel` in the directory: `box.run("train", "config.cfg")`.

        subprocess: in a process of its own, after at most `timeout` seconds; by default in this one, where what the
        command registers is forgotten afterwards.
        """
        words = [str(arg) for arg in args]
        result = self._in_process(words, timeout) if subprocess else self._here(words)
        if not result.scores:
            result.scores = self._saved_scores(words)
        return result

    def _here(self, words: list[str]) -> Result:
        from kernel.cli.run import run
        from kernel.registries.family import registry
        from kernel.tokens import underscore

        out, err = io.StringIO(), io.StringIO()
        hooks: list[str] = []
        scores: dict[str, Any] = {}

        def note(call: Call) -> None:
            if call.label:
                return
            hooks.append(call.event)
            if call.event == "evaluated":
                scores.clear()
                scores.update(call.arguments["scores"])

        with (
            self.entered(),
            registry.restored(),
            underscore.restored(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(words, monitor=note)
        return Result(code, out.getvalue(), err.getvalue(), hooks, scores)

    def _in_process(self, words: list[str], timeout: float) -> Result:
        done = processes.run(
            [sys.executable, "-m", "kernel", *words],
            cwd=self.path,
            env=self.env,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=timeout,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This process in the directory, with its environment."""
        directory, environment = os.getcwd(), dict(os.environ)
        os.chdir(self.path)
        os.environ.clear()
        os.environ.update(self.env)
        try:
            yield
        finally:
            os.chdir(directory)
            os.environ.clear()
            os.environ.update(environment)

    def _saved_scores(self, words: list[str]) -> dict[str, Any]:
        for flag in ("--output", "-o"):
            if flag in words[:-1]:
                meta = self.path / words[words.index(flag) + 1] / "model-last" / "meta.json"
                if meta.is_file():
                    return dict(json.loads(meta.read_text(encoding="utf-8")).get("performance", {}))
        return {}


def _environment(path: Path) -> dict[str, str]:
    home = path / "home"
    home.mkdir(exist_ok=True)
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    places = {"HOME": "", "USERPROFILE": "", "XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    return {
        **kept,
        **{key: str(home / place) for key, place in places.items()},
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
