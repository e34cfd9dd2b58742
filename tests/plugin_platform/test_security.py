"""Data does not become code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import kernel
from kernel import Config
from kernel.discovery import scan
from kernel.errors import KernelError, RegistryError
from kernel.registries import loading
from kernel.registries.family import registry

Fake = Callable[..., Path]


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names that the one place asks for where packages are imported."""
    names: list[str] = []

    def watched(name: str) -> object:
        names.append(name)
        return importlib.import_module(name)

    monkeypatch.setattr(loading, "import_module", watched)
    yield names


@pytest.mark.parametrize(
    "block",
    [
        '@misc = "os:system"\n0 = "touch owned"',
        '@misc = "os.system"',
        '@misc = "acme_evil:run"',
        '@misc = "acme_evil"',
        '@acme_evil = "run"',
        '@kernel.registry = "run"',
        '@misc = "!!python/object/apply:os.system"',
        '@misc = "../acme_evil"',
        '@misc = "kernel.cli:main"',
        '@misc = ["acme_evil", "run"]',
        'run = "!!python/object/apply:acme_evil.run"',
        'run = "acme_evil:run"',
        'run = "${acme_evil.run}"',
        '@callbacks = "acme_evil:run"',
        '@languages = "acme_evil"',
    ],
)
def test_a_config_cannot_import(block: str, imported: list[str], tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "acme_evil.py").write_text("def run(*args): open('owned', 'w')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    try:
        registry.resolve(Config.from_str(f"[a]\n[a.b]\n{block}\n"))
    except KernelError:
        pass
    assert "acme_evil" not in set(sys.modules) - before
    assert not (tmp_path / "owned").exists()
    targets = {point.module for group in scan.groups() for point in scan.entry_points(group)}
    assert set(imported) <= targets


@pytest.mark.parametrize(
    "name", ["os:system", "sys", "acme.os:system.v1", "", ".", "..", "a b", "\x00", "é" * 50]
)
def test_names_are_looked_up_and_nothing_else(name: str, imported: list[str]) -> None:
    for kind in registry.kinds():
        with pytest.raises(RegistryError):
            registry.get(kind, name)
    # Who makes what nobody registered is asked for what may be a name.
    asked = (
        {point.module for point in scan.entry_points("kernel_fallbacks")} if name.isidentifier() else set()
    )
    packages = {module.partition(".")[0] for module in asked}
    assert {module.partition(".")[0] for module in imported} <= packages


BOMB = b"cbuiltins\nopen\n(Vowned\nVw\ntR."


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_a_pickle_in_a_pipeline_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    import pickle

    pickle.loads(BOMB).close()
    assert Path("owned").exists(), "the bomb works"
    Path("owned").unlink()
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk("model")
    (Path("model") / "manifest.json").unlink(missing_ok=True)
    files = [file for file in Path("model").rglob("*") if file.is_file()]
    for file in [*files, Path("model/model.pkl"), Path("model/sentencizer/model")]:
        kept = file.read_bytes() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(BOMB)
        try:
            kernel.load("model")
        except KernelError:
            pass
        assert not Path("owned").exists(), file
        file.unlink() if kept is None else file.write_bytes(kept)
    assert kernel.load("model").pipe_names == ["sentencizer"]


@pytest.mark.needs("kernel-nlp-languages")
def test_a_pipeline_with_unknown_functions_names_the_pin(
    tmp_path: Path, fake_distribution: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.testing import installed, write_distribution

    write_distribution(
        tmp_path / "site",
        "acme-nlp",
        "1.2",
        entry_points={"kernel_factories": {"gazetteer": "acme_gazetteer:make"}},
        modules={"acme_gazetteer": "def make(nlp, name, size: int = 3): return lambda doc: doc\n"},
    )
    with installed(tmp_path / "site"):
        nlp = kernel.blank("en")
        nlp.add_pipe("gazetteer")
        nlp.to_disk(tmp_path / "model")
    with pytest.raises(RegistryError) as info:
        kernel.load(tmp_path / "model")
    assert "factories 'gazetteer', which came from acme-nlp 1.2" in str(info.value)
    assert "config.cfg:" in str(info.value)
    assert "pip install 'acme-nlp==1.2'" in str(info.value)
