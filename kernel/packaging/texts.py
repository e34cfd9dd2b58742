"""The text files of a pipeline's package: metadata, pyproject.toml, `__init__.py`, README."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importlib_metadata import PackageNotFoundError, metadata

from kernel.packaging.requirements import TRAINING
from kernel.saving.directories import MODELS
from kernel.visible import visible


@dataclass(frozen=True, slots=True)
class Description:
    """What the package says of itself. name: of the package and of its import package."""

    name: str
    version: str
    meta: Mapping[str, Any]
    requires: Sequence[str]
    training: Sequence[str]

    def get(self, key: str) -> str:
        """A text of the pipeline's meta on one line."""
        return one_line(self.meta.get(key) or "")

    @property
    def summary(self) -> str:
        return self.get("description") or f"{self.name}: a pipeline for kernel"


def one_line(value: Any) -> str:
    """What a pipeline says of itself as a text without line breaks and what a terminal would obey."""
    return visible(" ".join(str(value).split()))


def init(one: Description) -> str:
    """`__init__.py` of the import package."""
    return f'''"""{one.name} {one.version}: a pipeline for kernel. `kernel.load("{one.name}")` loads it."""

__version__ = "{one.version}"


def load(**settings):
    """Load the pipeline. The settings are those of `kernel.load`."""
    import kernel

    return kernel.load(__name__, **settings)
'''


CODE_INIT = '"""Custom code of the pipeline; it is imported when the pipeline is loaded."""\n'


def entry_points(one: Description) -> str:
    """`entry_points.txt`: how `kernel.load` finds the package."""
    return f"[{MODELS}]\n{one.name} = {one.name}\n"


def core_metadata(one: Description) -> str:
    """`METADATA` of the wheel, `PKG-INFO` of the source archive."""
    fields = [
        ("Metadata-Version", "2.1"),
        ("Name", one.name),
        ("Version", one.version),
        ("Summary", one.summary),
        ("Home-page", one.get("url")),
        ("Author", one.get("author")),
        ("Author-email", one.get("email")),
        ("License", one.get("license")),
        ("Requires-Python", requires_python()),
        *(("Requires-Dist", pin) for pin in one.requires),
        *([("Provides-Extra", TRAINING)] if one.training else []),
        *(("Requires-Dist", f'{pin} ; extra == "{TRAINING}"') for pin in one.training),
        ("Description-Content-Type", "text/markdown"),
    ]
    return "".join(f"{key}: {value}\n" for key, value in fields if value) + "\n" + readme(one)


def pyproject(one: Description) -> str:
    """`pyproject.toml` of the source archive, for tools that build it again."""
    lines = [
        "[build-system]",
        'requires = ["hatchling>=1.24"]',
        'build-backend = "hatchling.build"',
        "",
        "[project]",
        f"name = {_toml(one.name)}",
        f"version = {_toml(one.version)}",
        f"description = {_toml(one.summary)}",
        'readme = "README.md"',
        f"requires-python = {_toml(requires_python())}",
    ]
    author = {
        key: one.get(field) for key, field in (("name", "author"), ("email", "email")) if one.get(field)
    }
    if author:
        lines.append(
            "authors = [{ " + ", ".join(f"{key} = {_toml(text)}" for key, text in author.items()) + " }]"
        )
    lines.append(f"dependencies = {_toml_list(one.requires)}")
    if one.training:
        lines += ["", "[project.optional-dependencies]", f"{TRAINING} = {_toml_list(one.training)}"]
    lines += ["", f"[project.entry-points.{MODELS}]", f"{one.name} = {_toml(one.name)}"]
    # The folder may lie in a repository that ignores it.
    lines += ["", "[tool.hatch.build]", "ignore-vcs = true"]
    lines += ["", "[tool.hatch.build.targets.wheel]", f"packages = [{_toml(one.name)}]", ""]
    return "\n".join(lines)


def readme(one: Description) -> str:
    """A page on the pipeline: what it is, how to use it, what it predicts, its scores."""
    meta = one.meta
    rows = [
        ("name", one.name),
        ("version", one.version),
        ("kernel", one.get("kernel_version")),
        ("components", ", ".join(map(str, _list(meta.get("components")) or _list(meta.get("pipeline"))))),
        ("licence", one.get("license")),
        ("author", one.get("author")),
        ("source", one.get("url")),
    ]
    lines = [f"# {one.name}", "", one.summary, "", "| | |", "|---|---|"]
    lines += [f"| {key} | {_cell(value)} |" for key, value in rows if value]
    lines += ["", "```python", "import kernel", "", f'nlp = kernel.load("{one.name}")', "```", ""]
    labels = {name: _list(found) for name, found in _table(meta.get("labels")).items() if _list(found)}
    if labels:
        lines += ["## Labels", "", "| component | labels |", "|---|---|"]
        lines += [
            f"| {_cell(name)} | {_cell(', '.join(map(str, found)))} |" for name, found in labels.items()
        ]
        lines.append("")
    scores = {
        name: value
        for name, value in _table(meta.get("performance")).items()
        if value is None or isinstance(value, int | float)
    }
    if scores:
        lines += ["## Scores", "", "| score | value |", "|---|---|"]
        lines += [
            f"| {_cell(name)} | {'-' if value is None else f'{value:.4f}'} |"
            for name, value in scores.items()
        ]
        lines.append("")
    return "\n".join(lines)


def requires_python() -> str:
    """The versions of Python that the kernel runs on."""
    try:
        return metadata("kernel-nlp")["Requires-Python"] or ">=3.11"
    except (PackageNotFoundError, KeyError):
        return ">=3.11"


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_toml, values)) + "]"
