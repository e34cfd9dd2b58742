"""What a pipeline consists of, and what is said when that isn't here."""

import warnings

import pytest

from kernel import Config, __version__
from kernel.discovery.scan import installed_version
from kernel.errors import KernelWarning, RegistryError
from kernel.registries.code import load_code
from kernel.registries.family import registry
from kernel.registries.origins import digest
from kernel.saving.provenance import (
    check_names,
    code_imports,
    compare_code,
    functions,
    functions_of,
    origin_of,
    provenance,
)

CONFIG = {
    "nlp": {"lang": "tst", "tokenizer": {"@tokenizers": "kernel.Tokenizer.v1"}},
    "components": {
        "one": {"factory": "mark", "inner": [{"@misc": "own.v1"}, {"a": {"@misc": "acme.F.v1"}}]},
        "copied": {"source": "elsewhere"},
        "open": {"factory": "${vars.factory}"},
    },
    "training": {"optimizer": {"@optimizers": "Adam.v1"}},
}
OWN = "import srsly\nimport json\nfrom kernel import registry\nregistry.misc('own.v1', func=lambda: 1)\n"
RECORD = {
    "names": {"misc": {"own.v1": "code:own.py", "acme.F.v1": "acme==1.2", "x.v1": "code:pack/part.py"}},
    "code": {"own.py": "0" * 64},
}


@pytest.fixture(autouse=True)
def clean():
    with registry.restored():
        yield


@pytest.fixture
def own(tmp_path):
    """`own(text)`: the code file own.py with that text, loaded."""

    def write(text=OWN):
        (tmp_path / "own.py").write_text(text)
        load_code(tmp_path / "own.py")
        return tmp_path / "own.py"

    return write


@pytest.fixture
def acme(fake_distribution):
    points = {"kernel_misc": {"acme.F.v1": "acme_prov:make"}}
    modules = {"acme_prov": "make = len\n"}
    fake_distribution("Acme", "1.2", requires=["numpy"], entry_points=points, modules=modules)


def test_every_named_function_has_its_path():
    found = functions(CONFIG)
    assert set(found) == {
        ("tokenizers", "kernel.Tokenizer.v1", "nlp.tokenizer.@tokenizers"),
        ("misc", "own.v1", "components.one.inner.0.@misc"),
        ("misc", "acme.F.v1", "components.one.inner.1.a.@misc"),
        ("optimizers", "Adam.v1", "training.optimizer.@optimizers"),
        ("languages", "tst", "nlp.lang"),
        ("factories", "mark", "components.one.factory"),
    }
    assert functions_of(CONFIG) == sorted(
        (kind, name) for kind, name, path in found if not path.startswith("training")
    )
    assert functions({}) == functions({"nlp": None, "components": {}}) == []


def test_the_record_names_packages_files_and_versions(own, acme):
    file = own()
    record = provenance({**CONFIG, "registry": {"override": {"b.v1": "code", "a.v1": "acme"}}})
    assert record["kernel"] == __version__
    assert record["names"]["misc"] == {"acme.F.v1": "Acme==1.2", "own.v1": "code:own.py"}
    assert record["names"]["optimizers"] == {"Adam.v1": f"thinc=={installed_version('thinc')}"}
    assert "factories" not in record["names"] and "languages" not in record["names"]
    assert record["code"] == {"own.py": digest(file)}
    assert list(record["overrides"].items()) == [("a.v1", "acme"), ("b.v1", "code")]
    # What the package and the code file need is there, too.
    assert (
        record["distributions"].items()
        >= {
            "acme": "1.2",
            "numpy": installed_version("numpy"),
            "srsly": installed_version("srsly"),
            "kernel-nlp": installed_version("kernel-nlp"),
        }.items()
    )
    assert str(file.parent) not in str(record)
    assert record == provenance({**CONFIG, "registry": {"override": {"a.v1": "acme", "b.v1": "code"}}})
    assert "overrides" not in provenance(CONFIG)


def test_a_function_that_has_its_name_from_another_package_names_both(fake_distribution):
    points = {"kernel_misc": {"home.F.v1": "home_prov:make"}}
    fake_distribution("home-nlp", entry_points=points, modules={"home_prov": "def make(): ..."})
    points = {"kernel_misc": {"acme.F.v1": "acme_other:make"}}
    fake_distribution("acme-nlp", entry_points=points, modules={"acme_other": "from home_prov import make"})
    registry.get("misc", "acme.F.v1")
    found = provenance({"nlp": {}, "components": {"one": {"inner": {"@misc": "acme.F.v1"}}}})
    assert found["names"]["misc"] == {"acme.F.v1": "acme-nlp==1.0"}
    assert found["distributions"]["home-nlp"] == "1.0" and found["distributions"]["acme-nlp"] == "1.0"


def test_two_files_of_one_name_are_told_apart(own, tmp_path):
    first = own()
    (tmp_path / "other").mkdir()
    second = tmp_path / "other" / "own.py"
    second.write_text("x = 1\n")
    load_code(second)
    assert provenance({})["code"] == {"own.py": digest(first), "own.py (2)": digest(second)}


def test_imports_of_custom_code_leave_out_pythons_and_its_own(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("from .part import zeros\nimport srsly\n")
    (tmp_path / "pack" / "part.py").write_text("import json\nfrom numpy import zeros\n")
    load_code(tmp_path / "pack")
    from kernel.registries.code import loaded

    mine = [code for code in loaded() if code.path.parent == tmp_path or code.path == tmp_path / "pack"]
    assert code_imports(mine) == {"srsly", "numpy"}


def missing(record, names=("own.v1",), **extra):
    config = {"components": {"one": {f"a{i}": {"@misc": name} for i, name in enumerate(names)}}, **extra}
    with pytest.raises(RegistryError) as caught:
        check_names(config, {"provenance": record}, "saved")
    return caught.value


@pytest.mark.parametrize(
    ("name", "line", "hint"),
    [
        ("own.v1", f"which came from the code file own.py (sha256 {'0' * 64})", "--code own.py (or"),
        ("x.v1", "which came from the code file pack/part.py", "--code pack (or"),
        ("acme.F.v1", "which came from acme 1.2", "pip install 'acme==1.2'."),
        ("nobody.v1", "misc 'nobody.v1'", "Install the packages that provide them"),
    ],
)
def test_missing_functions_say_where_they_came_from(name, line, hint):
    error = missing(RECORD, (name,))
    assert error.message.startswith("the pipeline saved needs functions that are not here:\n  misc ")
    assert line in error.message and hint in error.hint


def test_of_a_name_that_is_refused_the_reason_is_said_and_not_what_to_install():
    config = {"components": {"one": {"factory": "beam_parser"}}}
    with pytest.raises(RegistryError, match=r"factories 'beam_parser': a beam follows many") as caught:
        check_names(config, {}, "saved")
    assert caught.value.hint.startswith("Take 'parser'")
    assert "Install" not in caught.value.hint


@pytest.mark.parametrize(
    ("version", "config", "hint"),
    [
        ("1.0", {}, "pip install 'acme==1.2' (now 1.0 is installed)."),
        ("1.2", {}, "acme 1.2 is installed, but lacks the name: reinstall it."),
        ("1.2", {"plugins": {"deny": ["acme"]}}, "acme 1.2 is installed, but denied by [plugins] deny"),
    ],
)
def test_a_package_that_is_here_and_does_not_help(version, config, hint, fake_distribution):
    fake_distribution("acme", version)
    assert hint in missing(RECORD, ("acme.F.v1",), **config).hint


def test_each_remedy_is_said_once_and_the_line_is_that_of_the_config():
    config = Config.from_str(
        '[components.a]\nx = {"@misc": "own.v1"}\ny = {"@misc": "own.v1"}\n', name="my.cfg"
    )
    with pytest.raises(RegistryError) as caught:
        check_names(config, {"provenance": RECORD}, "saved")
    assert "my.cfg:2:" in caught.value.message and "my.cfg:3:" in caught.value.message
    assert caught.value.hint.count("--code own.py") == 1


def test_other_code_than_was_saved_is_warned_of(own):
    config = {"components": {"one": {"inner": {"@misc": "own.v1"}}}}
    file = own()
    saved = {"code": {"own.py": digest(file)}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare_code(config, saved, "saved")
        compare_code(config, {}, "saved")
        compare_code(config, {"code": {"another.py": "0" * 64}}, "saved")
    own(OWN + "# changed\n")
    with pytest.warns(KernelWarning, match=r"own\.py \(sha256 \w{12}, now \w{12}\); its predictions"):
        compare_code(config, saved, "saved")


def test_a_file_that_has_left_its_folder_is_warned_of(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    load_code(tmp_path / "pack")
    with pytest.warns(KernelWarning, match=r"pack/gone\.py \(no longer there\)"):
        compare_code({}, {"code": {"pack/gone.py": "0" * 64}}, "saved")


def test_what_a_record_says_of_a_name():
    assert origin_of(RECORD, "misc", "acme.F.v1") == "acme==1.2"
    assert origin_of(RECORD, "readers", "acme.F.v1") == origin_of({}, "misc", "a") == ""


def test_what_components_that_are_left_out_name_need_not_be_here():
    config = {"components": {"one": {"a": {"@misc": "own.v1"}}, "two": {"a": {"@misc": "own.v2"}}}}
    with pytest.raises(RegistryError, match=r"own\.v2") as caught:
        check_names(config, {}, "saved", ["one"])
    assert "own.v1" not in caught.value.message
    check_names(config, {}, "saved", ["one", "two"])
    assert list(config["components"]) == ["one", "two"]
