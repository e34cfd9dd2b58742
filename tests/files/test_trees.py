"""Walking, linking and removing without following links."""

import os
import stat
from pathlib import Path

import pytest

from kernel.errors import UsageError
from kernel.files import trees
from kernel.files.trees import entries, exists, flush_tree, has_mounts, link, remove, take_mode

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and modes")


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    (root / "folder" / "empty").mkdir(parents=True)
    (root / "folder" / "file").write_text("x")
    (root / "to_folder").symlink_to(root / "folder")
    (root / "to_nothing").symlink_to("nowhere")
    return root


def test_folders_come_before_what_they_hold_and_links_are_not_followed(tree):
    assert list(entries(tree)) == [
        ("folder", True),
        ("to_folder", False),
        ("to_nothing", False),
        ("folder/empty", True),
        ("folder/file", False),
    ]
    assert exists(tree / "to_nothing") and not exists(tree / "nowhere")


def test_what_is_mounted_is_seen_and_not_removed_with_a_folder(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(trees, "MOUNTS", tmp_path / "mountinfo")

    def mount(folder):
        shown = str(folder).replace("\\", "\\134").replace(" ", "\\040")
        trees.MOUNTS.write_text(
            f"22 27 0:21 / /proc rw - proc proc rw\n36 35 98:0 / {shown} rw - ext3 /dev/a rw\n"
        )

    (tree / "fol").mkdir()
    mount(tree / "folder" / "a b\\c")
    assert has_mounts(tree) and has_mounts(tree / "folder") and has_mounts(Path("/"))
    assert not has_mounts(tree / "fol") and not has_mounts(tree / "folder" / "empty")
    mount(tree / "folder" / "empty")
    for folder in (tree, tree / "folder", tree / "folder" / "empty"):
        with pytest.raises(UsageError, match=f"can't remove {folder}: a disk is mounted there or below it"):
            remove(folder)
    assert (tree / "folder" / "file").exists() and (tree / "folder" / "empty").exists()
    remove(tree / "fol")
    trees.MOUNTS.unlink()
    assert not has_mounts(tree) and has_mounts(Path("/"))


def test_a_link_is_removed_and_not_what_it_leads_to(tree):
    remove(tree / "to_folder")
    remove(tree / "to_nothing")
    assert (tree / "folder" / "file").exists() and not exists(tree / "to_nothing")
    remove(tree / "folder")
    remove(tree / "folder")
    assert list(entries(tree)) == []


def test_a_second_name_is_that_of_the_same_thing(tree):
    os.mkfifo(tree / "fifo")
    for name in ("folder/file", "to_folder", "to_nothing", "fifo"):
        link(tree / name, tree / "second")
        assert os.path.samestat((tree / name).lstat(), (tree / "second").lstat())
        remove(tree / "second")


def test_modes_are_taken_over_and_flushing_skips_what_is_no_file(tree):
    (tree / "folder" / "file").chmod(0o640)
    (tree / "new").write_text("y")
    take_mode(tree / "new", tree / "folder" / "file")
    take_mode(tree / "new", tree / "nowhere")
    assert stat.S_IMODE((tree / "new").stat().st_mode) == 0o640
    os.mkfifo(tree / "fifo")
    flush_tree(tree)
