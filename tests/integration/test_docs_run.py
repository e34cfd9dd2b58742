"""Every command and every block of code in the documents works as written.

A page is worked through from top to bottom in a directory of its own. How blocks are read, by the words after ```:

- `bash`: `kernel`, `python` and `pytest` commands are run; `exit=2` expects that exit code. `pip install -e FOLDER` makes
  a plugin of the page visible, as if it were installed. Others, such as `make`, are known but not run here.
- `python`: run; all blocks of a page share their names.
- `title="name"`: the block is the file of that name. `title="output"`: lines that the commands before must have printed,
  numbers and spaces aside; `title="results"`: the same, but only when trained in full.
- `ini` without a title: part of a config, whose functions must exist and take the settings. `toml`: must be well-formed.
- `needs=torch`, or several modules with commas between them: left out where one of them is not installed. The tests of
  `make test-transformers` work through the pages that have such blocks, with nothing left out.
- `text` and `json` without a title, and `norun`: only to be read.

The quick tests train a few steps on a part of the data; `make slow` trains as written.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from kernel.config import Config, fill
from kernel.registries.family import registry
from kernel.testing import installed, write_distribution
from kernel.testing.box import Box
from kernel.tokens import underscore

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins*/**/README.md")])
    if not {"reference", ".venv", ".venv-torch", "node_modules"} & set(path.relative_to(ROOT).parts)
]
REFERENCE = sorted((ROOT / "docs" / "reference").glob("*.md"))
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FEW = {"train.jsonl": 105, "dev.jsonl": 15, "test.jsonl": 15}
SHORT = ["--training.max_steps", "4", "--training.eval_frequency", "2"]
NOT_RUN_HERE = {
    "git",
    "make",
    "pip",
    "python -m build",
    "python -m venv",
    "ruff",
    "mypy",
    "pytest",
    "cd",
    "source",
}
# Made before a page that uses it, because its own page makes it with `make demo`.
DEMO = "output/demo"


@dataclass
class Block:
    language: str
    options: dict[str, str]
    text: str
    line: int

    @property
    def title(self) -> str | None:
        return self.options.get("title")

    @property
    def missing(self) -> list[str]:
        """Modules that the block needs and that are not installed."""
        names = self.options.get("needs", "").split(",")
        return [name for name in names if name and find_spec(name) is None]


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf8")
    for match in FENCE.finditer(text):
        words = [word.partition("=")[::2] for word in shlex.split(match[2])]
        yield Block(match[1], dict(words), match[3], text.count("\n", 0, match.start()) + 1)


class Page:
    """The work of going through one page."""

    def __init__(self, path: Path, folder: Path, *, short: bool) -> None:
        self.path = path
        self.short = short
        self.box = Box(folder)
        self.printed = ""
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.installed = ExitStack()
        self._copy_data()

    def work_through(self) -> None:
        with self.installed, self.box.entered(), registry.restored(), underscore.restored():
            sys.path.insert(0, str(self.box.path))
            try:
                for block in blocks(self.path):
                    self.work(block)
            finally:
                sys.path.remove(str(self.box.path))

    def work(self, block: Block) -> None:
        where = f"{self.path.relative_to(ROOT)}:{block.line}"
        if block.missing:
            pass
        elif block.title in ("output", "results"):
            if block.title == "output" or not self.short:
                self.compare(block, where)
        elif block.title:
            self.box.file(block.title, block.text)
        elif "norun" in block.options or block.language in ("text", "json"):
            pass
        elif block.language == "bash":
            self.run(block, where)
        elif block.language == "python":
            with redirect_stdout(StringIO()) as out:
                exec(compile(block.text, where, "exec"), self.names)  # noqa: S102
            self.printed = out.getvalue()
        elif block.language == "ini":
            check_part(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        else:
            raise AssertionError(f"{where}: nobody checks a block of {block.language}")

    def run(self, block: Block, where: str) -> None:
        self.printed = ""
        for line in block.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if not words:
                continue
            if words[0] == "kernel":
                self.run_kernel(words[1:], int(block.options.get("exit", 0)), f"{where}: {line}")
            elif words[0] == "python" and words[1].endswith(".py"):
                self.run_file(words[1])
            elif "pytest" in words[:2]:
                self.run_tests(words, f"{where}: {line}")
            elif words[:3] == ["pip", "install", "-e"] and words[3] not in (".", ".[cuda12x]"):
                self.install(self.box.path / words[3])
            else:
                known = {words[0], " ".join(words[:3])} & NOT_RUN_HERE
                assert known, f"{where}: nobody checks {line}"
                if words[0] == "make":
                    assert f"\n{words[1]}:" in (ROOT / "Makefile").read_text(encoding="utf8"), (
                        f"{where}: {line}"
                    )

    def run_kernel(self, words: list[str], expected: int, where: str) -> None:
        more = SHORT if self.short and "train" in words else []
        result = self.box.run(*words, *more)
        self.printed += result.stdout + result.stderr
        assert result.exit_code == expected, f"{where}\n{result.stdout}{result.stderr}"

    def run_file(self, name: str) -> None:
        file = self.box.path / name
        with redirect_stdout(StringIO()) as out, registry.restored(), underscore.restored():
            code = compile(file.read_text(encoding="utf8"), name, "exec")
            exec(code, {"__name__": "__main__", "__file__": str(file)})  # noqa: S102
        self.printed += out.getvalue()

    def run_tests(self, words: list[str], where: str) -> None:
        variables = dict(word.split("=") for word in words[: words.index("pytest")])
        words = words[words.index("pytest") + 1 :]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", *words]
        env = {**self.box.env, **variables}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"

    def install(self, folder: Path) -> None:
        """Make a plugin visible here and to the processes that are started."""
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf8"))["project"]
        code = folder / "src" if (folder / "src").is_dir() else folder
        write_distribution(
            code,
            project["name"],
            project["version"],
            requires=project.get("dependencies", ()),
            entry_points=project.get("entry-points"),
        )
        self.box.env["PYTHONPATH"] = f"{code}{os.pathsep}{self.box.env.get('PYTHONPATH', '')}"
        os.environ["PYTHONPATH"] = self.box.env["PYTHONPATH"]
        self.installed.enter_context(installed(code))

    def compare(self, block: Block, where: str) -> None:
        printed = {plain(line) for line in self.printed.splitlines()}
        missing = [line for line in block.text.splitlines() if line.strip() and plain(line) not in printed]
        assert not missing, (
            f"{where} shows what was not printed:\n" + "\n".join(missing) + "\n---\n" + self.printed
        )

    def _copy_data(self) -> None:
        shutil.copytree(ROOT / "configs", self.box.path / "configs")
        shutil.copytree(
            ROOT / "plugins", self.box.path / "plugins", ignore=shutil.ignore_patterns("src", "tests")
        )
        if self.short:
            for name, number in FEW.items():
                file = self.box.path / "configs" / "sample" / name
                lines = file.read_text(encoding="utf8").splitlines(keepends=True)
                file.write_text("".join(lines[:number]), encoding="utf8")


def plain(line: str) -> str:
    """A line with every number as 0, every run of dashes as one, and single spaces."""
    return " ".join(re.sub(r"-+", "-", re.sub(r"\d[\d.,]*", "0", line)).split())


def check_part(text: str) -> None:
    """Part of a config: well-formed, and every function in it exists and takes its settings."""

    def visit(value: Any, path: str) -> None:
        if isinstance(value, dict):
            if any(key.startswith("@") for key in value):
                fill(value, path=path)
            else:
                for key, item in value.items():
                    visit(item, f"{path}.{key}" if path else key)
                    if key == "factory":
                        assert registry.has("factories", item), f"there is no factory {item}"

    visit(Config.from_str(text), "")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pipeline of `make demo`, after a few steps."""
    box = Box(tmp_path_factory.mktemp("demo"))
    shutil.copytree(ROOT / "configs", box.path / "configs")
    result = box.run("train", "configs/demo.cfg", "--output", DEMO, *SHORT)
    assert result.exit_code == 0, result.stderr
    return box.path / DEMO


def work_through(path: Path, tmp_path: Path, request: pytest.FixtureRequest, *, short: bool) -> None:
    page = Page(path, tmp_path, short=short)
    if DEMO in path.read_text(encoding="utf8"):
        shutil.copytree(request.getfixturevalue("demo"), tmp_path / DEMO)
    page.work_through()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_works(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    work_through(path, tmp_path, request, short=True)


# `make test-transformers` runs these, which have been skipped or worked through in part before.
@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if any("needs" in block.options for block in blocks(path))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_page_that_needs_more_works(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    missing = sorted({name for block in blocks(path) for name in block.missing})
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    work_through(path, tmp_path, request, short=True)


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_works_in_full(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    work_through(path, tmp_path, request, short=False)


@pytest.mark.parametrize("path", [*PAGES, *REFERENCE], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        place = (path.parent / file) if file else path
        assert place.exists(), f"{path.relative_to(ROOT)} links to {target}"
        if anchor:
            assert anchor in anchors(place), f"{path.relative_to(ROOT)} links to {target}"


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
