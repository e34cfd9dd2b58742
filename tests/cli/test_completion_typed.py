"""Completion in bash, zsh and fish, really typed: names that are out to harm stay one word, and nothing runs."""

import importlib.util
import json
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "completion" / "shell.py"
spec = importlib.util.spec_from_file_location("typed_shell", SCRIPT)
assert spec and spec.loader
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name}"))
    for name in ("bash", "zsh", "fish")
]
# Registered names, and keys of a config, each with a beginning of its own.
NAMES = {
    "q1-": "q1-$(touch pwned)",
    "q2-": "q2-`touch pwned`",
    "q3-": "q3-a b",
    "q4-": "q4-it's",
    "q5-": 'q5-"x"',
    "q6-": "q6-;touch pwned;",
    "q7-": "q7-|touch pwned",
    "q8-": "q8-*?[a]{b,c}~#&<>",
}
OBEYED = {"w1-": "w1-\x1b[31mred", "w2-": "w2-\u202eturned", "w3-": "w3-\x07bell"}
# A `kernel` that notes what it is called with, and lets the real one answer the tab key.
NOTER = """#!{python}
import json, os, sys
if "_KERNEL_COMPLETE" in os.environ or sys.argv[1:2] == ["completion"]:
    os.execv({python!r}, [{python!r}, "-m", "kernel", *sys.argv[1:]])
with open({file!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
"""


@pytest.fixture(params=SHELLS)
def typed(request: pytest.FixtureRequest, tmp_path: Path):
    """A shell in a folder with files, a config and a package with such names; and what its `kernel` was called with."""
    package = tmp_path / "site" / "strange-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Name: strange\nVersion: 1.0\n")
    rows = [f"{name} = strange:function" for name in (*NAMES.values(), *OBEYED.values())]
    (package / "entry_points.txt").write_text("\n".join(["[kernel_callbacks]", *rows]), encoding="utf8")
    home, bin, noted = tmp_path / "home", tmp_path / "bin", tmp_path / "noted.jsonl"
    home.mkdir()
    bin.mkdir()
    program = bin / "kernel"
    program.write_text(NOTER.format(python=sys.executable, file=str(noted)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    keys = "".join(f"{name} = true\n" for name in NAMES.values() if "[" not in name)
    (home / "c.cfg").write_text(f"[variables]\nplain = 1\n{keys}", encoding="utf8")
    for name in ("f1-$(touch pwned)", "f2-a b", "f3-`touch pwned`", "f4-it's;touch pwned"):
        (home / name).write_text("")
    paths = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    shell = module.Shell(request.param, home, bin=bin, PYTHONPATH=paths)
    noted.touch()
    yield shell, home, lambda: [json.loads(line) for line in noted.read_text().splitlines()]
    shell.close()
    assert not (home / "pwned").exists()


def _tab(shell, line: str) -> None:
    """Type a line, and complete its last word."""
    shell.type(line)
    shell.pause(0.1)
    shell.type("\t")
    shell.pause(1.0)


QUICK = {
    "kernel train c.cfg --training.max_s": ["train", "c.cfg", "--training.max_steps"],
    "kernel registry show q1": ["registry", "show", NAMES["q1-"]],
}
LINES = {
    "kernel eval": ["evaluate"],
    "kernel train c.cfg --system.s": ["train", "c.cfg", "--system.seed"],
    "kernel train c.cfg --variables.q3": ["train", "c.cfg", "--variables.q3-a b"],
    "kernel train c.cfg --variables.q1": ["train", "c.cfg", "--variables.q1-$(touch pwned)"],
    "kernel train c.cfg --nlp.lang=x": ["train", "c.cfg", "--nlp.lang=xx"],
    "kernel train c.cfg --a.@callbacks=q6": ["train", "c.cfg", "--a.@callbacks=q6-;touch pwned;"],
    "kernel train f1": ["train", "f1-$(touch pwned)"],
    "kernel train ~/f2": ["train", "~/f2-a b"],
    "kernel train $HOME/f3": ["train", "~/f3-`touch pwned`"],
    "kernel train c.cfg --output=f4": ["train", "c.cfg", "--output=f4-it's;touch pwned"],
    **{f"kernel registry show {begun}": ["registry", "show", name] for begun, name in NAMES.items()},
    **{f"kernel registry show {begun}": ["registry", "show", begun] for begun in OBEYED},
    "kernel registry show 'q2": ["registry", "show", NAMES["q2-"]],
    'kernel registry show "q1': ["registry", "show", NAMES["q1-"]],
}


@pytest.mark.parametrize("lines", [QUICK, pytest.param(LINES, marks=pytest.mark.slow)], ids=["quick", "all"])
def test_what_is_completed_is_what_the_command_gets(typed, lines: dict[str, list[str]]) -> None:
    shell, home, calls = typed
    for number, (line, expected) in enumerate(lines.items()):
        _tab(shell, line)
        # Nothing runs before Enter is pressed.
        assert len(calls()) == number
        shell.type("\r")
        shell.wait("ready>")
        shell.pause(0.1)
        # The shell has put the place for ~ and for a variable.
        assert [word.replace(str(home), "~") for word in calls()[-1]] == expected, line
