"""A short, repeatable run of the fuzzer of files; fuzz_files.py has the long one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kernel
from kernel.language import Language

from .fuzz_files import READ, SUFFIXES, check_file, corpus_seeds, make, run, saved_pipeline

SAVED = (
    "manifest.json",
    "meta.json",
    "config.cfg",
    "tokenizer",
    "tagger/cfg",
    "tagger/model",
    "sentencizer/cfg",
    "vocab/lexemes.json",
    "vocab/strings.json",
    "vocab/vectors",
    "vocab/vectors.cfg",
)
pytestmark = pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-components", "kernel-nlp-architectures"
)


@cache
def pipeline() -> Language:
    return kernel.blank("en")


@cache
def seeds() -> dict[str, Any]:
    return corpus_seeds(pipeline())


@pytest.mark.filterwarnings("ignore::kernel.errors.KernelWarning")
@pytest.mark.parametrize("name", READ)
@settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(st.data())
def test_files_of_data(tmp_path: Path, name: str, data: st.DataObject) -> None:
    content = make(name, lambda n: data.draw(st.integers(0, n - 1)), seeds())
    check_file(name, content, path=tmp_path / f"fuzz{SUFFIXES.get(name, f'.{name}')}", nlp=pipeline())


def test_every_file_of_a_pipeline_is_tried(tmp_path: Path) -> None:
    assert sorted(saved_pipeline(tmp_path / "saved")[1]) == sorted(SAVED)


@pytest.mark.parametrize("name", SAVED)
def test_files_of_a_pipeline(tmp_path: Path, name: str) -> None:
    assert run(name, 5, 1, tmp_path)[0] == 5


FOUND = [
    ("jsonl", b'{"text": "a", "label": "b", "_view_id": [], "answer": "reject"}'),
    ("jsonl", b'{"text": "a", "cats": {"b": ' + b"9" * 5000 + b"}}"),
    ("jsonl", b'{"text": "a", "spans": [null]}'),
    ("json", b'[{"text": "a", "options": [[]], "accept": [1e999]}]'),
    ("jsonl", b"[" * 100_000),
    ("conllu", b"1-5000000000\ta\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n"),
    ("conllu", b"1\ta\t_\t_\t_\t_\t" + b"9" * 5000 + b"\tx\t_\t_\n"),
]


@pytest.mark.parametrize(("name", "content"), FOUND, ids=range(len(FOUND)))
def test_what_was_found_once(tmp_path: Path, name: str, content: bytes) -> None:
    check_file(name, content, path=tmp_path / f"fuzz.{name}", nlp=pipeline())


@pytest.mark.slow
@pytest.mark.parametrize("name", [*READ, *SAVED])
def test_many_files(tmp_path: Path, name: str) -> None:
    run(name, 2500, 2, tmp_path)
