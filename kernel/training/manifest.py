"""The manifest of a run: everything that its weights depend on, as `run.json` has it. `kernel.training.drift` compares two.

No times: equal runs have equal manifests.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.config.sections import deciding
from kernel.discovery import providers, scan
from kernel.saving.provenance import provenance
from kernel.training.digests import digests

if TYPE_CHECKING:
    from kernel.training.run import Run

# Libraries that compute where somebody has imported them, whatever the config says.
_COMPUTING = ("cupy", "jax", "scipy", "tensorflow", "torch", "transformers")
# What is said of a run before it begins: the rest is long.
_SHOWN = ("kernel", "python", "platform", "packages", "blas", "threads", "seed", "gpu_id", "gpu")


def facts(run: Run, output: Path | None = None) -> dict[str, Any]:
    """What the weights of a run depend on, in plain data, as JSON has them.

    output: a directory that is no data; by default that of the run. section: of the config, that describes the run. kernel, python: versions. packages: name -> version of everything that the config names, needs, or that computes.
    sources: package -> file -> the start of its SHA-256, for kernel and the plugins in use. code: the same of `--code`, whole.
    blas: facts of the BLAS libraries inside of our calls. threads: of blas and of torch there, of blas elsewhere (`process`).
    platform: system, release, machine, libc, and the vector instructions that numpy has found. seed. gpu_id, gpu: the device.
    data: see `kernel.training.digests`. settings: the interpolated config, without sections that only say how a run is run.
    """
    from kernel.numeric import blas

    config = deciding(run.config)
    outside = blas.facts()
    # Sorted, because the order of sections in the file makes no other run.
    plain = json.loads(json.dumps(config.interpolate(), sort_keys=True, default=str))
    with blas.one_thread():
        origin = provenance(config)
        # A library that was imported just now hears of the one thread here.
        with blas.one_thread():
            torch = _torch_threads()
    packages = {**origin["distributions"], **_named_packages(plain), **_computing()}
    return {
        "section": run.section,
        "kernel": origin["kernel"],
        "python": origin["python"],
        "platform": _platform(),
        "packages": dict(sorted(packages.items())),
        "blas": origin["blas"],
        "threads": {**_threads(origin["blas"], outside), **torch},
        "seed": run.seed,
        "gpu_id": run.device,
        **_gpu(run.device),
        "code": origin["code"],
        "sources": sources_of(packages),
        "data": digests(
            plain,
            _corpora(run),
            output=output or run.output,
            section=run.section,
        ),
        "settings": plain,
    }


def _corpora(run: Run) -> dict[str, Any]:
    """Name -> corpus of those of the run, and of those that callbacks read, as far as they say so in `corpora`."""
    found = {run.settings.train_corpus: run.train_corpus}
    if run.dev_corpus is not None:
        found[run.settings.dev_corpus] = run.dev_corpus
    for _, callback in run.hooks.objects:
        corpora = getattr(callback, "corpora", None)
        found.update(corpora if isinstance(corpora, Mapping) else {})
    return found


def shown(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What of a manifest a person wants to see at the start."""
    return {key: manifest[key] for key in _SHOWN if key in manifest}


def _platform() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "vectors": _vector_instructions(),
    }


@cache
def _vector_instructions() -> str:
    """What numpy computes with on this processor: sums and exponentials differ in the last bit between them."""
    import numpy as np

    shown: Any = np.show_config(mode="dicts")
    found = shown.get("SIMD Extensions") or {}
    return " ".join([*found.get("baseline", ()), *found.get("found", ())])


def _threads(inside: list[dict[str, Any]], outside: list[dict[str, Any]]) -> dict[str, Any]:
    """Numbers of threads. process: those of the first BLAS library where we don't set them, which other people's code has."""
    return {
        "blas": inside[0]["threads"] if inside else None,
        "process": outside[0]["threads"] if outside else None,
    }


def _torch_threads() -> dict[str, Any]:
    """The number of torch's threads, where somebody has imported it."""
    torch = sys.modules.get("torch")
    return (
        {} if torch is None or not hasattr(torch, "get_num_threads") else {"torch": torch.get_num_threads()}
    )


def _gpu(device: int) -> dict[str, Any]:
    """Name of the GPU and version of the driver, as cupy says them."""
    if device < 0:
        return {}
    import cupy

    runtime = cupy.cuda.runtime
    name = runtime.getDeviceProperties(device)["name"].decode()
    return {"gpu": {"name": name, "cuda": runtime.runtimeGetVersion(), "driver": runtime.driverGetVersion()}}


def _computing() -> dict[str, str]:
    return providers.distributions_of(name for name in _COMPUTING if name in sys.modules)


def _named_packages(plain: Mapping[str, Any]) -> dict[str, str]:
    """Packages of saved pipelines that the config takes components or vectors from."""
    blocks = [block for block in (plain.get("components") or {}).values() if isinstance(block, Mapping)]
    names = [block.get("source") for block in blocks] + [(plain.get("initialize") or {}).get("vectors")]
    found = {}
    for name in names:
        # A path is no name of a package.
        if isinstance(name, str) and name and not os.path.exists(name):
            version = scan.installed_version(name)
            if version:
                found[scan.normalize(name)] = version
    return found


def sources_of(packages: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Package -> file -> the start of its SHA-256, for kernel and plugins among the packages (name -> version)."""
    folders = scan.current().folders
    found = {name: _sources(name, folders.get(name, "")) for name in sorted(packages)}
    return {name: files for name, files in found.items() if files}


@cache
def _sources(distribution: str, folder: str) -> dict[str, str]:
    """File -> digest of the Python files of a plugin or of kernel: an editable package changes with no new version.

    folder: of its metadata. Read once in a process, as they are imported once.
    """
    found = {}
    for top in _modules(distribution):
        for name, file in _python_files(top):
            found[name] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return found


def _modules(distribution: str) -> list[str]:
    """The import packages of a plugin, as its entry points name them, and of kernel."""
    found = {"kernel"} if distribution == "kernel-nlp" else set()
    for group in scan.groups():
        for point in scan.entry_points(group):
            if scan.normalize(point.distribution) == distribution:
                found.add(point.module.partition(".")[0])
    return sorted(found)


def _python_files(top: str) -> Iterator[tuple[str, Path]]:
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if spec is not None and not places and spec.origin and spec.origin.endswith(".py"):
        yield f"{top}.py", Path(spec.origin)
    for place in map(Path, places):
        for file in sorted(place.rglob("*.py")):
            yield f"{top}/{file.relative_to(place).as_posix()}", file
