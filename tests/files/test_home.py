"""`~` in paths."""

from pathlib import Path

from kernel.files.home import expand_home


def test_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert expand_home("~/a/b") == tmp_path / "a" / "b"
    assert expand_home(Path("a~b")) == Path("a~b")
    assert expand_home("~nobody_of_this_name/a") == Path("~nobody_of_this_name/a")
