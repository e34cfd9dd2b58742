"""Settings that can't be, and folders that are damaged or don't belong together: one message that says where, and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from kernel_transformers import network as networks
from kernel_transformers.model import build_transformer_model
from kernel_transformers.spans.doc_spans import doc_spans

from kernel.config import Config
from kernel.errors import ConfigError, DataError, KernelWarning
from kernel.language import Language
from kernel.numeric import random

from . import small


def build(folder: Path | str, **settings: Any) -> Any:
    model = build_transformer_model(str(folder), doc_spans, **settings)
    with random.scope(seed=0):
        model.initialize()
    return model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a small BERT, to be damaged."""
    return Path(shutil.copytree(small.shared("bert"), tmp_path / "bert"))


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"tokenizer_config": {"pad_token": 7}}, "tokenizer_config.pad_token is 7", ""),
        ({"tokenizer_config": {"do_lower_case": "yes"}}, "do_lower_case is 'yes'; expected true or false", ""),
        ({"transformer_config": {"output_hidden_state": True}}, "bert has no output_hidden_state", "hidden_states"),
        ({"transformer_config": {"hidden_size": "a"}}, "expected int, got str", "transformer_config sets hidden_size"),
        ({"transformer_config": {"hidden_size": 8}}, "but config and settings ask for", "sets hidden_size"),
        ({"transformer_config": {"model_type": "nothing"}}, "has model type `nothing`", "sets model_type"),
        ({"transformer_config": {"hidden_act": "nothing"}}, "KeyError: 'nothing'", "sets hidden_act"),
        ({"lora": {"r": 0}}, "lora: r is 0; expected a whole number above 0", ""),
        ({"lora": {"r": "x"}}, "lora: r is 'x'", ""),
        ({"lora": {"alpha": True}}, "lora: alpha is True", ""),
        ({"lora": {"dropout": 1.0}}, "lora: dropout is 1.0", ""),
        ({"lora": {"targets": []}}, "lora: targets is \\[\\]", ""),
    ],
)  # fmt: skip
def test_a_setting_that_cant_be(settings: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        build(small.shared("bert"), **settings)
    assert hint in caught.value.hint


def test_targets_of_lora_that_there_are_not() -> None:
    pytest.importorskip("peft")
    with pytest.raises(ConfigError, match="lora: Target modules") as caught:
        build(small.shared("bert"), lora={"targets": ["nothing"]})
    assert "query" in caught.value.hint


def test_an_empty_name() -> None:
    with pytest.raises(ConfigError, match="name is empty"):
        build(" ")


def test_a_setting_that_only_the_first_weights_need_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.cfg"
    file.write_text(
        "[nlp]\n"
        'pipeline = ["transformer"]\n'
        "[components.transformer]\n"
        'factory = "transformer"\n'
        "[components.transformer.model]\n"
        '@architectures = "kernel.TransformerModel.v3"\n'
        f"name = {json.dumps(str(small.shared('bert')))}\n"
        "tokenizer_config = {'nothing': 1}\n".replace("'", '"')
        + '[components.transformer.model.get_spans]\n@span_getters = "kernel.doc_spans.v1"\n'
    )
    nlp = Language.from_config(Config().from_disk(file))
    with pytest.raises(ConfigError) as caught:
        nlp.initialize()
    assert str(caught.value).startswith(
        f"{file}:6:18: components.transformer.model: tokenizer_config: unknown nothing"
    )


def test_a_folder_that_isnt_there_is_told_with_its_line() -> None:
    nlp = Language()
    nlp.add_pipe("transformer", config={"model": {"name": "./nowhere"}})
    with pytest.raises(ConfigError, match="components.transformer.model: ./nowhere: no such folder"):
        nlp.initialize()


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-500])


def emptied(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def changed(name: str, **values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / name
        content = json.loads(file.read_text()) | values
        file.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))

    return change


def written(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text) and None


def with_nan(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["encoder.layer.0.output.dense.weight"][0, 0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "can't be made: SafetensorError"),
        (emptied, "can't be made: SafetensorError"),
        (changed("config.json", model_type=None), "Unrecognized model"),
        (changed("config.json", model_type="nothing"), "has model type `nothing`"),
        (changed("config.json", model_type=["bert"]), "can't be made"),
        (changed("config.json", hidden_size=8), "LayerNorm.bias are 16, but config and settings ask for 8"),
        (written("config.json", "[]"), "expected a JSON object"),
        (written("tokenizer.json", "{"), "tokenizer.json of the tokenizer is damaged"),
        (written("tokenizer.json", "[]"), "tokenizer.json of the tokenizer is damaged: expected a JSON object"),
        (written("tokenizer_config.json", "[1]"), "tokenizer_config.json: expected a JSON object"),
        (with_nan, r"encoder\.layer\.0\.output\.dense\.weight have values that are no numbers"),
    ],
)  # fmt: skip
def test_a_damaged_folder(folder: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(folder)
    with pytest.raises(DataError, match=message):
        build(folder)


def test_weights_that_lack_are_told(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.0.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.warns(
        KernelWarning, match="1 weights of the transformer in .* are missing, .*output.dense.weight"
    ):
        build(folder)


@pytest.mark.parametrize(
    "settings",
    [{"hidden_act": "nothing"}, {"model_type": "nothing"}, {"hidden_size": "a"}, {"num_attention_heads": 3}],
)
def test_a_saved_network_that_the_library_cant_build(settings: dict[str, Any]) -> None:
    files = networks.to_files(build(small.shared("bert")).shims[0].module)
    config = json.loads(files["config.json"]) | settings
    with pytest.raises(DataError, match="the saved transformer can't be built") as caught:
        networks.from_files({"config.json": json.dumps(config).encode()})
    assert "a newer one may" in caught.value.hint


def test_gradient_checkpointing_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    model = build(small.shared("bert"), gradient_checkpointing=True)
    with random.scope(seed=0):
        batch, backprop = model.begin_update([Language().make_doc("Anna lives in Berlin")])
        backprop([batch.rows])
    assert capfd.readouterr() == ("", "")
