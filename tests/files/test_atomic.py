import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kernel.errors import DataError, KernelError, UsageError
from kernel.files.atomic import (
    atomic_directory,
    atomic_file,
    check_manifest,
    is_special,
    read_whole,
    tidy,
    whole,
)


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


def test_a_failing_rename_leaves_the_previous_directory(tmp_path):
    write(tmp_path / "out", a="1")
    with pytest.raises(OSError), atomic_directory(tmp_path / "out") as folder:
        (folder / "a").write_text("2")
        # Somebody puts something in the way of the new directory at the last moment.
        (tmp_path / ".out.new").write_text("in the way")
    assert (tmp_path / "out" / "a").read_text() == "1"
    write(tmp_path / "out", a="3")
    assert (tmp_path / "out" / "a").read_text() == "3"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def not_permitted(*names, **settings):
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.fixture(params=["links", "no links"])
def linking(request, monkeypatch):
    """File systems on which a file can have two names, and others."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", not_permitted)


@pytest.mark.usefixtures("linking")
def test_what_others_do_in_a_directory_while_it_is_saved_is_kept(tmp_path):
    out = tmp_path / "out"
    write(out, a="1", b="1")
    (out / "gone").write_text("mine")
    (out / "old").write_text("mine")
    (out / "old").chmod(0o640)
    with atomic_directory(out) as folder:
        (folder / "a").write_text("2")
        (out / "gone").unlink()
        (out / "old").write_text("changed")
        (out / "new" / "er").mkdir(parents=True)
        (out / "new" / "er" / "notes").write_text("mine")
        (out / "link").symlink_to("old")
        (out / "nowhere").symlink_to("nothing")
        (out / "inwards").symlink_to("new", target_is_directory=True)
    names = {"a", "manifest.json", "old", "new", "link", "nowhere", "inwards"}
    assert {path.name for path in out.iterdir()} == names
    assert (out / "a").read_text() == "2"
    assert (out / "link").read_text() == (out / "old").read_text() == "changed"
    assert stat.S_IMODE((out / "old").stat().st_mode) == 0o640
    assert (out / "inwards" / "er" / "notes").read_text() == "mine"
    assert (out / "nowhere").is_symlink()
    check_manifest(out)


@pytest.mark.skipif(os.name == "nt", reason="no directory with an open file is renamed there")
def test_who_has_a_file_open_goes_on_writing_to_it(tmp_path):
    out = tmp_path / "out"
    write(out, a="1")
    with (out / "log").open("w", buffering=1) as log:
        print("one", file=log)
        write(out, a="2")
        print("two", file=log)
    assert (out / "log").read_text() == "one\ntwo\n"


# A child is killed just before the n-th thing that it does to the file system, for every n.
CRASHES = """
import os, sys
from itertools import count
from pathlib import Path
from kernel.files.atomic import atomic_directory, read_whole

out = Path(sys.argv[1], "out")
killing = None
# The disk loses nothing here.
os.fsync = lambda handle: None

def hook(event, args):
    global killing
    if killing is not None and event in ("open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.truncate"):
        killing -= 1
        if killing < 0:
            os._exit(9)

sys.addaudithook(hook)

def write(text):
    with atomic_directory(out) as folder:
        (folder / "a").write_text(text)
        (folder / "b").mkdir()
        (folder / "b" / "c").write_text(text)

def read():
    before = sorted(path.name for path in out.parent.iterdir())
    found = read_whole(out, lambda folder: ((folder / "a").read_text(), (folder / "b" / "c").read_text()))
    assert before == sorted(path.name for path in out.parent.iterdir()), "reading changes nothing"
    return found

for number in count():
    write("old")
    child = os.fork()
    if not child:
        killing = number
        write("new")
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    first, missing = read(), not out.exists()
    print(status, *first, missing)
    write("newer")
    assert read() == ("newer", "newer")
    assert [path.name for path in out.parent.iterdir()] == ["out"], "the next writer tidies up"
    if status == 0:
        break
"""


@pytest.mark.skipif(os.name == "nt", reason="forks")
def test_a_crash_at_any_time_leaves_the_old_or_the_new_whole(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CRASHES, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    found = done.stdout.splitlines()
    # First always the old one, from some moment on always the new one, which is also there while none has the name.
    assert sorted(set(found)) == ["0 new new False", "9 new new False", "9 new new True", "9 old old False"]
    assert found == sorted(
        found, key=["9 old old False", "9 new new True", "9 new new False", "0 new new False"].index
    )


def test_the_files_of_others_survive_cleaning(tmp_path):
    kept = [
        ".out.more.0123abcd.partial",
        ".out.partial",
        "out.0123abcd.partial",
        ".other.0123abcd.old",
        ".out.x.old",
    ]
    for name in [*kept, ".out.0123abcd.partial", ".out.0123abcd.old"]:
        (tmp_path / name).mkdir()
    write(tmp_path / "out", a="1")
    assert (tmp_path / ".out.0123abcd.old").exists(), "nobody was killed, so nothing is looked for"
    (tmp_path / ".out.lock").touch()
    write(tmp_path / "out", a="1")
    assert {path.name for path in tmp_path.iterdir()} == {*kept, "out"}


def test_a_killed_writer_within_a_writer(tmp_path):
    code = """
import os, sys
from kernel.files.atomic import atomic_directory
with atomic_directory(sys.argv[1]) as outer, atomic_directory(outer) as inner:
    (inner / "a").touch()
    os._exit(9)
"""
    assert subprocess.call([sys.executable, "-c", code, tmp_path / "out"]) == 9
    assert len(list(tmp_path.iterdir())) == 4
    write(tmp_path / "out", a="1")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_killed_writer_of_a_file_leaves_nothing_for_long(tmp_path):
    code = """
import os, sys
from kernel.files.atomic import atomic_file
with atomic_file(sys.argv[1]) as fresh:
    fresh.touch()
    os._exit(9)
"""
    assert subprocess.call([sys.executable, "-c", code, tmp_path / "f"]) == 9
    assert len(list(tmp_path.iterdir())) == 2
    with atomic_file(tmp_path / "f") as fresh:
        fresh.write_text("1")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def read_both(path):
    return (path / "a").read_text(), (path / "b").read_text()


def test_what_is_replaced_while_it_is_read_is_read_again(tmp_path):
    out = tmp_path / "out"
    write(out, a="1", b="1")
    calls = []

    def read(folder):
        first = (folder / "a").read_text()
        calls.append(folder)
        if len(calls) == 1:
            write(out, a="2", b="2")
        return first, (folder / "b").read_text()

    assert read_whole(out, read) == ("2", "2")
    assert len(calls) == 2
    assert calls[1].name == "out"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_what_is_no_data_is_not_copied_to_be_read(tmp_path):
    out = tmp_path / "out"
    write(out, a="1", b="1")
    os.mkfifo(out / "theirs")
    (out / "gone").symlink_to(tmp_path / "nothing")
    seen = []

    def read(folder):
        if not seen:
            write(out, a="2", b="2")
            # A lock comes and goes while others save.
            (out / ".lock").write_text("")
        seen.append({path.name for path in folder.iterdir()})
        return read_both(folder)

    assert read_whole(out, read) == ("2", "2")
    assert len(seen) == 2 and not seen[1] & {".lock", "theirs", "gone"}


def test_one_who_saves_all_the_time_does_not_keep_others_from_reading(tmp_path):
    out = tmp_path / "out"
    write(out, a="0", b="0")
    calls = []

    def read(folder):
        first = (folder / "a").read_text()
        calls.append(folder)
        write(out, a=str(len(calls)), b=str(len(calls)))
        return first, (folder / "b").read_text()

    assert read_whole(out, read) == ("1", "1")
    assert len(calls) == 2
    assert not calls[1].exists(), "the copy is gone"


def test_a_directory_that_goes_and_comes_while_it_is_read(tmp_path):
    out = tmp_path / "out"
    write(out, a="1", b="1")

    def read(folder):
        if out.exists():
            # Between two renames, as a writer does it.
            out.rename(tmp_path / "aside")
            (tmp_path / "aside").rename(tmp_path / ".out.new")
        return read_both(folder)

    assert read_whole(out, read) == ("1", "1")


def test_an_error_of_the_reader_is_an_error(tmp_path):
    write(tmp_path / "out", a="1")
    calls = []
    with pytest.raises(FileNotFoundError):
        read_whole(tmp_path / "out", lambda folder: calls.append(1) or read_both(folder))
    assert len(calls) == 1
    with pytest.raises(FileNotFoundError):
        read_whole(tmp_path / "nothing", read_both)


def test_an_error_because_of_a_replacement_is_none(tmp_path):
    out = tmp_path / "out"
    write(out, a="1", b="1")

    def read(folder):
        if (folder / "b").exists():
            write(out, a="2")
            raise KernelError("b does not fit to a")
        return (folder / "a").read_text()

    assert read_whole(out, read) == "2"


def test_reading_renames_nothing(tmp_path):
    write(tmp_path / "out", a="1", b="1")
    (tmp_path / "out").rename(tmp_path / ".out.new")
    assert whole(tmp_path / "out") == tmp_path / ".out.new"
    assert read_whole(tmp_path / "out", read_both) == ("1", "1")
    assert [path.name for path in tmp_path.iterdir()] == [".out.new"]
    assert whole(tmp_path / "nothing") == tmp_path / "nothing"


TWO = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from kernel.files.atomic import atomic_directory
from kernel.errors import Locked

out, name, trials = sys.argv[1:]
for trial in range(int(trials)):
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with atomic_directory(f"{out}{trial}") as folder:
            for file in range(20):
                (folder / f"{name}{file}").write_text(name * 1000)
            (folder / "common").write_text(name)
        print("saved", flush=True)
    except Locked:
        print("told", flush=True)
"""


@pytest.mark.parametrize("trials", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_two_processes_that_write_one_directory(tmp_path, trials):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [
        subprocess.Popen([sys.executable, "-c", TWO, tmp_path / "out", name, str(trials)], **pipes)
        for name in "ab"
    ]
    found = []
    for trial in range(trials):
        for process in both:
            assert process.stdout.readline() == "ready\n"
        for process in both:
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.stdout.readline().strip() for process in both]
        check_manifest(tmp_path / f"out{trial}")
        name = (tmp_path / f"out{trial}" / "common").read_text()
        names = {*(f"{name}{file}" for file in range(20)), "common", "manifest.json"}
        assert {path.name for path in (tmp_path / f"out{trial}").iterdir()} == names
        found.append((name, said))
    for process in both:
        process.communicate()
    assert all("saved" in said for _, said in found)
    assert all(said[name == "b"] == "saved" for name, said in found), "what is there was saved"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"out{trial}" for trial in range(trials)
    )


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


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="no such names")
def test_devices_and_open_files_are_special_and_files_are_not(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "file").write_text("x")
    with (tmp_path / "file").open("a") as file:
        special = ["/dev/null", "/dev/stdout", f"/dev/fd/{file.fileno()}", tmp_path / "fifo"]
        assert all(map(is_special, special))
        if Path("/proc/self/fd").exists():
            assert is_special(f"/proc/self/fd/{file.fileno()}") and is_special(f"/proc/{os.getpid()}/fd/0")
        assert not any(
            map(is_special, [tmp_path / "file", tmp_path, tmp_path / "no", "/dev/no", "/dev/fd/9999"])
        )


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no such folder")
def test_a_file_in_shared_memory_is_written_whole_or_not_at_all():
    with TemporaryDirectory(dir="/dev/shm") as folder:
        file = Path(folder, "file")
        file.write_text("precious")
        assert not is_special(file)
        with pytest.raises(RuntimeError), atomic_file(file) as fresh:
            fresh.write_text("half")
            raise RuntimeError
        assert file.read_text() == "precious" and os.listdir(folder) == ["file"]
        with atomic_file(file) as fresh:
            fresh.write_text("new")
        assert file.read_text() == "new" and os.listdir(folder) == ["file"]


def test_of_what_is_not_read_the_size_is_compared(tmp_path):
    with atomic_directory(tmp_path / "m") as folder:
        (folder / "large").write_bytes(b"12345")
    (tmp_path / "m" / "large").write_bytes(b"12346")
    check_manifest(tmp_path / "m", unread=["large"])
    with pytest.raises(DataError, match="large was changed after it was saved"):
        check_manifest(tmp_path / "m")
    (tmp_path / "m" / "large").write_bytes(b"1234")
    with pytest.raises(DataError, match="large has 4 bytes instead of 5"):
        check_manifest(tmp_path / "m", unread=["large"])


def test_what_killed_writers_left_is_tidied_up_though_nobody_writes_it_again(tmp_path):
    """Files, directories, one that had not got its name yet; not what is being written, nor files of others."""
    code = """
import os, sys
from pathlib import Path
from kernel.files.atomic import atomic_directory, atomic_file
folder = Path(sys.argv[1])
with atomic_file(folder / "f") as fresh, atomic_directory(folder / "d") as other:
    fresh.touch()
    (other / "a").touch()
    os._exit(9)
"""
    write(tmp_path / "new", a="1")
    (tmp_path / "new").rename(tmp_path / ".new.new")
    (tmp_path / ".new.lock").touch()
    (tmp_path / ".mine").touch()
    assert subprocess.call([sys.executable, "-c", code, tmp_path]) == 9
    assert len(list(tmp_path.iterdir())) == 7
    with atomic_file(tmp_path / "g") as fresh:
        fresh.write_text("1")
        tidy(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"new", ".mine", ".g.lock", fresh.name}
    assert (tmp_path / "new" / "a").read_text() == "1" and (tmp_path / "g").read_text() == "1"
