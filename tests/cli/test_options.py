"""What commands share: files that are written, and code that is read first."""

import errno

import pytest

from kernel.cli.options import load_codes, load_pipeline, unwritable, write_text
from kernel.errors import CodeError, KernelError, UsageError
from kernel.registries.family import registry


@pytest.mark.parametrize(
    ("code", "is_the_users_fault"),
    [(errno.ENOSPC, False), (errno.EIO, False), (errno.EACCES, True), (errno.EISDIR, True)],
)
def test_whose_fault_it_is_that_a_file_cannot_be_written(code, is_the_users_fault, tmp_path):
    error = unwritable(tmp_path / "a", OSError(code, "no"))
    assert isinstance(error, UsageError) == is_the_users_fault and isinstance(error, KernelError)
    assert error.message == f"can't write {tmp_path / 'a'}: no"


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    write_text(tmp_path / "a.txt", "é\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\n".encode()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="can't write"):
        write_text(tmp_path / "a.txt" / "below", "x")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "x\ud800")
    assert (tmp_path / "a.txt").read_text(encoding="utf8") == "é\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "folder"}


def test_code_is_loaded_in_its_order(tmp_path):
    with registry.restored():
        for name in ("a", "b"):
            text = f"from kernel import registry\nregistry.misc('{name}.v1', func=lambda: 1)\n"
            (tmp_path / f"{name}.py").write_text(
                text + ("assert registry.has('misc', 'a.v1')\n" if name == "b" else "")
            )
        with pytest.raises(CodeError):
            load_codes((tmp_path / "b.py", tmp_path / "a.py"))
        assert not registry.has("misc", "a.v1")
        load_codes((tmp_path / "a.py", tmp_path / "b.py"))
        assert registry.has("misc", "a.v1") and registry.has("misc", "b.v1")


def test_a_pipeline_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="can't find the pipeline"):
        load_pipeline(str(tmp_path / "none"), -1)
