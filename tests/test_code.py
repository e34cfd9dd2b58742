import pytest

from kernel.code import load_code
from kernel.errors import CodeError
from kernel.registry import registry


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
