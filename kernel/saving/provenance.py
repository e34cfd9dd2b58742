"""Where everything in a pipeline came from: recorded when it is saved, compared when it is loaded."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kernel.config.sections import present
from kernel.discovery import metadata, providers, scan
from kernel.discovery.known_names import refusal, way_out
from kernel.discovery.rules import Choices, denied
from kernel.errors import RegistryError, warn
from kernel.registries.code import Code, loaded
from kernel.registries.family import Registries, chosen_by
from kernel.registries.origins import Origin
from kernel.visible import shell_word

# Their versions decide the numbers, whatever the config says.
NUMERIC = ("kernel-nlp", "numpy", "thinc")
# What building the pipeline takes; the other sections are for training it.
BUILDING = ("nlp", "components")
# Marks the origin of a name that comes from custom code.
CODE = "code:"
_DISTRIBUTION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._+!-]*[A-Za-z0-9])?")


def provenance(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a pipeline consists of; the same for the same installation: no times, no absolute paths.

    kernel, python: versions. blas: facts of the BLAS libraries. overrides: `[registry.override]`, if there is any.
    names: registry -> name -> "distribution==version", or "code:file". code: file -> SHA-256, of all custom code. distributions: name -> version of everything used.
    """
    from platform import python_version

    from kernel import __version__
    from kernel.numeric import blas

    registry = chosen_by(config)
    codes = _named_codes()
    names: dict[str, dict[str, str]] = {}
    files = _hashes(codes)
    versions = providers.distributions_of(code_imports(codes.values()))
    for kind, name, _ in functions(config, registry):
        try:
            origin = registry.origin(kind, name)
        except RegistryError:
            continue
        if origin.distribution:
            names.setdefault(kind, {})[name] = f"{origin.distribution}=={origin.version}"
            versions[scan.normalize(origin.distribution)] = origin.version or ""
            versions |= _home(registry, kind, name, origin)
            continue
        file = _recorded_file(origin, codes)
        if file is not None:
            names.setdefault(kind, {})[name] = CODE + file
            if origin.sha256 is not None:
                files.setdefault(file, origin.sha256)
    for name in sorted(set(versions) - set(NUMERIC)):
        for needed in metadata.required_here(name):
            versions.setdefault(needed, scan.installed_version(needed) or "")
    for name in NUMERIC:
        versions[name] = scan.installed_version(name) or ""
    versions["kernel-nlp"] = versions["kernel-nlp"] or __version__
    overrides = registry.choices.overrides
    return {
        "kernel": __version__,
        "python": python_version(),
        "blas": blas.facts(),
        **({"overrides": dict(sorted(overrides.items()))} if overrides else {}),
        "names": {kind: dict(sorted(found.items())) for kind, found in sorted(names.items())},
        "code": dict(sorted(files.items())),
        "distributions": {name: version for name, version in sorted(versions.items()) if version},
    }


def _home(registry: Registries, kind: str, name: str, origin: Origin) -> dict[str, str]:
    """Name -> version of the package of a function that has its name from another one: the pipeline needs both."""
    module = (origin.target or "").partition(":")[0]
    if module not in sys.modules:
        return {}  # Nothing was made with it.
    try:
        function = inspect.unwrap(registry.get(kind, name))
    except RegistryError:
        return {}
    home = str(getattr(function, "__module__", "")).partition(".")[0]
    if home in (module.partition(".")[0], ""):
        return {}
    points = [point for group in scan.groups() for point in scan.entry_points(group)]
    return {
        scan.normalize(point.distribution): point.version
        for point in points
        if point.module.partition(".")[0] == home
    }


def functions_of(config: Any) -> list[tuple[str, str]]:
    """(kind, name) of the registered functions that `[nlp]` and `[components]` name, sorted."""
    building = {key: config[key] for key in BUILDING if key in config}
    return sorted({(kind, name) for kind, name, _ in functions(building, chosen_by(config))})


def functions(config: Mapping[str, Any], registry: Registries | None = None) -> list[tuple[str, str, str]]:
    """(kind, name, dotted path) of every registered function that a config names.

    registry: where names are looked up, by default as the config wants it.
    """
    registry = registry or chosen_by(config)
    found = list(_walk(config, ""))
    lang = (config.get("nlp") or {}).get("lang")
    if isinstance(lang, str) and lang:
        found.append(("languages", lang, "nlp.lang"))
    for key, block in (config.get("components") or {}).items():
        if isinstance(block, Mapping) and isinstance(block.get("factory"), str):
            name = registry.name_for_language("factories", block["factory"], lang)
            found.append(("factories", name, f"components.{key}.factory"))
    found += [("sections", path, path) for path in present(config)]
    return [entry for entry in dict.fromkeys(found) if "$" not in entry[1]]


def check_names(
    config: Any, meta: Mapping[str, Any], where: str | Path, left_out: Collection[str] = ()
) -> None:
    """Whether a saved pipeline can be built here, without the components of `left_out`.

    `RegistryError` for registered functions that are missing: each with its line in the config, what it came from and
    how to get that. A warning for code that differs from what the pipeline was trained with.
    """
    record, registry = meta.get("provenance") or {}, chosen_by(config)
    building = {key: config[key] for key in BUILDING if key in config}
    if "components" in building:
        blocks = building["components"]
        building["components"] = {name: blocks[name] for name in blocks if name not in left_out}
    missing = [
        (kind, name, path)
        for kind, name, path in functions(building, registry)
        if not registry.has(kind, name)
    ]
    if missing:
        lines = [
            f"  {_at(config, path)}{kind} {name!r}{_origin(record, kind, name)}{_reason(kind, name)}"
            for kind, name, path in missing
        ]
        raise RegistryError(
            f"the pipeline {where} needs functions that are not here:\n" + "\n".join(dict.fromkeys(lines)),
            hint=" ".join(_remedies(record, [(kind, name) for kind, name, _ in missing], registry.choices)),
        )
    compare_code(config, record, where)


def origin_of(record: Mapping[str, Any], kind: str, name: str) -> str:
    """What a saved pipeline says of a name: "acme-nlp==1.2.0", "code:functions.py", or "" for nothing."""
    return str(((record.get("names") or {}).get(kind) or {}).get(name) or "")


def is_pin(distribution: str, version: str) -> bool:
    """Whether these are names as packages and their versions have them: what a saved pipeline says may be anything."""
    return bool(_DISTRIBUTION.fullmatch(distribution) and _VERSION.fullmatch(version))


def _remedies(record: Mapping[str, Any], missing: list[tuple[str, str]], choices: Choices) -> list[str]:
    """What to do about missing functions, a sentence for each that is refused, each package and each code file."""
    refused = [each for each in missing if refusal(*each) is not None]
    origins = [origin_of(record, *each) for each in missing if each not in refused]
    found = [way for each in refused if (way := way_out(*each))]
    for pin in dict.fromkeys(origin for origin in origins if origin and not origin.startswith(CODE)):
        distribution, _, version = pin.partition("==")
        if not is_pin(distribution, version):
            continue
        here = scan.installed_version(distribution)
        ban = denied(distribution, choices) if here else None
        if ban:
            found.append(f"{distribution} {here} is installed, but denied by {ban}.")
        elif here == version:
            found.append(f"{distribution} {version} is installed, but lacks the name: reinstall it.")
        else:
            found.append(f"pip install '{pin}'" + (f" (now {here} is installed)." if here else "."))
    for file in dict.fromkeys(origin.removeprefix(CODE) for origin in origins if origin.startswith(CODE)):
        top = file.partition("/")[0]
        found.append(
            f"Give the code with --code {shell_word(top)} (or kernel.registries.code.load_code in Python)."
        )
    if not found or not all(origins):
        found.append("Install the packages that provide them, or give their file with --code.")
    return list(dict.fromkeys(found))


def _origin(record: Mapping[str, Any], kind: str, name: str) -> str:
    origin = origin_of(record, kind, name)
    if origin.startswith(CODE):
        file = origin.removeprefix(CODE)
        sha256 = (record.get("code") or {}).get(file)
        return f", which came from the code file {file}" + (f" (sha256 {sha256})" if sha256 else "")
    return f", which came from {origin.replace('==', ' ')}" if origin else ""


def _reason(kind: str, name: str) -> str:
    reason = refusal(kind, name)
    return f": {reason}" if reason else ""


def _at(config: Any, path: str) -> str:
    file, line, column = (config.where(path) if hasattr(config, "where") else None) or (None, None, None)
    return f"{Path(file).name}:{line}:{column}: " if file else ""


def compare_code(config: Any, record: Mapping[str, Any], where: str | Path) -> None:
    """Warn if custom code that is here has other hashes than a saved pipeline recorded."""
    recorded: Mapping[str, str] = record.get("code") or {}
    if not recorded:
        return
    registry = chosen_by(config)
    codes = _named_codes()
    now = _hashes(codes)
    for kind, name in functions_of(config):
        if not registry.has(kind, name):
            continue
        origin = registry.origin(kind, name)
        file = _recorded_file(origin, codes) if origin.distribution is None else None
        if file is not None and origin.sha256 is not None:
            now.setdefault(file, origin.sha256)
    changed = [
        f"{file} (sha256 {sha256[:12]}, now {now[file][:12]})"
        for file, sha256 in sorted(recorded.items())
        if file in now and now[file] != sha256
    ]
    tops = {file.partition("/")[0] for file in recorded if "/" in file} & set(codes)
    changed += [
        f"{file} (no longer there)"
        for file in sorted(recorded)
        if file not in now and file.partition("/")[0] in tops
    ]
    if changed:
        warn(
            f"the pipeline {where} was saved with other code: {', '.join(changed)}; "
            "its predictions may differ from those it was evaluated with"
        )


def _named_codes() -> dict[str, Code]:
    """The custom code of this process by name; a second file of the same name gets a number."""
    found: dict[str, Code] = {}
    for code in loaded():
        name, number = code.name, 1
        while name in found:
            number += 1
            name = f"{code.name} ({number})"
        found[name] = code
    return found


def _hashes(codes: Mapping[str, Code]) -> dict[str, str]:
    return {
        name + key[len(code.name) :]: sha256
        for name, code in codes.items()
        for key, sha256 in code.files.items()
    }


def _recorded_file(origin: Origin, codes: Mapping[str, Code]) -> str | None:
    """The name under which the file of a definition is recorded, None if it is in no file (a notebook)."""
    if origin.file is None:
        return None
    for name, code in codes.items():
        file = code.file_of(origin.file)
        if file is not None:
            return name + file[len(code.name) :]
    return None if origin.sha256 is None else Path(origin.file).name


def code_imports(codes: Iterable[Code]) -> set[str]:
    """Top-level modules that custom code imports, other than Python's and its own."""
    codes = list(codes)
    own = {code.module.partition(".")[0] for code in codes} | {code.path.stem for code in codes}
    return providers.third_party(file for code in codes for file in _files(code)) - own


def _files(code: Code) -> list[Path]:
    return [code.path if code.path.is_file() else code.path.parent / name for name in code.files]


def _walk(value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            place = f"{path}.{key}" if path else str(key)
            if isinstance(key, str) and key.startswith("@") and isinstance(item, str):
                yield key[1:], item, place
            else:
                yield from _walk(item, place)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _walk(item, f"{path}.{number}")
