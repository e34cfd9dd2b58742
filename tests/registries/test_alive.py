"""Code of others that ends the process while it is imported gets an error instead."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kernel.registries.alive import ProcessEnded, cause, kept_alive
from kernel.testing import fake_distribution
from kernel.testing.box import Box

REAL = {name: getattr(os, name) for name in ("_exit", "execv", "execve")}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: os._exit(0), "os._exit(0)"),
        (lambda: os.execv("/bin/true", ["true"]), "os.execv('/bin/true', ['true'])"),
        (lambda: os.execvp("/bin/true", ["true"]), "os.execv('/bin/true', ['true'])"),
        (lambda: os.execle("/bin/true", "true", {}), "os.execve('/bin/true', ('true',), {})"),
    ],
)
def test_what_would_end_the_process_raises(call, text: str) -> None:
    with pytest.raises(ProcessEnded) as caught, kept_alive():
        call()
    assert cause(caught.value) == f"it would end this process with {text}"
    assert {name: getattr(os, name) for name in REAL} == REAL


def test_inside_of_each_other_and_restored_at_the_end() -> None:
    with kept_alive():
        with kept_alive():
            pass
        with pytest.raises(ProcessEnded):
            os._exit(0)
    assert os._exit is REAL["_exit"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SystemExit(), "it would end this process with sys.exit()"),
        (SystemExit(0), "it would end this process with sys.exit(0)"),
        (SystemExit("bye"), "it would end this process with sys.exit('bye')"),
        (ValueError("no"), "ValueError: no"),
    ],
)
def test_the_cause_is_the_call(error: BaseException, text: str) -> None:
    assert cause(error) == text


def test_other_threads_and_forked_children_end_as_they_like() -> None:
    code = """
import os, threading
from kernel.registries.alive import kept_alive
with kept_alive():
    pid = os.fork()
    if not pid:
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5
    threading.Thread(target=lambda: os._exit(7)).start()
    threading.Event().wait(20)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


@pytest.mark.parametrize("call", ["os._exit(0)", "sys.exit()"])
def test_a_code_file_that_ends_the_process_is_no_success(box: Box, call: str) -> None:
    box.code(f"import os, sys\n{call}\n")
    box.config('[nlp]\nlang = "en"\n')
    result = box.run("train", "config.cfg", "--code", "functions.py", subprocess=True)
    assert result.exit_code == 3
    assert result.stderr == f"error: functions.py:2: it would end this process with {call}\n"


@pytest.mark.needs("kernel-nlp-languages")
def test_nor_is_a_function_that_does(box: Box) -> None:
    box.code(
        """
        import sys
        from kernel import registry

        @registry.callbacks("vanishing")
        def make():
            sys.exit()
        """
    )
    box.config('[nlp]\nlang = "en"\n[nlp.before_creation]\n@callbacks = "vanishing"\n')
    result = box.run("assemble", "config.cfg", "out", "--code", "functions.py")
    assert result.exit_code == 1
    assert "it would end this process with sys.exit() (functions.py:7)" in result.stderr


def test_a_command_of_a_package_ends_as_it_likes(box: Box) -> None:
    source = "import click, sys\n@click.command('leave')\n@click.argument('code', type=int)\ndef leave(code): sys.exit(code)\n"
    with fake_distribution(
        "acme", entry_points={"kernel_cli": {"leave": "acme_leave:leave"}}, modules={"acme_leave": source}
    ):
        assert [box.run("leave", code).exit_code for code in ("0", "7")] == [0, 7]
