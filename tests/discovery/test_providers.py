"""What files import, and who provides it."""

import pytest

from kernel.discovery.providers import distributions_of, imported, third_party
from kernel.discovery.scan import installed_version


@pytest.fixture
def write(tmp_path):
    def write(text, name="a.py"):
        file = tmp_path / name
        file.write_text(text, encoding="utf8")
        return file

    return write


def test_imports_wherever_they_stand(write):
    file = write(
        "from typing import TYPE_CHECKING\n"
        "import os.path, acme.deep as a\n"
        "from other.part import thing\n"
        "from . import sibling\n"
        "from .sibling import more\n"
        "if TYPE_CHECKING:\n"
        "    import only_for_types\n"
        "else:\n"
        "    import at_run_time\n"
        "def f():\n"
        "    try:\n"
        "        import inside\n"
        "    except ImportError:\n"
        "        pass\n"
    )
    assert imported(file) == {"typing", "os", "acme", "other", "at_run_time", "inside"}


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\0'\n"])
def test_what_is_no_python_imports_nothing(text, write, tmp_path):
    assert imported(write(text)) == set()
    assert imported(tmp_path / "missing.py") == set()
    assert imported(tmp_path) == set()


def test_bytes_that_are_no_text_import_nothing(tmp_path):
    file = tmp_path / "a.py"
    file.write_bytes(b"import acme\n# \xff\n")
    assert imported(file) == set()


def test_pythons_own_modules_and_other_files_do_not_count(write):
    files = [write("import json, numpy\n"), write("import acme\n", "b.py"), write("import third\n", "c.txt")]
    assert third_party(files) == {"numpy", "acme"}
    assert third_party([]) == set()


def test_distributions_that_provide_modules():
    assert distributions_of(["numpy", "kernel", "no_such_module"]) == {
        "kernel-nlp": installed_version("kernel-nlp") or "",
        "numpy": installed_version("numpy"),
    }
    assert distributions_of([]) == {}
