"""Packages of saved pipelines: names, versions, requirements, files; what is refused."""

import importlib
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

import kernel
from kernel import registry
from kernel.cli.run import run
from kernel.discovery import scan
from kernel.errors import CodeError, RegistryError
from kernel.packaging.build import package_name, package_version
from kernel.registries.code import load_code, module_name
from kernel.testing.distributions import installed, write_distribution

CODE = """
from kernel.component import Component
from kernel.language import Language
from kernel import registry

@registry.languages("tst")
class Test(Language):
    lang = "tst"

@Language.component("mark")
def mark(doc):
    doc.user_data["marked"] = True
    return doc
"""


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """The working directory with a saved pipeline `model` and its code, `my-code.py`, which is loaded."""
    monkeypatch.chdir(tmp_path)
    Path("my-code.py").write_text(CODE)
    with registry.restored():
        load_code("my-code.py")
        nlp = kernel.blank(
            "tst", meta={"name": "demo", "description": 'Says "marked".\nTwice.', "author": "Ann Ü"}
        )
        nlp.add_pipe("mark")
        nlp.to_disk("model")
        yield tmp_path


def package(*args):
    with registry.restored():
        return run(["package", "model", "out", *args])


def test_tree_and_metadata(workplace):
    assert package("--code", "my-code.py", "--version", "1.2") == 0
    root = Path("out/tst_demo-1.2")
    assert {p.name for p in (root / "dist").iterdir()} == {
        "tst_demo-1.2-py3-none-any.whl",
        "tst_demo-1.2.tar.gz",
    }
    with zipfile.ZipFile(root / "dist/tst_demo-1.2-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        fields = message_from_string(wheel.read("tst_demo-1.2.dist-info/METADATA").decode())
    assert {"tst_demo/__init__.py", "tst_demo/meta.json", "tst_demo/tst_demo-1.2/config.cfg"} <= names
    assert "tst_demo/code/my_code.py" in names
    version = scan.installed_version("kernel-nlp")
    assert fields["Name"] == "tst_demo" and fields["Version"] == "1.2" and fields["Author"] == "Ann Ü"
    assert fields["Summary"] == 'Says "marked". Twice.'
    assert f"kernel-nlp~={version}" in fields.get_all("Requires-Dist")
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["kernel_models"] == {"tst_demo": "tst_demo"}
    assert project["dependencies"] == [one for one in fields.get_all("Requires-Dist") if "extra" not in one]
    meta = json.loads((root / "tst_demo/meta.json").read_text())
    assert (meta["name"], meta["version"], meta["requirements"]) == ("demo", "1.2", project["dependencies"])
    assert "# tst_demo" in (root / "README.md").read_text()


def test_an_installed_package_loads_by_either_name(workplace, monkeypatch):
    assert package("--code", "my-code.py", "--build", "wheel") == 0
    with zipfile.ZipFile("out/tst_demo-0.0.0/dist/tst_demo-0.0.0-py3-none-any.whl") as wheel:
        wheel.extractall("site")
    for name in ("tst_demo", "tst-demo"):
        with registry.restored():
            registry.forget(module_name(Path("my-code.py")))
            with installed(workplace / "site"):
                assert kernel.load(name)("x").user_data["marked"]
                assert importlib.import_module("tst_demo").load()("x").user_data["marked"]


def test_code_that_is_here_already_is_not_loaded_twice(workplace):
    assert package("--code", "my-code.py", "--build", "none") == 0
    assert not Path("out/tst_demo-0.0.0/dist").exists()
    with installed(workplace / "out/tst_demo-0.0.0"):
        assert kernel.load("tst_demo")("x").user_data["marked"]
        assert "tst_demo.code.my_code" not in sys.modules


def test_the_source_archive_installs_without_a_network(workplace):
    assert package("--code", "my-code.py", "--build", "sdist") == 0
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-index",
    ]
    archive = "out/tst_demo-0.0.0/dist/tst_demo-0.0.0.tar.gz"
    pytest.importorskip("hatchling")
    subprocess.run([*pip, "--no-build-isolation", "--target", "site", archive], check=True)
    with registry.restored():
        registry.forget(module_name(Path("my-code.py")))
        with installed(workplace / "site"):
            assert kernel.load("tst_demo")("x").user_data["marked"]


def test_a_failing_module_in_an_installed_package_is_named(workplace):
    assert package("--code", "my-code.py", "--build", "none") == 0
    file = Path("out/tst_demo-0.0.0/tst_demo/code/my_code.py")
    file.write_text(CODE + "1 / 0\n")
    with registry.restored():
        registry.forget(module_name(Path("my-code.py")))
        message = rf"my_code\.py:{CODE.count(chr(10)) + 1}: ZeroDivisionError"
        with installed(workplace / "out/tst_demo-0.0.0"), pytest.raises(CodeError, match=message):
            kernel.load("tst_demo")


LANGUAGE = """
from kernel.language import Language
from kernel import registry

@registry.languages("tst")
class Test(Language):
    lang = "tst"
"""

ACME = """
from kernel.component import Component

def make(nlp, name: str):
    return Rule(name)

class Rule(Component):
    def __call__(self, doc):
        return doc
"""


def test_other_distributions_are_pinned_as_they_were_when_it_was_saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    points = {"kernel_factories": {"acme": "acme_nlp:make"}}
    write_distribution(
        tmp_path / "site", "acme-nlp", "1.2.0", entry_points=points, modules={"acme_nlp": ACME}
    )
    Path("language.py").write_text(LANGUAGE)
    with registry.restored():
        load_code("language.py")
        with installed(tmp_path / "site"):
            nlp = kernel.blank("tst")
            nlp.add_pipe("acme")
            nlp.to_disk("model")
        with pytest.raises(
            RegistryError, match=r"came from acme-nlp 1\.2\.0\n.*pip install 'acme-nlp==1\.2\.0'"
        ):
            kernel.load("model")
        assert run(["package", "model", "out", "--code", "language.py"]) == 0
    record = json.loads(Path("model/meta.json").read_text())["provenance"]
    assert record["names"]["factories"] == {"acme": "acme-nlp==1.2.0"}
    meta = json.loads(Path("out/tst_pipeline-0.0.0/tst_pipeline/meta.json").read_text())
    assert "acme-nlp~=1.2.0" in meta["requirements"]


def test_an_existing_package_is_replaced_only_by_force(workplace, capsys):
    args = ["--code", "my-code.py", "--build", "none"]
    assert package(*args) == 0
    assert package(*args) == 2
    assert "exists\nUse --force" in capsys.readouterr().err
    assert package(*args, "--force") == 0


def test_entries_over_the_meta(workplace):
    Path("more.json").write_text('\ufeff{"license": "MIT", "version": "3.0"}', encoding="utf-8")
    assert package("--code", "my-code.py", "--meta-path", "more.json", "--build", "none") == 0
    meta = json.loads(Path("out/tst_demo-3.0/tst_demo/meta.json").read_text())
    assert (meta["license"], meta["version"]) == ("MIT", "3.0")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--name", "dé mo"], "be the name of a package"),
        (["--version", "newest"], "not a version number"),
        (["--build", "egg"], "--build egg"),
        (["--build", "none,wheel"], "--build none,wheel"),
        (["--meta-path", "nowhere.json"], "nowhere.json: can't be read"),
        (["--meta-path", "my-code.py"], "my-code.py: not JSON"),
    ],
)
def test_mistakes(workplace, capsys, args, message):
    assert package("--code", "my-code.py", *args) == 2
    assert message in capsys.readouterr().err
    assert not Path("out").exists()


def test_what_is_no_pipeline(workplace, capsys):
    assert run(["package", "nowhere", "out"]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "package"),
    [("demo", "en_demo"), ("en_demo", "en_demo"), ("My-Demo", "en_my_demo"), ("a b", "en_a_b")],
)
def test_names(name, package):
    assert package_name(name, "en") == package


@pytest.mark.parametrize(("version", "form"), [("1.2", "1.2"), ("v1.0-beta2", "1.0b2"), ("01.2", "1.2")])
def test_versions(version, form):
    assert package_version(version) == form


def change_meta(**entries):
    meta = json.loads(Path("model/meta.json").read_text())
    for key, value in entries.items():
        part = meta
        *parents, last = key.split("__")
        for name in parents:
            part = part.setdefault(name, {})
        part[last] = value
    Path("model/meta.json").write_text(json.dumps(meta))
    Path("model/manifest.json").unlink(missing_ok=True)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("name", ["secret", "vocab/secret", "folder"])
def test_links_that_lead_out_of_the_pipeline_are_refused(workplace, capsys, name):
    Path("outside").mkdir()
    Path("outside/secret").write_text("secret")
    Path("model", name).symlink_to(workplace / ("outside" if name == "folder" else "outside/secret"))
    assert package("--code", "my-code.py") == 2
    assert f"model/{name}: a link that leads out of model" in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_inside_are_packed_as_files(workplace):
    Path("model/README").write_text("read me")
    Path("model/README.txt").symlink_to("README")
    assert package("--code", "my-code.py", "--build", "none") == 0
    packed = Path("out/tst_demo-0.0.0/tst_demo/tst_demo-0.0.0/README.txt")
    assert packed.read_text() == "read me" and not packed.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "a\x85b"])
def test_names_of_files_that_no_archive_can_hold(workplace, capsys, name):
    Path("model", name).write_text("")
    assert package("--code", "my-code.py") == 2
    error = capsys.readouterr().err
    assert "characters that no archive can hold" in error and "\x1b" not in error


@pytest.mark.parametrize(
    "entries",
    [
        {"provenance__distributions__evil\nRequires-Dist: worse": "1.0"},
        {"provenance__distributions__evil": "1.0; extra == 'x'"},
        {"provenance__distributions__evil @ https://evil": "1.0"},
        {"provenance__names__tokenizers": {"kernel.Tokenizer.v1": "evil\nX: y==1"}},
        {"provenance__names__tokenizers": {"kernel.Tokenizer.v1": "evil==1\nX: y"}},
    ],
)
def test_requirements_that_no_package_can_be_called(workplace, capsys, entries):
    change_meta(**entries)
    assert package("--code", "my-code.py") == 2
    assert "which no package can be called" in capsys.readouterr().err


def test_meta_stays_on_its_lines(workplace):
    bad = "x\nRequires-Dist: evil\r\nY: \x1b[31m"
    change_meta(
        author=bad,
        url=bad,
        license=bad,
        description=bad,
        labels={bad: [bad]},
        performance={bad: 1.0},
        components=[bad],
    )
    assert package("--code", "my-code.py", "--build", "wheel") == 0
    with zipfile.ZipFile("out/tst_demo-0.0.0/dist/tst_demo-0.0.0-py3-none-any.whl") as wheel:
        metadata = wheel.read("tst_demo-0.0.0.dist-info/METADATA").decode()
    fields = message_from_string(metadata)
    assert not any("evil" in line for line in fields.get_all("Requires-Dist"))
    assert "\x1b" not in metadata and "Y" not in fields
    assert not [line for line in metadata.splitlines() if line.startswith(("Requires-Dist: evil", "Y:"))]


def test_hints_hold_no_commands_of_the_pipeline(workplace, capsys):
    change_meta(
        provenance__names__factories={"mark": "code:x; touch pwned.py"},
        provenance__code={"x; touch pwned.py": "0" * 64},
    )
    with registry.restored():
        registry.forget(module_name(Path("my-code.py")))
        assert run(["package", "model", "out"]) == 2
        assert "--code 'x; touch pwned.py'" in capsys.readouterr().err
        with pytest.raises(RegistryError, match="--code 'x; touch pwned.py'"):
            kernel.load("model")
        change_meta(provenance__names__factories={"mark": "x'; touch pwned; '==1"})
        with pytest.raises(RegistryError) as caught:
            kernel.load("model")
    assert "touch" not in caught.value.hint


def test_the_command_to_install_is_one_word_for_a_shell(workplace, capsys):
    with registry.restored():
        assert run(["package", "model", "a b", "--code", "my-code.py", "--build", "wheel"]) == 0
    assert "pip install 'a b/tst_demo-0.0.0/dist/" in capsys.readouterr().out
