"""What others put into a directory of kernel's stays as it is."""

import os
import subprocess
from pathlib import Path

import pytest

from kernel.errors import UsageError
from kernel.files.atomic import atomic_directory, check_manifest
from kernel.files.trees import entries

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links")


def write(path, **files):
    with atomic_directory(path) as folder:
        for name, text in files.items():
            file = folder / name.replace("__", "/")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)


@pytest.fixture
def out(tmp_path):
    write(tmp_path / "out", a="1", sub__b="1", old__c="1")
    return tmp_path / "out"


def facts(path):
    found = path.lstat()
    return found.st_ino, found.st_mode, found.st_mtime_ns, os.readlink(path) if path.is_symlink() else ""


@pytest.fixture
def just_before(out, monkeypatch):
    """`just_before(act)`: what others do in the directory when the new one is ready, right before the old one steps aside."""

    def plan(act):
        rename = Path.rename

        def busy(self, target):
            if self == out:
                act()
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", busy)

    return plan


def test_what_others_do_until_the_last_moment_stays(out, tmp_path, just_before):
    for name in ("notes", "gone", "becomes_folder", "same"):
        (out / name).write_text("old")
    (out / "logs" / "deep").mkdir(parents=True)
    (out / "logs" / "deep" / "gone").write_text("old")
    (out / "mode").mkdir()
    same = facts(out / "same")

    def act():
        (out / ".notes.swp").write_text("new")
        os.replace(out / ".notes.swp", out / "notes")
        (out / "gone").unlink()
        (out / "becomes_folder").unlink()
        (out / "becomes_folder").mkdir()
        (out / "becomes_folder" / "file").write_text("new")
        (out / "logs" / "new").write_text("new")
        (out / "logs" / "deep" / "gone").unlink()
        (out / "logs" / "deep").rmdir()
        (out / "mode").chmod(0o700)
        (out / "link").symlink_to("notes")
        (out / "sub" / "mine").write_text("new")

    just_before(act)
    write(out, a="2", sub__b="2")
    assert {name for name, _ in entries(out)} == {
        *("a", "sub", "sub/b", "sub/mine", "manifest.json", "notes", "same", "link", "mode"),
        *("becomes_folder", "becomes_folder/file", "logs", "logs/new"),
    }
    for name in ("notes", "becomes_folder/file", "logs/new", "sub/mine"):
        assert (out / name).read_text() == "new"
    assert facts(out / "same") == same and os.readlink(out / "link") == "notes"
    assert (out / "mode").stat().st_mode & 0o777 == 0o700 and (out / "a").read_text() == "2"
    check_manifest(out)
    assert os.listdir(tmp_path) == ["out"]


def test_what_others_put_at_the_last_moment_where_a_file_belongs_is_an_error(out, tmp_path, just_before):
    just_before(lambda: (out / "new").write_text("mine"))
    with pytest.raises(UsageError, match=r"can't replace .*out: new was not saved by kernel"):
        write(out, a="2", new="2")
    assert (out / "new").read_text() == "mine" and (out / "a").read_text() == "1"
    check_manifest(out)
    assert os.listdir(tmp_path) == ["out"]


def test_empty_folders_links_and_fifos_are_kept(out, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("x")
    (out / "logs" / "deep").mkdir(parents=True)
    (out / "sub" / "notes").mkdir()
    (out / "sub" / "notes" / "n.txt").write_text("mine")
    (out / "sub" / "notes").chmod(0o500)
    (out / "to_folder").symlink_to(tmp_path / "data")
    (out / "to_file").symlink_to(tmp_path / "data" / "file")
    (out / "to_nothing").symlink_to("nowhere")
    os.mkfifo(out / "fifo")
    others = ["sub/notes/n.txt", "to_folder", "to_file", "to_nothing", "fifo"]
    before = {name: facts(out / name) for name in others}
    write(out, a="2", sub__b="2")
    assert {name: facts(out / name) for name in others} == before
    assert (out / "sub" / "notes").stat().st_mode & 0o777 == 0o500
    assert {name for name, is_folder in entries(out) if is_folder} == {
        "logs",
        "logs/deep",
        "sub",
        "sub/notes",
    }
    assert (out / "a").read_text() == (out / "sub" / "b").read_text() == "2"
    assert (tmp_path / "data" / "file").read_text() == "x"
    check_manifest(out)
    (out / "sub" / "notes").chmod(0o700)


def test_a_git_repository_is_kept(out):
    def git(*arguments):
        options = ["-c", "user.name=a", "-c", "user.email=b"]
        return subprocess.run(
            ["git", *options, *arguments], cwd=out, capture_output=True, text=True, check=True
        ).stdout

    git("init", "-q")
    git("add", "a", "sub")
    git("commit", "-qm", "one")
    git("gc", "-q")
    write(out, a="2", sub__b="1")
    assert git("status", "--short", "--untracked-files=no").split() == ["M", "a"]
    assert git("fsck") == "" and git("log", "--format=%s") == "one\n"


@pytest.mark.parametrize("inside", [False, True])
def test_what_would_be_lost_is_an_error_and_everything_stays(out, tmp_path, inside, monkeypatch):
    (out / "mine").write_text("x")
    (out / "folder").mkdir()
    (out / "folder" / "mine").write_text("x")
    (out / "link").symlink_to(tmp_path)
    before = list(entries(out))
    if inside:
        monkeypatch.chdir(out)
    for names, lost in (
        (["mine"], "mine"),
        (["mine__deep"], "mine"),
        (["folder"], "folder/mine"),
        (["folder__mine"], "folder/mine"),
        (["link__x"], "link"),
    ):
        with pytest.raises(UsageError, match=f"{lost} was not saved by kernel, and would be lost"):
            write(out, **dict.fromkeys(names, "2"))
        assert list(entries(out)) == before and (out / "a").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    # What is listed may become something else.
    write(out, a__deep="2", sub="2")
    assert (out / "a" / "deep").read_text() == (out / "sub").read_text() == "2" and not (out / "old").exists()
