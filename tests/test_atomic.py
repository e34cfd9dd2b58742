import threading

import pytest

from kernel.atomic import atomic_directory, atomic_file, check_manifest, recover
from kernel.errors import DataError, UsageError


def write(path, **files):
    with atomic_directory(path) as folder:
        for name, text in files.items():
            (folder / name).write_text(text)


def test_directory_appears_complete_with_manifest(tmp_path):
    write(tmp_path / "out", a="1", b="2")
    check_manifest(tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a", "b", "manifest.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_error_leaves_the_previous_directory(tmp_path):
    write(tmp_path / "out", a="1")
    with pytest.raises(RuntimeError), atomic_directory(tmp_path / "out") as folder:
        (folder / "a").write_text("2")
        raise RuntimeError
    assert (tmp_path / "out" / "a").read_text() == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_replacing_drops_listed_files_and_keeps_foreign_ones(tmp_path):
    write(tmp_path / "out", a="1", b="1")
    (tmp_path / "out" / "notes").write_text("mine")
    write(tmp_path / "out", a="2")
    assert (tmp_path / "out" / "a").read_text() == "2"
    assert not (tmp_path / "out" / "b").exists()
    assert (tmp_path / "out" / "notes").read_text() == "mine"
    check_manifest(tmp_path / "out")


def test_a_directory_of_somebody_else_is_never_replaced(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis").write_text("x")
    with pytest.raises(UsageError, match="thesis|manifest"):
        write(tmp_path / "home", a="1")
    assert (tmp_path / "home" / "thesis").read_text() == "x"


def test_manifest_is_byte_stable(tmp_path):
    write(tmp_path / "one", b="2", a="1")
    write(tmp_path / "two", a="1", b="2")
    assert (tmp_path / "one" / "manifest.json").read_bytes() == (
        tmp_path / "two" / "manifest.json"
    ).read_bytes()


@pytest.mark.parametrize("damage", ["2", "22", None])
def test_damaged_file_is_named(tmp_path, damage):
    write(tmp_path / "out", a="1", b="1")
    file = tmp_path / "out" / "b"
    file.unlink() if damage is None else file.write_text(damage)
    with pytest.raises(DataError, match=r"\bb (is missing|has|was changed)"):
        check_manifest(tmp_path / "out")


def test_crash_between_the_renames_is_recovered(tmp_path):
    write(tmp_path / "out", a="1")
    (tmp_path / "out").rename(tmp_path / ".out.old")
    recover(tmp_path / "out")
    assert (tmp_path / "out" / "a").read_text() == "1"


def test_a_failing_rename_leaves_the_previous_directory(tmp_path):
    write(tmp_path / "out", a="1")
    with pytest.raises(OSError), atomic_directory(tmp_path / "out") as folder:
        (folder / "a").write_text("2")
        # Somebody puts something in the way of the new directory at the last moment.
        (tmp_path / ".out.old").write_text("in the way")
    assert (tmp_path / "out" / "a").read_text() == "1"
    assert not (tmp_path / ".out.partial").exists()


def test_one_who_reads_meanwhile_does_not_make_writing_fail(tmp_path):
    write(tmp_path / "out", a="0")
    stop = threading.Event()

    def read():
        while not stop.is_set():
            recover(tmp_path / "out")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(30):
            write(tmp_path / "out", a=str(number))
    finally:
        stop.set()
        reader.join()
    assert (tmp_path / "out" / "a").read_text() == "29"


def test_nested_use_on_the_yielded_directory(tmp_path):
    with atomic_directory(tmp_path / "out") as folder:
        write(folder, a="1")
    assert (tmp_path / "out" / "a").read_text() == "1"


def test_atomic_file(tmp_path):
    with atomic_file(tmp_path / "f") as file:
        file.write_text("1")
    with pytest.raises(RuntimeError), atomic_file(tmp_path / "f") as file:
        file.write_text("2")
        raise RuntimeError
    assert (tmp_path / "f").read_text() == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
