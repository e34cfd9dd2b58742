"""What the package of a pipeline requires: compatible releases of the packages it was made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.discovery import metadata, providers, scan
from kernel.errors import DataError, RegistryError, UsageError, warn
from kernel.registries.code import Code
from kernel.registries.family import Registries, chosen_by
from kernel.saving.directories import META
from kernel.saving.provenance import BUILDING, CODE, code_imports, functions, is_pin, origin_of
from kernel.visible import shell_word

# The extra with what it takes to train or to evaluate the pipeline, and not to run it.
TRAINING = "training"


def pins(
    config: Mapping[str, Any], record: Mapping[str, Any], codes: Iterable[Code]
) -> tuple[list[str], list[str]]:
    """Requirements for running the pipeline, and those that only training it adds; sorted.

    record: the pipeline's provenance. What the kernel itself requires is left to the kernel, which knows its ranges.
    """
    versions = dict(record.get("distributions") or {})
    _check_pins(record, versions)
    running: set[str] = {"kernel-nlp"}
    training: set[str] = set()
    extras: dict[str, set[str]] = {}
    registry = chosen_by(config)
    for kind, name, path in functions(config, registry):
        distribution, version = _distribution(record, kind, name, registry)
        if distribution:
            versions.setdefault(distribution, version)
            extras.setdefault(distribution, set()).update(_extras(kind, name, distribution))
            (running if path.partition(".")[0] in BUILDING else training).add(distribution)
    for distribution, version in providers.distributions_of(code_imports(codes)).items():
        versions.setdefault(distribution, version)
        running.add(distribution)
    if "kernel-nlp" not in versions:
        versions["kernel-nlp"] = scan.installed_version("kernel-nlp") or ""
    for distribution in list(running):
        running |= set(metadata.required_here(distribution)) & set(versions)
    training |= set(versions)
    known = set(metadata.required_here("kernel-nlp"))
    running, training = running - known, training - running - known
    return (
        [compatible(name, versions[name], extras.get(name, ())) for name in sorted(running)],
        [compatible(name, versions[name], extras.get(name, ())) for name in sorted(training)],
    )


def check_code(config: Any, record: Mapping[str, Any], codes: list[Code]) -> None:
    """`UsageError` if custom code that building the pipeline takes was not given; warnings for the rest."""
    registry = chosen_by(config)
    needed = [(k, n) for k, n, path in functions(config, registry) if path.partition(".")[0] in BUILDING]
    lacking = []
    for kind, name in dict.fromkeys(needed):
        origin = origin_of(record, kind, name)
        if registry.has(kind, name) and not origin.startswith(CODE):
            continue
        if not origin or (origin.startswith(CODE) and not _defined(kind, name, codes, registry)):
            file = origin.removeprefix(CODE)
            sha256 = (record.get("code") or {}).get(file, "")
            lacking.append((kind, name, file, f" of {file} (sha256 {sha256})" if file else ""))
    if lacking:
        tops = dict.fromkeys(file.partition("/")[0] for _, _, file, _ in lacking if file)
        hint = "Give the code that the pipeline was trained with: " + " ".join(
            f"--code {shell_word(top)}" for top in tops
        )
        raise UsageError(
            "the pipeline needs custom code that was not given:\n"
            + "\n".join(f"  {kind} {name!r}{origin}" for kind, name, _, origin in lacking),
            hint=hint if tops else "Give its file, folder or module with --code, or install its package.",
        )
    given = {code.name for code in codes}
    left_out = sorted({file.partition("/")[0] for file in record.get("code") or {}} - given)
    if left_out:
        warn(
            f"code that the pipeline was trained with is left out, because it was not given: {', '.join(left_out)}"
        )
    nobody = sorted(name for name in code_imports(codes) if not providers.distributions_of([name]))
    if nobody:
        warn(
            f"the code imports {', '.join(nobody)}, which no installed package provides: "
            "the new package won't require it"
        )


def _check_pins(record: Mapping[str, Any], versions: Mapping[str, str]) -> None:
    """`DataError` for names and versions in a pipeline's meta that no package has: they go into metadata as they are."""
    said = list(versions.items())
    for table in (record.get("names") or {}).values():
        said += [
            (name, version)
            for name, _, version in (pin.partition("==") for pin in table.values())
            if not name.startswith(CODE)
        ]
    for name, version in said:
        if not is_pin(name, version or "0"):
            raise DataError(
                f"{META}: the provenance names {name!r} of version {version!r}, which no package can be called",
                hint="The file was changed after the pipeline was saved: save the pipeline again.",
            )


def compatible(name: str, version: str, extras: Iterable[str] = ()) -> str:
    """A requirement for a release that is compatible with a version: `acme-nlp~=1.2.0`, with extras `acme-nlp[torch]~=1.2.0`."""
    from packaging.version import Version

    named = ",".join(sorted(extras))
    name = f"{name}[{named}]" if named else name
    try:
        parsed = Version(version)
    except ValueError:
        return f"{name}==={version}" if version else name
    text = parsed.public
    if len(parsed.release) < 2:
        text = text.replace(str(parsed.release[0]), f"{parsed.release[0]}.0", 1)
    return f"{name}~={text}"


def _distribution(record: Mapping[str, Any], kind: str, name: str, registry: Registries) -> tuple[str, str]:
    origin = origin_of(record, kind, name)
    if origin:
        distribution, _, version = ("" if origin.startswith(CODE) else origin).partition("==")
        return scan.normalize(distribution), version
    try:
        found = registry.origin(kind, name)
    except RegistryError:
        return "", ""
    return scan.normalize(found.distribution or ""), found.version or ""


def _extras(kind: str, name: str, distribution: str) -> set[str]:
    """The extras of a package that a function of it takes, as its entry point says."""
    return {
        extra
        for point in scan.entry_points(f"kernel_{kind}")
        if point.name == name and scan.normalize(point.distribution) == distribution
        for extra in point.extras
    }


def _defined(kind: str, name: str, codes: list[Code], registry: Registries) -> bool:
    if not registry.has(kind, name):
        return False
    file = registry.origin(kind, name).file
    return file is not None and any(code.file_of(file) for code in codes)
