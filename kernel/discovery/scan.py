"""Entry points of the installed packages, read from their metadata with nothing imported.

The scan reads `*.dist-info/entry_points.txt` along `sys.path` itself: `importlib_metadata` takes longer to
import than the scan takes to run, and the command line waits for it. Places that aren't directories (zip
archives, other finders) are left to `importlib_metadata`, which is the same for every version of Python. For the same reason there are no dataclasses here, which
import much.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

PREFIXES = ("kernel_", "thinc_")

_scan: Scan | None = None


class EntryPoint(NamedTuple):
    """One declared name: `name = "module:attribute"` in the group of a package."""

    group: str
    name: str
    value: str
    distribution: str
    version: str

    @property
    def target(self) -> str:
        """`module:attribute` in one spelling, without extras."""
        return self.value.split("[")[0].replace(" ", "")

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras of the package that it takes: `module:attribute [torch]`."""
        named = self.value.partition("[")[2].partition("]")[0]
        return tuple(sorted(part.strip() for part in named.split(",") if part.strip()))

    @property
    def claim(self) -> str:
        """Distribution, version and target, for messages."""
        return f"{self.distribution} {self.version} ({self.target})"

    @property
    def module(self) -> str:
        return self.target.partition(":")[0]

    @property
    def attribute(self) -> str:
        return self.target.partition(":")[2]


class Scan(NamedTuple):
    """What one walk over `sys.path` found: entry points by group, and the folder of each package.

    folders: "" for a package that is in no folder. fields: metadata that was asked for.
    """

    groups: dict[str, list[EntryPoint]]
    folders: dict[str, str]
    fields: dict[str, dict[str, list[str]]]


def entry_points(group: str) -> list[EntryPoint]:
    """Entry points of a group, in the order of `sys.path`."""
    return current().groups.get(group, [])


def groups() -> list[str]:
    """Names of the groups that kernel reads and some package fills."""
    return sorted(current().groups)


def installed_version(distribution: str) -> str | None:
    """Version of an installed package, None if it isn't installed."""
    folder = current().folders.get(normalize(distribution))
    return None if folder is None else _name_and_version(folder, fields(distribution))[1]


def fields(distribution: str) -> dict[str, list[str]]:
    """The fields of a package's METADATA, by name in lower case; empty if it isn't installed."""
    found = current()
    key = normalize(distribution)
    if key not in found.folders:
        return {}
    if key not in found.fields:
        if found.folders[key]:
            found.fields[key] = _fields(found.folders[key])
        else:
            from importlib_metadata import distribution as find

            found.fields[key] = _parse_fields(str(find(key).metadata).splitlines())
    return found.fields[key]


def summary(point: EntryPoint) -> str:
    """What the package of an entry point says that it is, in one line; "" if it says nothing."""
    return " ".join(" ".join(fields(point.distribution).get("summary", [])[:1]).split())


def current() -> Scan:
    """The scan of this process; it runs once."""
    global _scan
    if _scan is None:
        _scan = _walk(sys.path)
    return _scan


def refresh() -> None:
    """Scan again on the next question, after something was installed into the running process."""
    global _scan
    _scan = None


def normalize(distribution: str) -> str:
    """Canonical form of a package's name: `Kernel_NLP` -> `kernel-nlp`."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def parse_entry_points(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (group, name, value) of an `entry_points.txt`."""
    group = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif line and line[0] not in "#;" and "=" in line:
            name, _, value = line.partition("=")
            yield group, name.strip(), value.strip()


def _walk(path: Iterable[str]) -> Scan:
    result = Scan({}, {}, {})
    odd = _has_other_finders()
    for place in dict.fromkeys(place or "." for place in path):
        try:
            with os.scandir(place) as entries:
                folders = [
                    entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))
                ]
        except NotADirectoryError:
            odd = True
            continue
        except OSError:
            continue
        for folder in sorted(folders):
            _add_folder(result, folder)
    if odd:
        _add_others(result)
    return result


def _add_folder(result: Scan, folder: str) -> None:
    # The first package of a name on the path hides the later ones, as it does for an import.
    key = normalize(os.path.basename(folder).rpartition(".")[0].partition("-")[0])
    if key in result.folders:
        return
    result.folders[key] = folder
    text = _read(os.path.join(folder, "entry_points.txt"))
    if text and any(prefix in text for prefix in PREFIXES):
        result.fields[key] = _fields(folder)
        name, version = _name_and_version(folder, result.fields[key])
        _add(result, text, name, version)


def _add(result: Scan, text: str, distribution: str, version: str) -> None:
    for group, name, value in parse_entry_points(text):
        if group.startswith(PREFIXES):
            point = EntryPoint(group, name, value, distribution, version)
            result.groups.setdefault(group, []).append(point)


def _add_others(result: Scan) -> None:
    from importlib_metadata import distributions

    for distribution in distributions():
        try:
            name = distribution.metadata.get("Name") or ""
        except FileNotFoundError:  # the remains of an uninstalled one
            continue
        key = normalize(name)
        if not key or key in result.folders:
            continue
        result.folders[key] = ""
        try:
            text = distribution.read_text("entry_points.txt") or ""
        except UnicodeDecodeError as error:
            _warn_of_broken(f"entry_points.txt of {name}", f"not valid UTF-8: {error.reason}")
            continue
        _add(result, text, name, distribution.version)


def _has_other_finders() -> bool:
    """Whether somebody else than Python and importlib_metadata, which look along `sys.path` as we do, has packages."""
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    kinds = [finder if isinstance(finder, type) else type(finder) for finder in finders]
    return any(kind.__module__ not in ("_frozen_importlib_external", "importlib_metadata") for kind in kinds)


def _name_and_version(folder: str, fields: dict[str, list[str]]) -> tuple[str, str]:
    name, _, version = os.path.basename(folder).rpartition(".")[0].partition("-")
    return fields.get("name", [name])[0], fields.get("version", [version])[0]


def _fields(folder: str) -> dict[str, list[str]]:
    """The fields of a package's metadata; the description, which comes after them, isn't read."""
    for file in ("METADATA", "PKG-INFO"):
        try:
            with open(os.path.join(folder, file), encoding="utf8", errors="replace") as lines:
                return _parse_fields(lines)
        except OSError:
            continue
    return {}


def _parse_fields(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    last: list[str] = []
    for line in lines:
        if not line.strip():
            break
        name, separator, value = line.partition(":")
        if line[0] in " \t" and last:
            last[-1] += "\n" + line.strip()
        elif separator:
            last = found.setdefault(name.strip().lower(), [])
            last.append(value.strip())
    return found


def _read(path: str) -> str | None:
    """The text of a file of entry points, None if there is none. One that can't be read is named, and there is none."""
    try:
        with open(path, encoding="utf8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as error:
        reason = f"byte 0x{error.object[error.start]:02x} is not valid UTF-8"
    except OSError as error:
        reason = error.strerror or str(error)
    _warn_of_broken(path, reason)
    return None


def _warn_of_broken(file: str, reason: str) -> None:
    from kernel.errors import warn

    warn(f"{file} can't be read ({reason}): nothing of this package is found. Reinstall or uninstall it.")
