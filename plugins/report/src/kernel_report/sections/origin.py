"""What each run went by, besides its config: versions, machine, digests; and the commands that repeat it or go on with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.saving.directories import BEST, LAST
from kernel.training.checkpoint import failed
from kernel.training.drift import Change
from kernel.visible import shell_word
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section


@dataclass(frozen=True)
class Command:
    """purpose: what it is for, a few words. line: to be pasted into a shell."""

    purpose: str
    line: str


def section(runs: Sequence[Run]) -> Section | None:
    """Of each run."""
    parts = [
        (run, list(_commands(run)), [*_resumed(run.record), *_facts(run.record)], _sources(run.record))
        for run in runs
    ]
    return Section(
        "Commands, versions, digests", "origin", render("origin.html", parts=parts, several=len(runs) > 1)
    )


def _commands(run: Run) -> Iterator[Command]:
    """What the output allows for. Only runs of [training] leave models with their config."""
    code = "".join(f" --code {shell_word(name)}" for name in run.record.get("code") or ())
    gpu = run.record.get("gpu_id")
    device = f" --gpu-id {gpu}" if isinstance(gpu, int) and gpu >= 0 else ""
    model = next((path for name in (BEST, LAST) if (path := run.path / name / "config.cfg").is_file()), None)
    if model is not None:
        config, output = shell_word(str(model)), shell_word(f"{run.path}-again")
        yield Command("Repeat it", f"kernel train {config} --output {output}{code}{device}")
        if run.state == "stopped":
            yield Command(
                "Go on with it",
                f"kernel train {config} --output {shell_word(str(run.path))} --resume{code}{device}",
            )
        yield Command("Use its pipeline", f"kernel apply {shell_word(str(model.parent))} texts.txt -{code}")
    # What failed may have been no step, such as an evaluation: then there is none to repeat.
    if run.state == "failed" and failed(run.path).is_dir():
        yield Command(
            "Repeat the step that failed", f"kernel replay {shell_word(str(run.path))}{code}{device}"
        )


def _facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what, which) of what the weights depend on, one line each."""
    for name, title in (("kernel", "kernel"), ("python", "Python")):
        if name in record:
            yield title, str(record[name])
    yield from ((name, str(version)) for name, version in sorted(_of(record, "packages").items()))
    for blas in _list(record, "blas"):
        if isinstance(blas, Mapping):
            yield (
                "BLAS",
                " ".join(str(blas[key]) for key in ("library", "version", "kernel") if blas.get(key)),
            )
    threads = ", ".join(f"{name} {count}" for name, count in _of(record, "threads").items())
    if threads:
        yield "threads", threads
    gpu = _of(record, "gpu")
    if record:
        yield "device", f"GPU {record.get('gpu_id')} {gpu.get('name', '')}".strip() if gpu else "CPU"
    platform = " ".join(str(value) for value in _of(record, "platform").values() if value)
    if platform:
        yield "platform", platform
    if record.get("config"):
        yield "config", f"sha256 {record['config']}"
    for name, entry in _of(record, "data").items():
        if isinstance(entry, Mapping):
            yield f"data of {name}", f"sha256 {entry.get('sha256')}, {entry.get('bytes')} bytes"
    for name, digest in _of(record, "code").items():
        yield f"code in {name}", f"sha256 {digest}"


def _resumed(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the run went on although something had changed."""
    for entry in _list(record, "resumed"):
        try:
            changes = "; ".join(str(Change(**change)) for change in entry["changes"])
            yield f"resumed after step {entry['step']}", changes or "nothing had changed"
        except (TypeError, KeyError):
            yield "resumed", "what this version knows by that name is something else"


def _sources(record: Mapping[str, Any]) -> int:
    """The number of files of code."""
    return sum(len(files) for files in _of(record, "sources").values() if isinstance(files, Mapping))


def _of(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = record.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    found = record.get(name)
    return found if isinstance(found, list) else []
