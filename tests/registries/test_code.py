import hashlib
import importlib
import os
import sys

import pytest

from kernel.errors import CodeError
from kernel.registries.code import load_code, loaded
from kernel.registries.family import registry
from kernel.saving.provenance import provenance


@pytest.fixture(autouse=True)
def _clean():
    with registry.restored():
        yield


@pytest.fixture
def write(tmp_path):
    def write(text, name="functions.py"):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write


SOURCE = """\
import kernel

@kernel.registry.misc("mine.v1")
def {name}():
    return {value}
"""


def test_code_registers_its_functions(write):
    file = write(SOURCE.format(name="mine", value=1))
    load_code(file)
    assert registry.get("misc", "mine.v1")() == 1
    origin = registry.origin("misc", "mine.v1")
    assert (origin.file, origin.line) == (str(file), 3)


def test_loading_again_replaces(write):
    load_code(write(SOURCE.format(name="mine", value=1)))
    load_code(write(SOURCE.format(name="renamed", value=2) + "# longer\n"))
    assert registry.get("misc", "mine.v1")() == 2


def test_two_files_of_one_name_are_apart(write, tmp_path):
    (tmp_path / "other").mkdir()
    load_code(write("x = 1"))
    load_code(write(SOURCE.format(name="mine", value=3), "other/functions.py"))
    assert registry.get("misc", "mine.v1")() == 3


def test_error_names_file_and_line(write):
    with pytest.raises(CodeError, match=r"functions\.py:2: NameError: name 'nothing' is not defined"):
        load_code(write("x = 1\nnothing\n"))


def test_error_of_an_imported_module_names_the_line_in_the_file(write):
    with pytest.raises(CodeError, match=r"functions\.py:3: ModuleNotFoundError"):
        load_code(write("x = 1\n\nimport not_a_module_of_anyone\n"))


def test_code_that_was_written_for_spacy_is_told_what_to_import(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(CodeError, match=r"functions\.py:1: ModuleNotFoundError") as caught:
        load_code(write("from spacy.language import Language\n"))
    assert "says kernel here where it says spacy" in caught.value.hint


def test_syntax_error_names_its_place(write):
    with pytest.raises(CodeError, match=r"functions\.py:1:\d+: SyntaxError"):
        load_code(write("def (:\n"))


def test_missing_file():
    with pytest.raises(CodeError, match="no such file"):
        load_code("nowhere/functions.py")


def test_failed_code_leaves_nothing_behind(write):
    with pytest.raises(CodeError):
        load_code(write(SOURCE.format(name="mine", value=1) + "\nraise SystemExit(3)\n"))
    assert not registry.has("misc", "mine.v1")


def test_error_without_a_frame_in_the_code(tmp_path):
    (tmp_path / "notes.txt").write_text("text")
    with pytest.raises(CodeError, match=r"notes\.txt: not a Python file"):
        load_code(tmp_path / "notes.txt")


@pytest.fixture
def folder(tmp_path):
    """A package of two files; one imports the other."""
    made = tmp_path / "demo_code"
    made.mkdir()
    (made / "__init__.py").write_text("")
    (made / "values.py").write_text("VALUE = 7\n")
    (made / "functions.py").write_text(
        "import kernel\nfrom .values import VALUE\n\n\n"
        '@kernel.registry.misc("mine.v1")\ndef mine():\n    return VALUE\n'
    )
    yield made
    for name in [name for name in sys.modules if name.partition(".")[0] == "demo_code"]:
        del sys.modules[name]


def test_folder_with_relative_imports(folder):
    load_code(folder)
    assert registry.get("misc", "mine.v1")() == 7
    origin = registry.origin("misc", "mine.v1")
    assert (origin.file, origin.line) == (str(folder / "functions.py"), 5)


def test_folder_without_init(folder):
    (folder / "__init__.py").unlink()
    load_code(folder)
    assert registry.get("misc", "mine.v1")() == 7


def test_folder_is_loaded_again(folder):
    load_code(folder)
    (folder / "values.py").write_text("VALUE = 1000\n")
    load_code(folder)
    assert registry.get("misc", "mine.v1")() == 1000


def test_tests_of_a_folder_are_left_out(folder):
    (folder / "tests").mkdir()
    for name in ("tests/test_it.py", "test_more.py", "conftest.py", "__main__.py"):
        (folder / name).write_text("raise SystemExit\n")
    load_code(folder)


def test_error_in_a_folder_names_the_file(folder):
    (folder / "values.py").write_text("\nVALUE = nothing\n")
    with pytest.raises(CodeError, match=r"demo_code.values\.py:2: NameError"):
        load_code(folder)
    assert not registry.has("misc", "mine.v1")


def test_syntax_error_in_a_folder(folder):
    (folder / "values.py").write_text("def (:\n")
    with pytest.raises(CodeError, match=r"demo_code.values\.py:1:\d+: SyntaxError"):
        load_code(folder)


@pytest.mark.parametrize("line", ["import values", "from demo_code.values import VALUE"])
def test_absolute_imports_inside_a_folder_get_a_hint(folder, line):
    (folder / "functions.py").write_text(line + "\n")
    with pytest.raises(CodeError, match="relative imports: from"):
        load_code(folder)


def test_a_file_that_needs_its_neighbour_gets_a_hint(folder):
    (folder / "functions.py").write_text("import values\n")
    with pytest.raises(CodeError, match=r"'values' lies beside the file: .*`from \.values import"):
        load_code(folder / "functions.py")


def test_empty_folder(tmp_path):
    with pytest.raises(CodeError, match="no Python files"):
        load_code(tmp_path)


def test_dotted_module(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder.parent)
    load_code("demo_code.functions")
    assert registry.get("misc", "mine.v1")() == 7
    assert {code.name for code in loaded()} >= {"demo_code"}


def test_dotted_module_that_fails(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder.parent)
    (folder / "functions.py").write_text("1 / 0\n")
    with pytest.raises(CodeError, match=r"functions\.py:1: ZeroDivisionError"):
        load_code("demo_code.functions")
    with pytest.raises(CodeError, match="nowhere_to_be_found: no such file, folder or module"):
        load_code("nowhere_to_be_found")


def test_what_was_loaded_is_remembered_with_hashes(folder, write):
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / "__pycache__" / "values.pyc").write_bytes(b"")
    load_code(folder)
    load_code(write("x = 1\n", "plain.py"))
    found = {code.name: code.files for code in loaded()}
    assert set(found["demo_code"]) == {f"demo_code/{name}.py" for name in ("__init__", "functions", "values")}
    assert found["plain.py"] == {"plain.py": hashlib.sha256(b"x = 1\n").hexdigest()}


def test_forgotten_code_is_not_remembered(folder):
    with registry.restored():
        load_code(folder)
    assert "demo_code" not in {code.name for code in loaded()}


def recorded(name):
    """What a saved pipeline would say of the files of a function."""
    return provenance({"nlp": {"one": {"@misc": name}}})["code"]


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("is_folder", [False, True])
def test_the_recorded_digest_is_that_of_the_code_that_runs(is_folder, tmp_path, monkeypatch):
    """Also if the new source has the size and the time of the old one, by which Python knows compiled code."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "demo" / "functions.py"
    file.parent.mkdir()
    place, name = (file.parent, "demo/functions.py") if is_folder else (file, "functions.py")
    for value in range(3):
        file.write_text(SOURCE.format(name="mine", value=value))
        os.utime(file, (1_000_000_000, 1_000_000_000))
        load_code(place)
        assert registry.get("misc", "mine.v1")() == value
        assert recorded("mine.v1") == {name: sha256(file)}


def test_a_module_that_is_not_imported_again_keeps_its_digest(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder.parent)
    load_code("demo_code.functions")
    before = recorded("mine.v1")
    (folder / "values.py").write_text("VALUE = 1000\n")
    (folder / "more.py").write_text(SOURCE.format(name="more", value=1).replace("mine.v1", "more.v1"))
    load_code("demo_code.functions")
    assert (registry.get("misc", "mine.v1")(), recorded("mine.v1")["demo_code/values.py"]) == (
        7,
        before["demo_code/values.py"],
    )
    # What hasn't run before is recorded as it is now.
    load_code("demo_code.more")
    assert recorded("more.v1")["demo_code/more.py"] == sha256(folder / "more.py")
    assert recorded("mine.v1")["demo_code/values.py"] == before["demo_code/values.py"]


def test_code_of_ones_own_has_the_digest_of_when_it_ran(folder, monkeypatch):
    """Functions of a script or of a module that --code never saw."""
    monkeypatch.syspath_prepend(folder.parent)
    file = folder / "functions.py"
    module = importlib.import_module("demo_code.functions")
    before = sha256(file)
    file.write_text(file.read_text().replace("return VALUE", "return VALUE + 1000"))
    assert recorded("mine.v1") == {"functions.py": before}
    importlib.reload(module)
    assert registry.get("misc", "mine.v1")() == 1007
    assert recorded("mine.v1") == {"functions.py": sha256(file)} != {"functions.py": before}
    file.unlink()
    assert set(recorded("mine.v1")) == {"functions.py"}


def test_code_that_fails_when_it_is_loaded_again_is_gone(write):
    file = write("x = 1\n")
    load_code(file)
    file.write_text("1 / 0\n")
    with pytest.raises(CodeError):
        load_code(file)
    assert file.name not in {code.name for code in loaded()}
