"""Every distribution proves itself alone: `make isolated`, or `python scripts/isolated.py [PART ...]`.

Builds a wheel of each distribution, then, for the kernel alone, for each package beside the kernel, and for all
together: makes a fresh environment outside of the checkout, installs the wheels with what they declare, imports every
module, compares the imports with the declared requirements, and runs that part's tests from a copy. Third-party
packages come from the configured index. PART: "kernel", "all" or the folder name of a package, such as "readers"; or
"frameworks": all packages with torch, JAX and what goes with them, which takes long and 2 GB, so only when it is named.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ("constraints.txt", "constraints-torch.txt")
# Extras of packages that do something only with another framework.
FRAMEWORKS = ("torch", "jax", "onnx")
TOOLS = ["pytest", "hypothesis"]
# Tests of several packages together, and of the repository itself.
TOGETHER = ("integration", "rules")

# Runs in the fresh environment, before any tool for testing is installed.
PROBE = r"""
import ast, importlib, importlib.metadata as metadata, pathlib, pkgutil, re, sys

distribution = metadata.distribution(sys.argv[1])
files = [f for f in distribution.files if f.suffix == ".py"]
packages = sorted({f.parts[0] for f in files})
norm = lambda name: re.sub(r"[-_.]+", "-", name).lower()
declared, optional = set(), {"cupy", "torch"}
for line in distribution.requires or []:
    name = norm(re.match(r"[A-Za-z0-9._-]+", line)[0])
    (optional if "extra ==" in line else declared).add(name)
providers = metadata.packages_distributions()
failures = []
for package in packages:
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        if found.name.rpartition(".")[2] == "__main__":
            continue
        try:
            importlib.import_module(found.name)
        except ModuleNotFoundError as error:
            if norm(error.name or "") not in optional:
                failures.append(f"{found.name}: {error}")

def names(node):
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from names(child)

for file in files:
    path = pathlib.Path(distribution.locate_file(file))
    for name in sorted(set(names(ast.parse(path.read_text(encoding="utf8"))))):
        if name in sys.stdlib_module_names or name in packages:
            continue
        owners = {norm(owner) for owner in providers.get(name, [name])}
        if not owners & (declared | optional):
            failures.append(f"{file}: imports {name} of {', '.join(sorted(owners))}, which is not declared")
print("\n".join(failures))
sys.exit(bool(failures))
"""


@dataclass(frozen=True)
class Part:
    """What is installed together. tests: files and folders below the checkout that must pass with it.

    first: what is installed alone before. optional: whether the part is left out unless it is named.
    """

    name: str
    requirements: list[str]
    distributions: list[str]
    tests: list[Path]
    first: list[str] = field(default_factory=list)
    optional: bool = False


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--keep", action="store_true", help="leave the environments in place")
    options = parser.parse_args()
    parts = [
        part for part in all_parts() if part.name in options.parts or not (options.parts or part.optional)
    ]
    unknown = set(options.parts) - {part.name for part in all_parts()}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    # Background jobs ignore the signal, and so would the processes that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    work = Path(tempfile.mkdtemp(prefix="isolated-"))
    try:
        wheels = work / "wheels"
        run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
            + ["--wheel-dir", str(wheels), *map(str, distribution_folders())]
        )
        results = {part.name: check(part, work, wheels) for part in parts}
    finally:
        if options.keep:
            print(f"left in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    for name, problem in results.items():
        print(f"{name:16} {problem or 'ok'}")
    return int(any(results.values()))


def distribution_folders() -> list[Path]:
    return [
        ROOT,
        *sorted(p.parent for p in ROOT.glob("plugins/*/pyproject.toml")),
        ROOT / "plugins-transformers",
    ]


def all_parts() -> list[Part]:
    """The kernel alone, each package beside it, all together."""
    kernel, *packages = distribution_folders()
    own = [path for path in sorted((kernel / "tests").iterdir()) if path.name not in TOGETHER]
    # A pipeline without text, which the tests of training use: it takes no package.
    own.append(kernel / "tests" / "integration" / "numeric.py")
    parts = [Part("kernel", [project(kernel)], [project(kernel)], own)]
    for folder in packages:
        name = project(folder)
        parts.append(Part(folder.name, [name], [name], [folder / "tests"]))
    names = [project(folder) for folder in packages]
    tests = [*own[:-1], kernel / "tests" / "integration", *(folder / "tests" for folder in packages)]
    parts.append(Part("all", [f"{project(kernel)}[all]", *names], [project(kernel), *names], tests))
    return [*parts, frameworks(project(kernel), packages)]


def frameworks(kernel: str, packages: list[Path]) -> Part:
    """All packages with what their extras bring, and the tests of those that have extras for a framework."""
    extras = {
        folder: set(FRAMEWORKS) & set(table(folder).get("optional-dependencies", {})) for folder in packages
    }
    wanted = [f"{project(folder)}[{','.join(sorted(own))}]" for folder, own in extras.items() if own]
    pins = (ROOT / "constraints-torch.txt").read_text(encoding="utf8").splitlines()
    return Part(
        "frameworks",
        [f"{kernel}[all]", *wanted],
        [project(folder) for folder, own in extras.items() if own],
        [folder / "tests" for folder, own in extras.items() if own],
        first=[line for line in pins if line.startswith("torch==")],
        optional=True,
    )


def table(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf8"))["project"]
    return read


def project(folder: Path) -> str:
    name: str = table(folder)["name"]
    return name


def check(part: Part, work: Path, wheels: Path) -> str:
    """Install, import and test a part; returns what is wrong, "" for nothing."""
    start = time.perf_counter()
    place = work / part.name
    python = place / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    print(f"== {part.name}: {' '.join(part.requirements)}", flush=True)
    run([sys.executable, "-m", "venv", str(place / "env")])
    for requirements in (part.first, part.requirements):
        if requirements:
            install(python, wheels, requirements)
    if run([str(python), "-m", "pip", "check"], cwd=place, check=False):
        return "pip check failed"
    for name in part.distributions:
        if run([str(python), "-c", PROBE, name], cwd=place, check=False):
            return f"undeclared requirements of {name}"
    copies = [copy(path, place / "tests") for path in part.tests if holds_tests(path)]
    if not copies:
        return ""
    install(python, wheels, TOOLS)
    write_settings(place / "tests")
    status = run(
        [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "."], cwd=place / "tests", check=False
    )
    print(f"   {time.perf_counter() - start:.0f} s", flush=True)
    return "tests failed" if status else ""


def install(python: Path, wheels: Path, requirements: list[str]) -> None:
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = [word for name in CONSTRAINTS for word in ("-c", str(ROOT / name))]
    run([*pip, *pins, "--find-links", str(wheels), *requirements])


def copy(path: Path, target: Path) -> Path:
    """Copy tests below a folder, to the path that they have in the checkout."""
    place = target / path.relative_to(ROOT)
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, place, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(path, place)
    return place


def holds_tests(path: Path) -> bool:
    return path.is_file() or any(path.rglob("*.py"))


def write_settings(folder: Path) -> None:
    """The checkout's settings of pytest, in the folder with the copies; and the data that tests share."""
    shutil.copy(ROOT / "conftest.py", folder)
    shutil.copytree(ROOT / "configs", folder / "configs")
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["tool"]["pytest"][
        "ini_options"
    ]
    lines = ["[pytest]", f"addopts = {table['addopts']}", "xfail_strict = true"]
    for key in ("markers", "filterwarnings"):
        lines += [f"{key} =", *(f"    {value}" for value in table.get(key, ()))]
    (folder / "pytest.ini").write_text("\n".join(lines) + "\n", encoding="utf8")


def run(command: list[str], *, cwd: Path | None = None, check: bool = True) -> int:
    """Run a command with nothing of this environment's Python in its own."""
    place = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(command, cwd=cwd, env=place, check=check).returncode


if __name__ == "__main__":
    sys.exit(main())
