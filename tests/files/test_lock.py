"""Locks: who gets them, what the others are told, and what becomes of those whose holder has ended."""

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from kernel.errors import KernelWarning, Locked
from kernel.files.atomic import atomic_directory, atomic_file, move
from kernel.files.lock import Lock, lock_file

HOST = socket.gethostname()
HOLD = """
import os, sys
from kernel.files.lock import Lock
lock = Lock(sys.argv[1], inside=len(sys.argv) > 2)
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""
posix = pytest.mark.skipif(os.name == "nt", reason="of POSIX")


@contextmanager
def holder(*args, code=HOLD):
    """Another process that holds the lock of the first argument until its input ends."""
    command = [sys.executable, "-c", code, *map(str, args)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


@pytest.fixture
def without_flock(monkeypatch):
    """A file system that knows no locks."""
    fcntl = pytest.importorskip("fcntl")

    def fail(*args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", fail)


@pytest.fixture(params=["flock", "file"])
def way(request):
    """Both ways to lock."""
    if request.param == "file":
        request.getfixturevalue("without_flock")
    return request.param


def stale(target, **facts):
    """The file of a lock, as its holder left it."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    holder = {"pid": gone.pid, "host": HOST, "started": "", "since": "2020-01-01 10:02:00+00:00", **facts}
    lock_file(target).write_text(json.dumps(holder))


def test_the_file_is_there_while_it_is_held(tmp_path, way):
    with Lock(tmp_path / "out") as lock:
        assert lock.held
        assert not lock.was_left
        assert json.loads((tmp_path / ".out.lock").read_text()).keys() == {"pid", "host", "started", "since"}
    assert not lock.held
    assert list(tmp_path.iterdir()) == []


def test_another_process_is_named(tmp_path, way):
    with holder(tmp_path / "out") as process, pytest.raises(Locked) as caught:
        Lock(tmp_path / "out").acquire()
    assert caught.value.exit_code == 2
    said = f"{tmp_path / 'out'} is being written by process {process.pid} on {HOST}, since 20"
    assert caught.value.message.startswith(said)
    assert "Wait until that has ended, or choose another output." in caught.value.hint
    # Only where its file is the lock may it be removed.
    assert ("remove" in caught.value.hint) == (way == "file")


def test_another_writer_in_this_process(tmp_path, way):
    found = []

    def take():
        with pytest.raises(Locked, match=rf"by another writer in this process \({os.getpid()}\)"):
            Lock(tmp_path / "out").acquire()
        found.append(True)

    with Lock(tmp_path / "out"):
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
    assert found


def test_targets_do_not_hinder_each_other(tmp_path, way):
    with Lock(tmp_path / "out", inside=True), Lock(tmp_path / "out"), Lock(tmp_path / "out" / "model"):
        pass
    assert list(tmp_path.rglob("*")) == [tmp_path / "out"]


def test_links_lead_to_one_lock(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with Lock(tmp_path / "link"), pytest.raises(Locked):
        Lock(tmp_path / "out").acquire()


@posix
def test_a_killed_holder_leaves_it_to_the_next(tmp_path, way):
    with holder(tmp_path / "out") as process:
        process.kill()
        process.wait()
        assert lock_file(tmp_path / "out").exists()
        with Lock(tmp_path / "out") as lock:
            assert lock.was_left
            assert json.loads(lock.file.read_text())["pid"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


@posix
def test_children_of_a_killed_holder_do_not_keep_it(tmp_path):
    # The child says when it is there, and goes with the end of the input that both have.
    code = HOLD.replace("print(", "os.fork() or print(")
    with holder(tmp_path / "out", code=code) as process:
        process.kill()
        process.wait()
        with Lock(tmp_path / "out") as lock:
            assert lock.was_left


@posix
def test_a_forked_child_does_not_release_it(tmp_path):
    # The child leaves through the end of the block, too.
    code = f"""
import os
from kernel.files.lock import Lock
with Lock({str(tmp_path / "out")!r}) as lock:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print(lock.held, lock.file.exists(), os.path.getsize(lock.file) > 0)
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "True True True\n"


def test_one_at_a_time(tmp_path, way):
    # Some find the file new, some there, some gone in between; each round begins with a stale one.
    inside, most, refused, taken = [], [], [], []
    barrier = threading.Barrier(6)

    def work():
        for number in range(25):
            if barrier.wait() == 0:
                stale_content = {"pid": 2**30 + number, "host": HOST, "started": "", "since": "once"}
                lock_file(tmp_path / "out").write_text(json.dumps(stale_content))
            barrier.wait()
            try:
                with Lock(tmp_path / "out"):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
                    taken.append(number)
            except Locked:
                refused.append(number)
            barrier.wait()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert set(taken) == set(range(25)), "one gets it in each round"
    assert len(taken) + len(refused) == 6 * 25
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_stale_file(tmp_path, way):
    stale(tmp_path / "out")
    with Lock(tmp_path / "out") as lock:
        assert lock.was_left
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_number_that_was_given_to_another_process(without_flock, tmp_path):
    stale(tmp_path / "out", pid=os.getppid(), started="some boot 1")
    with Lock(tmp_path / "out") as lock:
        assert lock.was_left


@posix
@pytest.mark.parametrize("content", ["", "{}", '{"pid": '])
def test_a_file_that_does_not_say_who(without_flock, tmp_path, content):
    (tmp_path / ".out.lock").write_text(content)
    with pytest.raises(Locked, match="out is being written by another process\nWait") as caught:
        Lock(tmp_path / "out").acquire()
    assert f"remove {tmp_path / '.out.lock'}" in caught.value.hint


def test_another_host_where_files_are_the_lock(without_flock, tmp_path):
    stale(tmp_path / "out", host="elsewhere")
    with pytest.raises(Locked, match=r"by process \d+ on elsewhere, since 2020-01-01 10:02:00"):
        Lock(tmp_path / "out").acquire()
    assert lock_file(tmp_path / "out").exists()


@posix
def test_another_host_that_has_no_lock(tmp_path):
    # The system says that nobody has it, on whichever host; one who moved a killed run should know all the same.
    stale(tmp_path / "out", host="elsewhere")
    with (
        pytest.warns(KernelWarning, match=r"out: process \d+ on elsewhere left its lock"),
        Lock(tmp_path / "out"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_releasing_twice_is_harmless(tmp_path, way):
    lock = Lock(tmp_path / "out")
    lock.release()
    lock.acquire()
    lock.release()
    with Lock(tmp_path / "out"):
        lock.release()
        assert lock_file(tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind")
def test_where_it_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        Lock(tmp_path / "out").acquire()


@pytest.mark.parametrize("write", [atomic_directory, atomic_file])
def test_writing_takes_the_lock(tmp_path, write):
    with holder(tmp_path / "out") as process:
        with pytest.raises(Locked, match=f"process {process.pid}"), write(tmp_path / "out"):
            pytest.fail("it should not have begun")
        assert [path.name for path in tmp_path.iterdir()] == [".out.lock"]
    with write(tmp_path / "out") as fresh:
        if write is atomic_file:
            fresh.touch()
        with pytest.raises(Locked):
            Lock(tmp_path / "out").acquire()


@posix
def test_directories_in_the_output_of_a_run(tmp_path):
    model = tmp_path / "out" / "model-last"
    with holder(tmp_path / "out", "inside") as process:
        said = f"/out is being written by process {process.pid} on"
        with pytest.raises(Locked, match=said), atomic_directory(model):
            pytest.fail("it should not have begun")
        process.kill()
        process.wait()
        with atomic_directory(model):
            pass
    with Lock(tmp_path / "out", inside=True), atomic_directory(model):
        pass


def is_locked(folder):
    lock = Lock(folder, inside=True)
    try:
        lock.acquire()
    except Locked:
        return True
    was_left = lock.was_left
    lock.release()
    assert not was_left, "nobody was killed"
    return False


def save(folder, text):
    with atomic_directory(folder) as fresh:
        (fresh / "a").write_text(text)


@pytest.mark.parametrize("place", ["", "sub", "sub/sub"])
def test_the_output_of_a_run_is_not_replaced(tmp_path, way, place):
    model = tmp_path / "m"
    save(model, "1")
    (model / place).mkdir(parents=True, exist_ok=True)
    with holder(model / place, "inside") as process:
        said = f"{model / place} is being written by process {process.pid} on"
        with pytest.raises(Locked, match=said), atomic_directory(model):
            pytest.fail("it should not have begun")
        with pytest.raises(Locked, match=f"process {process.pid}"):
            move(model / place, tmp_path / "moved")
        assert (model / "a").read_text() == "1"
        assert is_locked(model / place)
    save(model, "2")
    assert (model / "a").read_text() == "2"


def not_permitted(*names, **settings):
    raise PermissionError(errno.EPERM, "Operation not permitted")


@posix
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("place", ["", "sub"])
def test_a_run_may_save_into_its_own_output(tmp_path, way, place, links, monkeypatch):
    if not links:
        monkeypatch.setattr(os, "link", not_permitted)
    model = tmp_path / "m"
    with Lock(model / place, inside=True) as lock:
        (model / "sub").mkdir(exist_ok=True)
        if place:
            lock.release()
            save(model, "1")
            (model / "sub").mkdir(exist_ok=True)
            lock.acquire()
        for text in ("1", "2"):
            save(model, text)
            assert is_locked(model / place)
        assert (model / "a").read_text() == "2"
    assert not is_locked(model / place)
    assert not list(model.rglob(".lock")) and sorted(path.name for path in tmp_path.iterdir()) == ["m"]


@posix
def test_no_run_begins_in_a_directory_that_is_being_replaced(tmp_path, way):
    model = tmp_path / "m"
    with atomic_directory(model) as fresh:
        (fresh / "a").write_text("1")
        assert not model.exists()
    with atomic_directory(model) as fresh:
        (fresh / "a").write_text("2")
        assert is_locked(model)
    assert not is_locked(model)
    with pytest.raises(ZeroDivisionError), atomic_directory(model):
        raise ZeroDivisionError
    assert not is_locked(model)
    assert sorted(path.name for path in model.iterdir()) == ["a", "manifest.json"]


def test_a_run_that_began_before_the_directory_was_there(tmp_path, way):
    model = tmp_path / "m"
    with ExitStack() as stack:
        with pytest.raises(Locked, match="is being written by process"), atomic_directory(model) as fresh:
            (fresh / "a").write_text("1")
            stack.enter_context(holder(model, "inside"))
        assert is_locked(model)
    assert [path.name for path in model.iterdir()] == [".lock"], "it ended without a word"
    save(model, "1")
    assert sorted(path.name for path in model.iterdir()) == ["a", "manifest.json"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind")
def test_a_directory_that_cannot_be_written_in_is_replaced(tmp_path):
    save(tmp_path / "m", "1")
    (tmp_path / "m").chmod(0o500)
    save(tmp_path / "m", "2")
    assert (tmp_path / "m" / "a").read_text() == "2"
