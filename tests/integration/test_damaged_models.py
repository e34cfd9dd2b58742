"""Damaged pipelines: one message that names the file, for every command that loads."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Result

Kernel = Callable[..., Result]
# All that a recogniser can't do without; the rest may be missing if the manifest is, too.
NEEDED = ["config.cfg", "ner/cfg", "ner/model", "ner/moves", "vocab/strings.json", "vocab/vectors.cfg"]
FILES = [*NEEDED, "meta.json", "tokenizer", "vocab/vectors", "vocab/lexemes.json"]


def apply(kernel: Kernel, model: Path) -> Result:
    return kernel("apply", str(model), "texts.txt", "-")


def test_the_copy_works(kernel: Kernel, model: Path) -> None:
    assert apply(kernel, model).code == 0
    (model / "manifest.json").unlink()
    (model / "notes.txt").write_text("files of others do no harm")
    assert apply(kernel, model).code == 0


def truncate(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def scramble(file: Path) -> None:
    file.write_bytes(bytes(range(256)))


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, scramble, empty, Path.unlink])
@pytest.mark.parametrize("name", FILES)
def test_damaged_file(kernel: Kernel, model: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(model / name)
    result = apply(kernel, model)
    if name == "config.cfg":
        result.is_refused(2)
    else:
        result.is_refused(2, "model", name)


@pytest.mark.parametrize("damage", [truncate, scramble, empty])
@pytest.mark.parametrize("name", [name for name in FILES if name != "config.cfg"])
def test_damaged_file_without_manifest(
    kernel: Kernel, model: Path, name: str, damage: Callable[[Path], None]
) -> None:
    (model / "manifest.json").unlink()
    damage(model / name)
    # The component, or the part of the pipeline, is named.
    part = "'ner'" if name == "ner/model" else f"model/{name.partition('/')[0]}"
    apply(kernel, model).is_refused(2, part)


@pytest.mark.parametrize("name", NEEDED)
def test_missing_file_without_manifest(kernel: Kernel, model: Path, name: str) -> None:
    (model / "manifest.json").unlink()
    (model / name).unlink()
    apply(kernel, model).is_refused(2, "model", Path(name).name)


def test_missing_component(kernel: Kernel, model: Path) -> None:
    (model / "manifest.json").unlink()
    shutil.rmtree(model / "ner")
    apply(kernel, model).is_refused(2, "model: the data of component 'ner' is missing")


def test_changed_byte(kernel: Kernel, model: Path) -> None:
    content = bytearray((model / "ner/model").read_bytes())
    content[-7] ^= 1
    (model / "ner/model").write_bytes(bytes(content))
    apply(kernel, model).is_refused(2, "ner/model was changed after it was saved")


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"files": []}', '{"files": {"ner/model": 3}}', '{"files": {"ner/model": {}}}'],
)
def test_manifest(kernel: Kernel, model: Path, manifest: str) -> None:
    (model / "manifest.json").write_text(manifest)
    apply(kernel, model).is_refused(2, "model/manifest.json: the manifest is damaged")


def test_config_of_another_model(kernel: Kernel, model: Path) -> None:
    (model / "manifest.json").unlink()
    config = model / "config.cfg"
    config.write_text(config.read_text().replace("width = 16", "width = 8"))
    apply(kernel, model).is_refused(2, "'ner'", "8 in the config and 16 in the saved weights")


def test_config_that_names_what_is_not_installed(kernel: Kernel, model: Path) -> None:
    (model / "manifest.json").unlink()
    config = model / "config.cfg"
    config.write_text(config.read_text().replace("kernel.HashEmbedCNN.v2", "acme.Net.v1"))
    apply(kernel, model).is_refused(2, "acme.Net.v1", "--code")


@pytest.mark.parametrize("command", ["apply", "evaluate", "info"])
def test_no_pipeline_there(kernel: Kernel, command: str) -> None:
    rest = {"apply": ["texts.txt", "-"], "evaluate": ["dev.jsonl"], "info": []}[command]
    kernel(command, "nothing", *rest).is_refused(2, "can't find the pipeline 'nothing'")
    Path("folder").mkdir()
    kernel(command, "folder", *rest).is_refused(2, "folder holds no saved pipeline: it has no config.cfg")


def test_every_command_checks(kernel: Kernel, model: Path) -> None:
    truncate(model / "ner/model")
    kernel("evaluate", str(model), "dev.jsonl").is_refused(2, "ner/model has")
    sourced = json.dumps({"source": str(model)})
    kernel("train", "config.cfg", "--components.ner", sourced).is_refused(2, "ner/model has")


OUTSIDE = ["../secret", "/etc/hostname", "ner/../../secret", "C:\\secret", "..\\secret", "", "ner/\0"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_manifest_that_leads_elsewhere(kernel: Kernel, model: Path, name: str) -> None:
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["files"][name] = {"size": 1, "sha256": ""}
    (model / "manifest.json").write_text(json.dumps(manifest))
    apply(kernel, model).is_refused(
        2, "model/manifest.json: the manifest is damaged", "no file of this directory"
    )


@pytest.mark.parametrize("facts", [{"size": "1"}, {"size": -1}, {"size": True}, {"sha256": 1}])
def test_manifest_with_facts_of_another_kind(kernel: Kernel, model: Path, facts: dict[str, object]) -> None:
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["files"]["ner/model"].update(facts)
    (model / "manifest.json").write_text(json.dumps(manifest))
    apply(kernel, model).is_refused(2, "the manifest is damaged: of 'ner/model'")


@pytest.mark.skipif(os.name == "nt", reason="has no such files")
@pytest.mark.parametrize(
    "name", ["config.cfg", "meta.json", "manifest.json", "ner/model", "vocab/strings.json"]
)
@pytest.mark.parametrize("with_manifest", [True, False])
def test_what_has_no_end_is_not_opened(kernel: Kernel, model: Path, name: str, with_manifest: bool) -> None:
    if not with_manifest:
        (model / "manifest.json").unlink()
    (model / name).unlink(missing_ok=True)
    os.mkfifo(model / name)
    message = "no config.cfg" if name == "config.cfg" else f"{name}: neither a file nor a directory"
    apply(kernel, model).is_refused(2, message)
    (model / name).unlink()
    (model / name).symlink_to("/dev/zero")
    apply(kernel, model).is_refused(2, message)


@pytest.mark.parametrize(
    "text",
    ["[1]", "3", '{"kernel_version": 1}', '{"provenance": 1}', '{"provenance": {"names": {"x": 1}}}'],
)
def test_meta_of_another_kind(kernel: Kernel, model: Path, text: str) -> None:
    (model / "manifest.json").unlink()
    (model / "meta.json").write_text(text)
    apply(kernel, model).is_refused(2, "model/meta.json: ")
