"""Files that commands write."""

import errno

import pytest

from kernel.cli.writing import check_free, unwritable, write_text
from kernel.errors import KernelError, UsageError


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
    with pytest.raises(UsageError, match="can't write .*: a file is where there should be a directory"):
        write_text(tmp_path / "a.txt" / "below", "x")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "x\ud800")
    assert (tmp_path / "a.txt").read_text(encoding="utf8") == "é\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "folder"}


def test_what_is_there_stays_unless_forced(tmp_path):
    check_free(tmp_path / "new", force=False)
    (tmp_path / "old").touch()
    check_free(tmp_path / "old", force=True)
    with pytest.raises(UsageError, match="old exists\nUse --force"):
        check_free(tmp_path / "old", force=False)
