"""`kernel download`: how pipelines are installed, and installing one."""

import sys

import pytest

from kernel.cli.download import check, command
from kernel.cli.run import run
from kernel.discovery import scan
from kernel.errors import UsageError
from kernel.language import Language
from kernel.packaging.build import build_package


def test_alone_it_says_how(capsys):
    assert run(["download"]) == 0
    told = capsys.readouterr().out
    assert "kernel.load(" in told and "--index-url" in told and told.splitlines()[-1] == "installed: none"


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        ("en_core_web_sm", "is a pipeline of spaCy"),
        ("en_demo", "--index-url URL"),
        ("none.whl", "there is no file none.whl"),
        ("some/where", "there is no file some/where"),
        ("saved", "kernel.load takes it as it is; kernel package saved packages"),
        ("folder", "is a directory, and no package"),
    ],
)
def test_what_is_refused_says_what_to_do(pipeline, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Language().to_disk("saved")
    (tmp_path / "folder").mkdir()
    assert run(["download", pipeline]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pipeline", "index"),
    [("en_demo", "https://a.org/simple"), ("https://a.org/x.whl", None), ("git+https://a.org/x", None)],
)
def test_names_on_an_index_and_addresses(pipeline, index):
    check(pipeline, index)
    words = command(pipeline, index, no_deps=True)
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    assert words[-3:] == ["--no-deps", "--", pipeline]
    assert ("--index-url" in words) is (index is not None)


@pytest.mark.slow
def test_a_wheel_is_installed_and_can_be_loaded(tmp_path, monkeypatch, capfd):
    Language().to_disk(tmp_path / "saved")
    folder = build_package(tmp_path / "saved", tmp_path, name="demo_of_download", formats=["wheel"])
    (wheel,) = (folder / "dist").iterdir()
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PIP_TARGET", str(site))
    monkeypatch.syspath_prepend(str(site))
    try:
        assert run(["download", str(wheel), "--no-deps"]) == 0
        assert 'load: kernel.load("demo_of_download")' in capfd.readouterr().out
        assert run(["download", str(tmp_path / "saved" / "meta.json"), "--no-deps"]) == 1
    finally:
        scan.refresh()


def test_without_pip_another_installer_is_named(tmp_path, monkeypatch):
    from importlib import util

    (tmp_path / "a.whl").write_bytes(b"")
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="uv pip install"):
        from kernel.cli.download import download

        download.callback(str(tmp_path / "a.whl"), None, False)
