"""A directory in which somebody stands stays itself when its content is replaced."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.errors import UsageError
from kernel.files import trees
from kernel.files.atomic import MANIFEST, atomic_directory, check_manifest, read_whole, whole, write_manifest
from kernel.files.in_place import MARKER, exchange, has_to_stay, is_half
from kernel.files.trees import entries

pytestmark = pytest.mark.skipif(os.name == "nt", reason="forks")


def write(path, **files):
    with atomic_directory(path) as folder:
        for name, text in files.items():
            file = folder / name.replace("__", "/")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)


def names(path):
    return [name for name, _ in entries(Path(path))]


def test_the_current_directory_is_filled_and_stays(tmp_path, monkeypatch):
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    number = os.stat(".").st_ino
    write(".", a="1", sub__b="1", old__c="1")
    assert sorted(os.listdir()) == ["a", MANIFEST, "old", "sub"] and os.listdir(tmp_path) == ["w"]
    Path("mine").mkdir()
    monkeypatch.chdir("mine")
    write("..", a="2", sub="2")
    assert Path.cwd() == tmp_path / "w" / "mine"
    monkeypatch.chdir("..")
    assert names(".") == ["a", MANIFEST, "mine", "sub"] and Path("a").read_text() == "2"
    assert os.stat(".").st_ino == number and os.listdir(tmp_path) == ["w"]
    check_manifest(".")


def test_an_error_leaves_the_current_directory_as_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("w").mkdir()
    monkeypatch.chdir("w")
    write(".", a="1")
    with pytest.raises(RuntimeError), atomic_directory(".") as folder:
        (folder / "a").write_text("2")
        raise RuntimeError
    assert Path("a").read_text() == "1" and names("..") == ["w", "w/a", f"w/{MANIFEST}"]
    Path("thesis").write_text("x")
    Path(MANIFEST).unlink()
    with pytest.raises(UsageError, match="not saved by kernel"):
        write(".", a="2")


def test_what_has_to_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w").mkdir()
    assert has_to_stay(tmp_path) and has_to_stay(tmp_path.parent) and has_to_stay(Path("/"))
    assert not has_to_stay(tmp_path / "w") and not has_to_stay(tmp_path / "nothing")
    monkeypatch.chdir("w")
    shutil.rmtree(tmp_path / "w")
    assert not has_to_stay(tmp_path)


MOUNTED = """
import os, subprocess
from pathlib import Path
from kernel.files.atomic import atomic_directory
from kernel.files.trees import entries

def write(text):
    with atomic_directory("w") as folder:
        (folder / "a").write_text(text)
        (folder / "sub").mkdir()
        (folder / "sub" / "b").write_text(text)

write("1")
for name, command in {"w/disk": ["-t", "tmpfs", "none"], "w/sub/bound": ["--bind", "elsewhere"]}.items():
    Path(name).mkdir()
    Path("elsewhere").mkdir(exist_ok=True)
    subprocess.run(["mount", *command, name], check=True)
    Path(name, "precious").write_text("x")
    write(name)
    assert Path("w/a").read_text() == Path("w/sub/b").read_text() == name
    assert Path(name, "precious").read_text() == "x" and Path(name, "precious").stat().st_nlink == 1
assert Path("elsewhere/precious").read_text() == "x"
assert sorted(os.listdir()) == ["elsewhere", "w"], os.listdir()
assert len(list(entries(Path("w")))) == 8
"""


def test_what_is_mounted_below_stays_on_its_disk(tmp_path):
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("may not mount")
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", MOUNTED],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_directory_with_a_mount_below_is_filled_and_one_mounted_meanwhile_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(trees, "MOUNTS", tmp_path / "mountinfo")
    out, disk = tmp_path / "out", tmp_path / "out" / "disk"
    trees.MOUNTS.write_text("")
    write(out, a="1")
    disk.mkdir()
    (disk / "precious").write_text("x")
    rename = Path.rename

    def mounting(self, target):
        if self == out:
            trees.MOUNTS.write_text(f"36 35 98:0 / {target / 'disk'} rw - ext3 /dev/a rw\n")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", mounting)
    with pytest.raises(UsageError, match=f"can't replace {out}: a disk was mounted below it meanwhile"):
        write(out, a="2")
    assert (out / "a").read_text() == "1" and (disk / "precious").read_text() == "x"
    assert sorted(os.listdir(tmp_path)) == ["mountinfo", "out"]
    trees.MOUNTS.write_text(f"36 35 98:0 / {disk} rw - ext3 /dev/a rw\n")
    number = out.stat().st_ino
    write(out, a="2")
    assert (out / "a").read_text() == "2" and out.stat().st_ino == number
    assert (disk / "precious").stat().st_nlink == 1
    assert sorted(os.listdir(tmp_path)) == ["mountinfo", "out"]


CRASH = """
import os, sys
from pathlib import Path
from kernel.files import in_place

left, real = int(sys.argv[1]), in_place.{function}

def dying(*paths):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    real(*paths)

in_place.{function} = dying
from kernel.files.atomic import atomic_directory
with atomic_directory(".") as folder:
    for name in ("a", "b", "new"):
        (folder / name).write_text("2")
"""


@pytest.mark.parametrize("function", ["link", "remove"])
def test_a_crash_at_any_time_leaves_the_old_or_the_new_whole(tmp_path, function):
    outcomes = set()
    for left in range(4):
        out = tmp_path / f"w{left}"
        write(out, a="1", b="1", old__c="1")
        (out / "mine").write_text("mine")
        code = subprocess.run(
            [sys.executable, "-c", CRASH.format(function=function), str(left)], cwd=out, check=False
        ).returncode
        found = read_whole(out, lambda folder: ((folder / "a").read_text(), (folder / "b").read_text()))
        assert found in (("1", "1"), ("2", "2"))
        check_manifest(whole(out))
        assert "w" in out.name and (out / "mine").read_text() == "mine"
        outcomes.add((code, found[0]))
        write(out, a="3")
        assert names(out) == ["a", MANIFEST, "mine"] and not list(tmp_path.glob(".*"))
    assert (9, "2") in outcomes


def test_files_of_others_are_neither_opened_nor_flushed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("w").mkdir()
    monkeypatch.chdir("w")
    write(".", a="1", old__c="1", sub__b="1")
    for name in ("mine", "old/mine", "sub/mine"):
        Path(name).write_text("x")
    Path("empty").mkdir()
    opened, flush = [], os.open

    def counting(path, *args, **options):
        opened.append(os.path.relpath(path))
        return flush(path, *args, **options)

    monkeypatch.setattr(os, "open", counting)
    write(".", a="2", sub__b="2")
    assert not [name for name in opened if "mine" in name or "empty" in name]
    # Of its own all: the files, and the folders that have got or lost something.
    assert {"a", "sub/b", "manifest.json", ".", "sub", "old"} <= set(opened)
    assert sorted(names(".")) == [
        "a",
        "empty",
        MANIFEST,
        "mine",
        "old",
        "old/mine",
        "sub",
        "sub/b",
        "sub/mine",
    ]


def test_a_file_of_others_that_may_not_be_read_is_no_obstacle(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("w", a="1")
    Path("w/secret").write_text("x")
    Path("w/secret").chmod(0)
    monkeypatch.chdir("w")
    write(".", a="2")
    assert Path("a").read_text() == "2" and names("..") == ["w", "w/a", f"w/{MANIFEST}", "w/secret"]


def test_who_reads_meanwhile_gets_the_new_one(tmp_path):
    out, new = tmp_path / "out", tmp_path / ".out.new"
    write(out, a="1", b="1")

    def read(folder):
        first = (folder / "a").read_text()
        if not new.exists() and first == "1":
            new.mkdir()
            (new / "a").write_text("2")
            (new / "b").write_text("2")
            write_manifest(new)
            exchange(out, new, MANIFEST)
        return first, (folder / "b").read_text()

    assert read_whole(out, read) == ("2", "2")
    assert not is_half(out, new) and not (out / MARKER).exists()
