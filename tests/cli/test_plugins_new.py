"""`kernel plugins new`: what it writes installs and passes its tests, ruff and mypy, file by file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.cli.run import run
from kernel.cli.scaffold.kinds import KINDS, kind_of
from kernel.cli.scaffold.project import files, owner_of
from kernel.registries.family import registry
from kernel.testing.distributions import installed, write_distribution

# Registries that nothing in a config is built from yet, or whose things are no functions.
WITHOUT = {"ops"}
# A dash, an underscore and an ending that the owner leaves out.
NAMES = {kind: f"acme-{kind}_nlp" for kind in KINDS}
WITHOUT_EXAMPLE = {
    *("layers", "objectives", "converters", "writers", "misc", "losses", "initializers", "cli", "modules"),
    *("span_getters", "annotation_setters"),
}
# What stands before the owner in the names of these kinds.
BEFORE = {"modules": "kernel.", "sections": "training."}


def tool(*args: str | Path, cwd: Path, path: list[Path] | None = None) -> str:
    """The output of `python -m ...`, which must succeed."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("KERNEL_", "PYTEST_"))}
    env["PYTHONPATH"] = os.pathsep.join(map(str, path or []))
    done = subprocess.run(
        [sys.executable, "-m", *map(str, args)], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new package of every kind, written by the command."""
    folder = tmp_path_factory.mktemp("new")
    for kind, name in NAMES.items():
        assert run(["plugins", "new", name, "--kind", kind, "--dir", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def site(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks as if all of them had been installed into it."""
    folder = tmp_path_factory.mktemp("site")
    for name in NAMES.values():
        project = tomllib.loads((packages / name / "pyproject.toml").read_text())["project"]
        write_distribution(
            folder,
            name,
            project["version"],
            requires=project["dependencies"],
            entry_points=project["entry-points"],
            modules={
                f"{path.parent.name}.{path.stem}": path.read_text()
                for path in (packages / name / "src").rglob("*.py")
            },
        )
    return folder


def test_there_is_a_template_for_every_kind_that_is_consumed() -> None:
    # Registries that a package adds are there only with it.
    added = {"span_getters", "annotation_setters"}
    assert {*KINDS} - {"objectives"} - added == {*registry.kinds(), "cli"} - WITHOUT - added


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_exactly_these(packages: Path, kind: str) -> None:
    folder = packages / NAMES[kind]
    module, package = kind_of(kind).module, f"acme_{kind}_nlp"
    expected = {"pyproject.toml", "README.md", ".gitignore", f"tests/test_{module}.py"}
    expected |= {f"src/{package}/{name}" for name in ("__init__.py", "py.typed", f"{module}.py")}
    expected |= {f"src/{package}/{name}.py" for name in kind_of(kind).files}
    expected |= set() if kind in WITHOUT_EXAMPLE else {"configs/example.cfg"}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == expected


@pytest.mark.parametrize("kind", KINDS)
def test_packages_are_small_and_say_what_they_are(packages: Path, kind: str) -> None:
    folder = packages / NAMES[kind]
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == NAMES[kind]
    assert project["dependencies"][0].startswith("kernel-nlp>=")
    (registered,) = project["entry-points"][f"kernel_{kind_of(kind).registry or kind}"]
    assert project["entry-points"]["kernel_owner"] == {f"acme_{kind}": f"acme_{kind}_nlp"}
    assert registered.startswith(BEFORE.get(kind, "") + f"acme_{kind}")
    lines = [line for path in folder.rglob("*") if path.is_file() for line in path.read_text().splitlines()]
    assert len(lines) < 160
    assert registered in (folder / "README.md").read_text()
    assert not [line for line in lines if re.search(r"\$(?!\{paths\.)", line)], "a placeholder was left"


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("schedules", "the next version in its name"),
        ("sections", "keys of a published section"),
        ("modules", "names in a published module"),
        ("cli", "options of a published command"),
        ("languages", "rules of a published language"),
    ],
)
def test_packages_promise_what_their_kind_can_keep(packages: Path, kind: str, kept: str) -> None:
    last = (packages / NAMES[kind] / "README.md").read_text().splitlines()[-1]
    assert kept in last
    has_versions = ".v1" in (packages / NAMES[kind] / "pyproject.toml").read_text().split("kernel_owner")[0]
    assert ("version" in last) == (has_versions and kind != "sections")


def test_the_classes_of_a_section_are_named_after_its_package(packages: Path) -> None:
    folder = packages / NAMES["sections"]
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    (target,) = project["entry-points"]["kernel_sections"].values()
    assert target == "acme_sections_nlp.section:AcmeSectionsSection"
    assert "class AcmeSectionsSection(Section)" in (folder / "src/acme_sections_nlp/section.py").read_text()


def test_ruff_and_mypy_accept_what_is_written(packages: Path) -> None:
    pytest.importorskip("ruff")
    pytest.importorskip("mypy")
    settings = packages / NAMES["misc"] / "pyproject.toml"
    tool("ruff", "check", "--isolated", "--no-cache", ".", cwd=packages)
    tool("ruff", "check", "--no-cache", ".", cwd=packages)
    tool("ruff", "format", "--check", "--no-cache", ".", cwd=packages)
    sources = [path for name in NAMES.values() for path in sorted((packages / name).glob("src/*"))]
    tests = [path for name in NAMES.values() for path in sorted((packages / name).glob("tests/*.py"))]
    tool(
        "mypy", "--config-file", settings, "--cache-dir", packages / ".cache", *sources, *tests, cwd=packages
    )


def test_packages_pass_their_own_tests(packages: Path, site: Path) -> None:
    settings = packages / NAMES["misc"] / "pyproject.toml"
    output = tool(
        *("pytest", "-q", "-p", "no:cacheprovider", "-c", settings, "--rootdir", packages),
        *[packages / name / "tests" for name in NAMES.values()],
        cwd=packages,
        path=[site],
    )
    assert "passed" in output and "skipped" not in output


def test_packages_have_no_mistakes_in_their_metadata(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with installed(site):
        code = run(["plugins", "check", *NAMES.values()])
    output = capsys.readouterr().out
    assert code == 0, output
    assert "warn" not in output and "FAIL" not in output, output


@pytest.fixture
def _installed(site: Path) -> Iterator[None]:
    with installed(site):
        yield


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT_EXAMPLE])
def test_example_configs_can_be_filled(packages: Path, kind: str) -> None:
    for package in ("architectures", "batchers", "callbacks", "components", "languages", "readers"):
        pytest.importorskip(f"kernel_{package}", reason="the examples are taggers of our own packages")
    from kernel.config import Config
    from kernel.training.prepare import fill_config, pipeline_class

    paths = {"paths.train": "train.txt", "paths.dev": "dev.txt"}
    config = Config.from_disk(packages / NAMES[kind] / "configs" / "example.cfg", overrides=paths)
    filled = fill_config(pipeline_class(config), config)
    assert f"acme_{kind}" in filled.to_str()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("acme nlp", "can't be the name of a package"),
        ("1acme", "can't be the name of a package"),
        ("acme--nlp", "can't be the name of a package"),
        ("acme-", "can't be the name of a package"),
        ("../acme", "can't be the name of a package"),
        ("naïve", "can't be the name of a package"),
        ("json", "imported as 'json', which already means something else"),
        ("Class", "imported as 'class', which already means something else"),
        ("kernel", "imported as 'kernel', which already means something else"),
        ("kernel-nlp-acme", "looks like one of kernel's own packages"),
        ("kernel_nlp", "looks like one of kernel's own packages"),
    ],
)
def test_bad_names_are_refused(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plugins", "new", name, "--kind", "misc", "--dir", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("acme-nlp", "acme"),
        ("acme", "acme"),
        ("Acme.Tools", "acme_tools"),
        ("kernel-acme", "acme"),
        ("acme-kernel", "acme"),
        ("nlp", "nlp"),
    ],
)
def test_owners_of_names(name: str, owner: str) -> None:
    assert owner_of(name) == owner
    written = tomllib.loads(files(name, "misc")["pyproject.toml"])["project"]["entry-points"]
    assert [*written["kernel_misc"]] == [f"{owner}.words.v1"]
    assert ("kernel_owner" in written) == (owner != name.lower())


def test_an_unknown_kind_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plugins", "new", "acme", "--kind", "architecture", "--dir", str(tmp_path)]) == 2
    assert "architectures" in capsys.readouterr().err


def test_a_package_starts_with_one_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plugins", "new", "acme", "-k", "layers", "-k", "readers", "--dir", str(tmp_path)]) == 2
    assert "--kind was given 2 times: layers, readers" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_existing_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "mine.txt").write_text("precious")
    assert run(["plugins", "new", "acme", "--kind", "misc", "--dir", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["mine.txt"]


def test_the_next_commands_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme").mkdir()
    assert run(["plugins", "new", "acme", "--kind", "misc", "--dir", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert f"cd {tmp_path / 'acme'}" in output and "kernel plugins check acme" in output


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_packages_install_without_network_and_pass_everything(
    packages: Path, kind: str, tmp_path: Path
) -> None:
    folder, target = packages / NAMES[kind], tmp_path / "site"
    tool(
        *(
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-build-isolation",
            "--no-deps",
            "--target",
            target,
            folder,
        ),
        cwd=tmp_path,
    )
    tool("pytest", "-q", "-p", "no:cacheprovider", cwd=folder, path=[target])
    tool("ruff", "check", "--no-cache", cwd=folder)
    tool("mypy", "--cache-dir", packages / ".cache", cwd=folder)
    tool("kernel", "plugins", "check", NAMES[kind], "--import", cwd=tmp_path, path=[target])
