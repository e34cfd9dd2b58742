"""Installed packages and their versions."""

from importlib.util import find_spec
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from kernel.discovery.scan import entry_points, installed_version
from kernel.errors import UsageError
from kernel.saving.directories import MODELS


def is_package(name: str) -> bool:
    """Whether a package of this name is installed."""
    return installed_version(name) is not None


def get_package_version(name: str) -> str | None:
    """The version of an installed package, None if it isn't there."""
    return installed_version(name)


def get_package_path(name: str) -> Path:
    """The folder of an import package. `UsageError` if there is none."""
    spec = find_spec(name)
    if spec is None or not spec.origin:
        raise UsageError(f"no package {name!r} can be imported")
    return Path(spec.origin).parent


def get_installed_models() -> list[str]:
    """The names of the installed packages of pipelines."""
    return sorted(point.name for point in entry_points(MODELS))


def is_compatible_version(version: str, constraint: str, prereleases: bool = True) -> bool | None:
    """Whether a version fits a constraint such as ">=1.0,<2"; None if one of them can't be read."""
    if constraint[:1].isdigit():
        constraint = f"=={constraint}"
    try:
        return SpecifierSet(constraint).contains(Version(version), prereleases=prereleases)
    except (InvalidSpecifier, InvalidVersion):
        return None


def is_unconstrained_version(constraint: str, prereleases: bool = True) -> bool | None:
    """Whether a constraint bounds versions on one side at most; None if it can't be read."""
    if constraint[:1].isdigit():
        constraint = f"=={constraint}"
    try:
        signs = {spec.operator for spec in SpecifierSet(constraint, prereleases=prereleases)}
    except InvalidSpecifier:
        return None
    below, above = bool(signs & {"<", "<="}), bool(signs & {">", ">="})
    return not ("==" in signs or (below and above))


def get_minor_version(version: str) -> str | None:
    """`1.2` of `1.2.3`; None if it is no version."""
    found = _version(version)
    return None if found is None else f"{found.major}.{found.minor}"


def get_base_version(version: str) -> str:
    """`1.2.3` of `1.2.3.dev4`."""
    return Version(version).base_version


def is_prerelease_version(version: str) -> bool:
    """Whether a version comes before its release."""
    return Version(version).is_prerelease


def is_minor_version_match(version_a: str, version_b: str) -> bool:
    """Whether two versions agree in their first two numbers."""
    a, b = get_minor_version(version_a), get_minor_version(version_b)
    return a is not None and a == b


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
