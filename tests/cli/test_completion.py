"""What shells are told to complete, by `kernel` as a process of its own, as they start it."""

import os
import subprocess
import sys

import pytest

SOURCES = {"bash": "complete -o nosort -F _kernel_completion kernel", "zsh": "#compdef kernel", "fish": "function _kernel_completion"}  # fmt: skip


def asked(line: str, shell: str = "bash") -> list[str]:
    """The completions of the last word of a line."""
    words = line.split(" ")
    current = words[-1] if shell == "fish" else str(len(words) - 1)
    variables = {"COMP_WORDS": line, "COMP_CWORD": current, "_KERNEL_COMPLETE": f"{shell}_complete"}
    result = subprocess.run(
        [sys.executable, "-m", "kernel"], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert not result.stderr
    return [line for line in result.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", sorted(SOURCES))
def test_each_shell_gets_its_script_and_the_nested_commands(shell: str) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "kernel"],
        env={**os.environ, "_KERNEL_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert SOURCES[shell] in script.stdout
    found = asked("kernel debug di", shell)
    assert {"bash": "plain,diff-config", "zsh": "diff-config"}.get(
        shell, "plain,diff-config\tShow what"
    ) in "\n".join(found)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("kernel tra", ["plain,train"]),
        ("kernel train ", ["file,"]),
        ("kernel train a.cfg b.cfg --outp", ["plain,--output", "plain,--output-path"]),
        ("kernel train a.cfg --training.max_s", ["plain,--training.max_steps"]),
        ("kernel evaluate model --paths.tr", []),
        ("kernel init config --optimize eff", ["plain,efficiency"]),
    ],
)
def test_what_is_completed(line: str, found: list[str]) -> None:
    assert asked(line) == found
