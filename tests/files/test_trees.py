"""Walking, linking and removing without following links."""

import os
import stat

import pytest

from kernel.files.trees import entries, exists, flush_tree, link, remove, take_mode

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
