"""Models by name: from a folder, from the cache, from a hub. The hub is a small one of this computer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from kernel.errors import ConfigError, DataError, MissingPath, UsageError

from .hub_server import KEY, Hub, serving

pytest.importorskip("huggingface_hub")

from kernel_transformers.hub import Source, check, folder_of, source_of, weights_of

CODE = """
import json, logging, sys
from kernel.errors import KernelError
from kernel_transformers.hub import folder_of, source_of
logging.basicConfig(level=logging.DEBUG)
name, settings = json.loads(sys.argv[1])
try:
    folder = folder_of(source_of(name, settings)[0])
    print(json.dumps({"files": {each.name: each.read_text() for each in sorted(folder.iterdir())}}))
except KernelError as error:
    print(json.dumps({"error": str(error), "exit_code": error.exit_code}))
"""

FILES = {
    "config.json": b'{"model_type": "bert"}',
    "model.safetensors": b"weights of the model" * 1000,
    "tokenizer.json": b"{}",
    "README.md": b"a card",
    "pytorch_model.bin": b"a pickle",
    "onnx/model.onnx": b"something else",
}
NEEDED = {"config.json", "model.safetensors", "tokenizer.json"}


@pytest.fixture
def hub():
    older = {**FILES, "config.json": b'{"model_type": "bert", "older": true}'}
    pickled = {name: content for name, content in FILES.items() if name != "model.safetensors"}
    models = {
        "acme/small": {"main": FILES, "v1": older},
        "acme/secret": {"main": FILES},
        "acme/pickled": {"main": pickled},
        "acme/empty": {"main": {"README.md": b""}},
    }
    made = Hub(models)
    made.private = {"acme/secret"}
    with serving(made):
        yield made


@pytest.fixture
def ask(tmp_path, hub):
    """What a process finds for a name: {"files": ...} or {"error": ...}, and what it wrote."""

    def asked(name, _settings=None, **environment):
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("HF_") and "proxy" not in key.lower()
        }
        kept |= {
            "HF_HOME": str(tmp_path / "cache"), "HF_ENDPOINT": hub.address, "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1", **environment,
        }  # fmt: skip
        run = subprocess.run(
            [sys.executable, "-c", CODE, json.dumps([name, _settings or {}])],
            env=kept, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert KEY not in run.stdout + run.stderr
        return json.loads(run.stdout.splitlines()[-1]), run.stderr

    return asked


def test_a_model_is_downloaded_once_and_found_again_without_a_network(ask, hub):
    first, log = ask("acme/small")
    assert set(first["files"]) == NEEDED
    assert f"Downloading the model acme/small from {hub.address}" in log
    fetched = {
        path.rpartition("/")[2] for method, path in hub.asked if "/resolve/" in path and method == "GET"
    }
    assert fetched == NEEDED
    hub.asked.clear()
    assert ask("acme/small")[0] == ask("acme/small", HF_HUB_OFFLINE="1")[0] == first
    assert not hub.asked


def test_offline_nothing_is_asked(ask, hub):
    for settings, environment in (({}, {"HF_HUB_OFFLINE": "1"}), ({"local_files_only": True}, {})):
        found, _ = ask("acme/small", settings, **environment)
        assert found["exit_code"] == 2
        assert "acme/small: no such folder, and no such model in the cache of the hub" in found["error"]
    assert not hub.asked


def test_a_revision_is_that_one(ask, hub):
    assert "older" in ask("acme/small", {"revision": "v1"})[0]["files"]["config.json"]
    assert "older" not in ask("acme/small")[0]["files"]["config.json"]
    commit = hub.commit("acme/small", "v1")
    assert "older" in ask("acme/small", {"revision": commit})[0]["files"]["config.json"]
    assert "has no revision v9" in ask("acme/small", {"revision": "v9"})[0]["error"]


def test_a_private_model_needs_the_key_which_is_never_shown(ask):
    refused, _ = ask("acme/secret")
    assert "has no model acme/secret that you may have" in refused["error"]
    assert set(ask("acme/secret", HF_TOKEN=KEY)[0]["files"]) == NEEDED


def test_an_interrupted_download_leaves_nothing_half(ask, hub, tmp_path):
    hub.broken = {"model.safetensors"}
    found, _ = ask("acme/small")
    assert "acme/small can't be downloaded from" in found["error"] and "Try again" in found["error"]
    whole = {content.decode() for content in FILES.values()}
    snapshots = [path for path in (tmp_path / "cache").rglob("snapshots/*/*") if path.is_file()]
    assert all(path.read_text() in whole for path in snapshots)
    # What is not whole is not taken, with a network or without.
    assert "no such model in the cache" in ask("acme/small", HF_HUB_OFFLINE="1")[0]["error"]
    hub.broken = set()
    assert set(ask("acme/small")[0]["files"]) == NEEDED


def test_what_is_not_there_or_cannot_be_read_is_refused(ask, hub):
    assert "has no model acme/smal that" in ask("acme/smal")[0]["error"]
    assert "has its weights as a pickle" in ask("acme/pickled")[0]["error"]
    assert not [path for _, path in hub.asked if "/resolve/" in path]
    assert "no config.json" in ask("acme/empty")[0]["error"]
    started = time.perf_counter()
    assert "can't be downloaded from" in ask("acme/small", HF_ENDPOINT="http://127.0.0.1:9")[0]["error"]
    assert time.perf_counter() - started < 60


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    return folder


def test_a_folder_is_itself(tmp_path, monkeypatch):
    folder = write(tmp_path / "model", config__json="{}", model__safetensors="")
    assert folder_of(Source(str(folder))) == folder
    monkeypatch.chdir(tmp_path)
    assert folder_of(Source("model")).resolve() == folder.resolve()
    with pytest.raises(MissingPath, match="no such folder, and no name of a model"):
        folder_of(Source("./no/such/model"))


def test_what_a_folder_lacks_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no config\.json"):
        check(write(tmp_path / "a"))
    with pytest.raises(DataError, match=r"no model\.safetensors"):
        check(write(tmp_path / "b", config__json="{}"))
    with pytest.raises(DataError, match="as a pickle"):
        check(write(tmp_path / "c", config__json="{}", pytorch_model__bin=""))
    with pytest.raises(DataError, match=r"config\.json: no JSON"):
        check(write(tmp_path / "d", config__json="{", model__safetensors=""))
    with pytest.raises(DataError, match="expected a JSON object"):
        check(write(tmp_path / "e", config__json="[]", model__safetensors=""))


def test_weights_in_parts_are_all_there(tmp_path):
    index = json.dumps({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}})
    folder = write(tmp_path / "a")
    (folder / "model.safetensors.index.json").write_text(index)
    (folder / "model-1.safetensors").write_text("")
    with pytest.raises(DataError, match=r"weights that aren't there: model-2\.safetensors"):
        weights_of(folder)
    (folder / "model-2.safetensors").write_text("")
    assert [path.name for path in weights_of(folder)] == ["model-1.safetensors", "model-2.safetensors"]
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../model-1.safetensors"}}')
    with pytest.raises(DataError, match="weights that aren't there"):
        weights_of(folder)


def test_code_that_comes_with_a_model_is_refused(tmp_path):
    pytest.importorskip("transformers")
    own = '{"model_type": "acme-net", "auto_map": {"AutoModel": "modeling.Net"}}'
    folder = write(tmp_path / "a", config__json=own, model__safetensors="")
    (folder / "modeling.py").write_text("raise SystemExit")
    with pytest.raises(ConfigError, match="of the kind acme-net, which is code that comes with it"):
        check(folder)
    # What the library has itself is taken from there.
    known = '{"model_type": "bert", "auto_map": {"AutoModel": "modeling.Net"}}'
    check(write(folder, config__json=known))
    with pytest.raises(ConfigError, match="trust_remote_code"):
        source_of("acme/net", {"trust_remote_code": True})


def test_settings_of_the_hub_are_taken_out(tmp_path):
    source, left = source_of(
        "acme/small",
        {"revision": "v1", "use_fast": True, "token": True},
        {"cache_dir": "~/models", "dropout": 0.1},
    )
    assert left == [{"use_fast": True}, {"dropout": 0.1}]
    assert source == Source("acme/small", "v1", os.path.expanduser("~/models"), False)
    with pytest.raises(ConfigError, match="revision is 'a' in one place and 'b' in another"):
        source_of("acme/small", {"revision": "a"}, {"revision": "b"})
    with pytest.raises(ConfigError, match="a key in a config would be saved") as raised:
        source_of("acme/small", {"token": KEY})
    assert KEY not in str(raised.value)


def test_a_name_offline_is_a_usage_error(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UsageError, match="nothing may be downloaded"):
        folder_of(Source("acme/no-such-model", cache=str(tmp_path)))
