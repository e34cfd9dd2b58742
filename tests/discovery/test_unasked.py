"""Other libraries import nothing that no config names, and no package's broken file stops them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.discovery.unasked import SWITCHES
from kernel.testing import write_distribution
from kernel.testing.box import Box

GROUPS = (
    "pydantic",
    "srsly_msgpack_encoders",
    "srsly_msgpack_decoders",
    "thinc_layers",
    "thinc_ops",
    "confection",
    "catalogue",
    "torch.backends",
    "numba_extensions",
    "kernel_callbacks",
    "kernel_factories",
    "kernel_languages",
    "kernel_sections",
)
SOURCE = """
import os, pathlib, sys
with open(os.environ["EVIL_RAN"], "a") as file:
    file.write(" ".join(sys.argv) + "\\n")
def run(*args, **kwargs):
    pass
"""
# A right use of what the libraries read and write, with nothing of the kernel that looks at entry points.
USES = """
import kernel
from kernel.files.messages import message_from_bytes
from thinc.api import Linear
data = Linear(2, 2).initialize().to_bytes()
Linear(2, 2).from_bytes(data)
assert message_from_bytes(data)
"""


@pytest.fixture
def evil(box: Box) -> Box:
    """A box whose Python path has a package that fills every group with a module that leaves a trace."""
    site = box.path.parent / "evil"
    points = {group: {f"evil{number}.E.v1": "evil_ran:run"} for number, group in enumerate(GROUPS)}
    write_distribution(site, "evil", entry_points=points, modules={"evil_ran": SOURCE})
    box.env |= {"PYTHONPATH": str(site), "EVIL_RAN": str(box.path / "ran")}
    return box


def python(box: Box, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=box.path,
        env=box.env,
        check=False,
        capture_output=True,
        text=True,
    )


CONFIG = '[nlp]\nlang = "en"\npipeline = ["sentencizer"]\n[components.sentencizer]\nfactory = "sentencizer"\n'


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_commands_import_nothing_that_is_not_named(evil: Box) -> None:
    evil.config(CONFIG)
    evil.file("texts.txt", "A text. And another.\n" * 3)
    for args in (
        ["info"],
        ["debug", "config", "config.cfg"],
        ["assemble", "config.cfg", "model"],
        ["apply", "model", "texts.txt", "docs.spacy"],
        ["info", "model"],
    ):
        result = evil.run(*args, subprocess=True)
        assert "error" not in result.stderr, result.stderr
        assert not (evil.path / "ran").exists(), args
    assert (evil.path / "docs.spacy").exists()


def test_reading_and_writing_imports_nothing_in_a_program(evil: Box) -> None:
    done = python(evil, USES)
    assert done.returncode == 0, done.stderr
    assert not (evil.path / "ran").exists()


def test_what_others_name_themselves_they_get(evil: Box) -> None:
    code = "import kernel, catalogue\nassert catalogue.create('kernel', 'callbacks', entry_points=True).get('evil9.E.v1')"
    done = python(evil, code)
    assert done.returncode == 0, done.stderr
    assert (evil.path / "ran").exists()


def test_a_switch_that_is_set_stays(box: Box) -> None:
    code = f"""
import json, os
from kernel.discovery.unasked import switch_off
switch_off()
print(json.dumps([os.environ[name] for name in {list(SWITCHES)}]))
"""
    assert json.loads(python(box, code).stdout) == list(SWITCHES.values())
    first = next(iter(SWITCHES))
    box.env[first] = "mine"
    assert json.loads(python(box, code).stdout)[0] == "mine"


def break_file(site: Path) -> Path:
    write_distribution(site, "broken")
    file = site / "broken-1.0.dist-info" / "entry_points.txt"
    file.write_bytes("[kernel_readers]\nbroken.R.v1 = broken:größe\n".encode("latin-1"))
    return file


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_a_file_that_is_not_utf8_is_named_once_and_left_out(box: Box) -> None:
    site = box.path.parent / "site"
    file = break_file(site)
    write_distribution(site, "whole", entry_points={"kernel_readers": {"whole.R.v1": "whole:read"}})
    box.env["PYTHONPATH"] = str(site)
    box.config(CONFIG)
    for args in (["registry", "list"], ["info"], ["assemble", "config.cfg", "model"], ["--help"]):
        result = box.run(*args, subprocess=True)
        assert result.exit_code == 0, result.stderr
        if args[0] != "--help":
            warning, number = result.stderr.splitlines()
            assert warning.startswith(f"warning: {file} can't be read (byte 0xf6 is not valid UTF-8")
            assert number == "1 warning"
    listed = box.run("registry", "list", "readers", subprocess=True).stdout
    assert "whole.R.v1" in listed and "broken.R.v1" not in listed


def test_a_program_reads_and_writes_beside_a_broken_file(box: Box) -> None:
    site = box.path.parent / "site"
    break_file(site)
    box.env["PYTHONPATH"] = str(site)
    done = python(box, USES)
    assert done.returncode == 0, done.stderr
