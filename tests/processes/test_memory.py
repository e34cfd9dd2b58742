"""Memory that another process of the same machine finds, and no other memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.processes.memory import Arena

SIZE = 1000
OTHER = f"""
import sys
from kernel.processes.memory import Arena

arena = Arena.opened({SIZE}, *sys.argv[1:])
print(None if arena is None else arena.array[:3].tolist())
if arena is not None:
    arena.array[-1] = 7
"""


def test_another_process_sees_the_same_bytes() -> None:
    arena = Arena.made(SIZE)
    assert arena.array.shape == (SIZE,) and not arena.array.any()
    arena.array[:3] = 1, 2, 3
    words = [sys.executable, "-c", OTHER, arena.address, arena.word]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "[1, 2, 3]\n"
    assert arena.array[-1] == 7
    words[-1] = "0" * len(arena.word)
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "None\n"
    arena.close()


def test_what_is_not_there_or_something_else_is_not_opened(tmp_path: Path) -> None:
    arena = Arena.made(SIZE)
    address, word = arena.address, arena.word
    assert Arena.opened(SIZE + 1, address, word) is None
    assert Arena.opened(SIZE, str(tmp_path), word) is None
    assert Arena.opened(SIZE, str(tmp_path / "nothing"), word) is None
    assert Arena.opened(SIZE, "/dev/null", word) is None
    file = tmp_path / "file"
    file.write_bytes(bytes(SIZE + len(word) // 2))
    assert Arena.opened(SIZE, str(file), word) is None
    arena.close()
    assert Arena.opened(SIZE, address, word) is None


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the system has no such folder")
def test_nothing_is_left() -> None:
    before = os.listdir("/dev/shm"), len(os.listdir("/proc/self/fd"))
    arena = Arena.made(SIZE)
    there = Arena.opened(SIZE, arena.address, arena.word)
    assert there is not None
    arena.close()
    assert not there.array.any()
    there.close()
    assert (os.listdir("/dev/shm"), len(os.listdir("/proc/self/fd"))) == before


def test_where_files_have_names_they_go_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    arena = Arena.made(SIZE)
    there = Arena.opened(SIZE, arena.address, arena.word)
    assert there is not None
    arena.array[0] = 5
    assert there.array[0] == 5
    arena.forget_name()
    assert not list(tmp_path.iterdir())
    arena.array[0] = 6
    assert there.array[0] == 6
    for each in (arena, there):
        each.close()
