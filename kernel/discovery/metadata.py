"""What the metadata of an installed package says: its requirements, extras and the versions of kernel it admits."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kernel import __version__
from kernel.discovery import scan

if TYPE_CHECKING:
    from packaging.requirements import Requirement

KERNEL = "kernel-nlp"

# Modules whose package has another name.
_PROVIDERS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "google": "protobuf",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def kernel_range(distribution: str) -> str | None:
    """The versions of kernel that a package asks for, such as ">=0.3,<0.4"; "" for any, None if it asks for none."""
    ranges = [
        re.sub(r"[()\s]", "", rest.partition(";")[0])
        for name, rest in _lines(distribution)
        if name == KERNEL and "extra" not in rest.partition(";")[2]
    ]
    if not ranges:
        return None
    # Lower bounds first, whatever order the build tool wrote them in.
    return ",".join(
        sorted(filter(None, ",".join(ranges).split(",")), key=lambda part: not part.startswith(">"))
    )


def incompatibility(distribution: str) -> str | None:
    """ "kernel-nlp<0.3" if a package was made for another version of kernel than this, else None."""
    wanted = kernel_range(distribution)
    return f"{KERNEL}{wanted}" if wanted and not admits(wanted, __version__) else None


@cache
def admits(specifier: str, version: str) -> bool:
    """Whether a range such as ">=0.3,<0.4" contains a version. What nobody can read, of the two, fits."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except ValueError:
        # Of packaging, or of Python, which doesn't read numbers of thousands of digits.
        return True


def requirements(distribution: str) -> list[Requirement]:
    """Everything that a package requires, extras included; lines that nobody can read are left out."""
    lines = scan.fields(distribution).get("requires-dist", ())
    return [one for one in map(requirement, lines) if one is not None]


def required_here(distribution: str) -> list[str]:
    """Names of the packages that an installed one requires on this machine, extras left out."""
    found = {
        scan.normalize(one.name)
        for one in requirements(distribution)
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }
    return sorted(found)


@cache
def requirement(line: str) -> Requirement | None:
    """A requirement as pip writes it; None if nobody can read it."""
    from packaging.requirements import Requirement

    try:
        return Requirement(line)
    except ValueError:
        return None


def remedy(distribution: str, module: str) -> str:
    """What to install when a module of somebody else is missing that a package imports."""
    top = module.partition(".")[0]
    wanted = {scan.normalize(top), scan.normalize(_PROVIDERS.get(top, top))}
    optional = []
    for one in requirements(distribution):
        if scan.normalize(one.name) not in wanted:
            continue
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", str(one.marker or ""))
        if extra is None:
            return f"{distribution} requires {one.name}, which is not installed: pip install '{one.name}{one.specifier}'"
        optional.append(extra[1])
    # The extra that brings the least: `all` lists what the others do.
    optional.sort(key=lambda extra: extra in ("all", "dev", "test", "tests"))
    return f"pip install '{distribution}[{optional[0]}]'" if optional else ""


def _lines(distribution: str) -> list[tuple[str, str]]:
    """(normalised name, the rest of the line) of each requirement, those too that `requirement` can't read: they are shown."""
    found = []
    for line in scan.fields(distribution).get("requires-dist", ()):
        match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?(.*)", line)
        if match:
            found.append((scan.normalize(match[1]), match[2].strip()))
    return found
