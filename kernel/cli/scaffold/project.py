"""The files of a new package."""

from __future__ import annotations

import re
from string import Template

from kernel import __version__
from kernel.cli.scaffold.kinds import Kind, kind_of
from kernel.discovery.scan import normalize
from kernel.errors import UsageError

# What the index of packages takes as a name, and what Python takes as a module.
_DISTRIBUTION = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_.][A-Za-z0-9]+)*")
# Names of imports that every plugin needs.
_TAKEN = frozenset({"kernel", "thinc", "numpy", "click", "pytest", "test", "tests", "src", "configs"})

_PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.24"]
build-backend = "hatchling.build"

[project]
name = "$distribution"
version = "0.1.0"
description = "For kernel: $about."
readme = "README.md"
requires-python = ">=3.11"
dependencies = [$dependencies]

[project.optional-dependencies]
dev = ["kernel-nlp[dev]"]

# Each name under which the package has something, and where that lies.
[project.entry-points.kernel_$kind]
"$registered" = "$target"
$more$claim
[tool.hatch.build.targets.wheel]
packages = ["src/$package"]

[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "--import-mode=importlib"
filterwarnings = ["error"]

[tool.ruff.lint]
extend-select = ["I"]

[tool.mypy]
strict = true
files = ["src", "tests"]

[[tool.mypy.overrides]]
module = ["thinc.*"]
ignore_missing_imports = true
follow_imports = "skip"
"""
_CLAIM = """
# The first part of all names that this package registers.
[project.entry-points.kernel_owner]
$owner = "$package"
"""
_README = """\
# $distribution

A plugin for kernel (`kernel-nlp`): $about.

    pip install -e ".[dev]"
    pytest && ruff check . && mypy
    kernel plugins check $distribution

$use
$promise
"""
_IN_A_CONFIG = """Once it is installed, a config may use `$registered`; see `configs/example.cfg`:

    kernel train configs/example.cfg --paths.train TRAIN --paths.dev DEV
"""
_OF_TRANSFORMER = (
    "Once it is installed, the component `transformer` may use it:\n\n"
    '    [components.transformer.{}]\n    @$kind = "$registered"\n'
)
_USES = {
    "cli": "Once it is installed, there is the command `kernel $registered`.\n",
    "converters": "Once it is installed: `kernel convert FILE DIR --converter $registered`\n",
    "writers": "Once it is installed: `kernel convert FILE DIR --to $registered`\n",
    "objectives": (
        'Once it is installed, `kernel pretrain` takes it:\n\n    [pretraining.objective]\n    @architectures = "$registered"\n'
    ),
    "span_getters": _OF_TRANSFORMER.format("model.get_spans"),
    "annotation_setters": _OF_TRANSFORMER.format("set_extra_annotations"),
    "modules": "Once it is installed, scripts may say `import $registered`.\n",
}
_ELSEWHERE = 'Once it is installed, a config may use it:\n\n    [some.block]\n    @$kind = "$registered"\n'
_EXAMPLE = """\
# A tagger that uses this package. Training also needs: pip install "kernel-nlp[all]"
"""
_SECTIONS = {
    "paths": "train = null\ndev = null",
    "nlp": 'lang = "xx"\npipeline = ["tagger"]',
    "components.tagger": 'factory = "tagger"',
}
_IGNORED = "__pycache__/\n*.egg-info/\n.mypy_cache/\n.pytest_cache/\n.ruff_cache/\nbuild/\ndist/\n"


def files(distribution: str, kind_name: str) -> dict[str, str]:
    """Path -> text of a new package. UsageError if the name can't be that of a package."""
    package = package_name(distribution)
    kind = kind_of(kind_name)
    owner = owner_of(distribution)
    words = {
        "distribution": distribution,
        "package": package,
        "owner": owner,
        "title": "".join(part[:1].upper() + part[1:] for part in owner.split("_")),
        "promise": kind.promise,
        "kind": kind.registry or kind_name,
        "target": f"{package}.{kind.module}" + (f":{kind.function}" if kind.function else ""),
        "dependencies": ", ".join(f'"{each}"' for each in (kernel_requirement(), *kind.requires)),
    }
    words["target"] = _fill(words["target"], words)
    words |= {"about": _fill(kind.about, words), "registered": _fill(kind.registered, words)}
    _check_free(words["kind"], words["registered"])
    words["more"] = "".join(
        f'\n[project.entry-points.kernel_{other}]\n"{_fill(name, words)}" = "{package}.{target}"\n'
        for other, (name, target) in kind.more.items()
    )
    words["claim"] = "" if owner == normalize(distribution) else _fill(_CLAIM, words)
    use = _ELSEWHERE if kind.config is None else _IN_A_CONFIG
    words["use"] = _fill(_USES.get(kind_name, use), words)
    texts = {
        "pyproject.toml": _PYPROJECT,
        "README.md": _README,
        ".gitignore": _IGNORED,
        f"src/{package}/__init__.py": '"""$about."""\n',
        f"src/{package}/py.typed": "",
        f"src/{package}/{kind.module}.py": kind.code,
        **{f"src/{package}/{name}.py": text for name, text in kind.files.items()},
        f"tests/test_{kind.module}.py": kind.test,
    }
    if kind.config is not None:
        texts["configs/example.cfg"] = _example(kind)
    made = {path: _fill(text, words) for path, text in texts.items()}
    made[f"src/{package}/__init__.py"] = f'"""{words["about"][0].upper()}{words["about"][1:]}."""\n'
    return made


def package_name(distribution: str) -> str:
    """The import package of a package: `acme-nlp` -> `acme_nlp`. UsageError for names that can't be used."""
    import keyword
    import sys

    if not _DISTRIBUTION.fullmatch(distribution):
        raise UsageError(
            f"'{distribution}' can't be the name of a package",
            hint="Use letters and digits with single dashes or underscores between them, such as acme-nlp.",
        )
    package = re.sub(r"[-_.]+", "_", distribution).lower()
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or package in _TAKEN:
        raise UsageError(
            f"the package would be imported as '{package}', which already means something else",
            hint="Choose another name, such as acme-nlp.",
        )
    if package == "kernel_nlp" or package.startswith("kernel_nlp_"):
        raise UsageError(
            f"'{distribution}' looks like one of kernel's own packages",
            hint="Put your own name first, such as acme-nlp.",
        )
    return package


def owner_of(distribution: str) -> str:
    """The first part of the names that a package registers: `acme` for `acme-nlp`, `acme_tools` for `acme-tools`."""
    package = re.sub(r"[-_.]+", "_", distribution).lower()
    return re.sub(r"^(kernel_)(?=.)|(?<=.)(_nlp|_kernel)$", "", package)


def _check_free(kind: str, name: str) -> None:
    """Raise UsageError if the kernel itself has a module or a section of the name of a new one."""
    from kernel.cli.check_metadata import refusal

    reason = refusal(kind, name)
    if reason:
        raise UsageError(
            f"the package would have {name}, but {reason}", hint="Choose another name, such as acme-nlp."
        )


def kernel_requirement() -> str:
    """The versions of kernel that a package written for this one works with."""
    major, minor = (int(part) for part in __version__.split(".")[:2])
    return f"kernel-nlp>={major}.{minor},<{major}.{minor + 1}"


def _example(kind: Kind) -> str:
    sections = {**_SECTIONS, **(kind.config or {})}
    # A block stands after the section that it is in.
    order = sorted(sections, key=lambda name: (list(_SECTIONS).index(name) if name in _SECTIONS else 9, name))
    return _EXAMPLE + "".join(f"\n[{name}]\n{sections[name]}\n" for name in order)


def _fill(text: str, words: dict[str, str]) -> str:
    return Template(text).substitute(words)
