"""Low-rank layers: what is saved of a network that has them, and what comes back."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from kernel_transformers import tuning
from kernel_transformers.model import build_transformer_model
from kernel_transformers.spans.strided_spans import make_strided_spans
from safetensors.torch import load_file, save_file
from thinc.api import Adam

import kernel
from kernel.config import Config
from kernel.errors import ConfigError, DataError, UsageError
from kernel.files.messages import message_from_bytes
from kernel.language import Language
from kernel.numeric import random
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.tokens import Doc
from kernel.vocab import Vocab

from . import small

SAVES = ("all", "adapter", "merged")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a small BERT, to be moved and changed."""
    return Path(shutil.copytree(small.shared("bert"), tmp_path / "bert"))


@pytest.fixture
def docs() -> list[Doc]:
    vocab = Vocab()
    return [Doc(vocab, words=words.split()) for words in ("Anna walks over", "the unbelievable players", "")]


def built(folder: Path | str, save: str = "", **settings: Any) -> Any:
    lora = {"r": 2, "alpha": 4} | ({"save": save} if save else {})
    return build_transformer_model(str(folder), make_strided_spans(12, 8), lora=lora, **settings)


def step(model: Any, docs: list[Doc], optimizer: Any) -> None:
    with random.scope(seed=0, step=1):
        batch, backprop = model(docs, True)
        backprop([np.ones(part.rows.shape, dtype="f") for part in batch.doc_data])
    model.shims[0].finish_update(optimizer)


def trained(folder: Path, docs: list[Doc], save: str = "") -> Any:
    """A model after two steps, through which every low-rank layer has moved."""
    model = built(folder, save)
    with random.scope(seed=0):
        model.initialize()
    optimizer = Adam(0.05)
    for _ in range(2):
        step(model, docs, optimizer)
    return model


def names_in(model: Any) -> set[str]:
    """The names of the weights that a model's shim saves."""
    data = message_from_bytes(model.shims[0].to_bytes())["weights"]
    size = int.from_bytes(data[:8], "little")
    return set(json.loads(data[8 : 8 + size])) - {"__metadata__"}


@pytest.mark.parametrize("save", ["", *SAVES])
def test_what_is_saved_predicts_the_same(save: str, folder: Path, docs: list[Doc]) -> None:
    model = trained(folder, docs, save)
    rows, plain = model.predict(docs).rows, model_to_bytes(model)
    again = model_from_bytes(built(folder, save), plain)
    if save == "merged":
        # The products are added up in another order.
        np.testing.assert_allclose(again.predict(docs).rows, rows, atol=1e-5)
    else:
        np.testing.assert_array_equal(again.predict(docs).rows, rows)
    assert model_to_bytes(again) == plain


def test_each_way_saves_what_it_says(folder: Path, docs: list[Doc]) -> None:
    plain = build_transformer_model(str(folder), make_strided_spans(12, 8))
    plain.initialize()
    whole, alone, merged = (names_in(trained(folder, docs, save)) for save in SAVES)
    assert alone and all(".lora_" in name for name in alone) and alone < whole
    assert merged == names_in(plain)
    assert len(model_to_bytes(trained(folder, docs, "adapter"))) < len(model_to_bytes(plain))


@pytest.mark.parametrize("save", ["all", "adapter"])
def test_what_has_its_low_rank_layers_is_trained_further(save: str, folder: Path, docs: list[Doc]) -> None:
    model = trained(folder, docs, save)
    again = model_from_bytes(built(folder, save), model_to_bytes(model))
    for each in (model, again):
        step(each, docs, Adam(0.05))
    assert model_to_bytes(again) == model_to_bytes(model)


@pytest.mark.parametrize("save", ["all", "merged"])
def test_what_is_whole_needs_no_folder(save: str, folder: Path, docs: list[Doc]) -> None:
    data = model_to_bytes(trained(folder, docs, save))
    shutil.rmtree(folder)
    assert len(model_from_bytes(built(folder, save), data).predict(docs).rows)


def test_merged_ones_need_no_peft_and_are_not_trained_further(
    folder: Path, docs: list[Doc], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = trained(folder, docs, "merged")
    rows, data = model.predict(docs).rows, model_to_bytes(model)
    for name in [name for name in sys.modules if name.partition(".")[0] == "peft"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "peft", None)
    again = model_from_bytes(built(folder, "merged"), data)
    np.testing.assert_allclose(again.predict(docs).rows, rows, atol=1e-5)
    with pytest.raises(UsageError, match="merged ones can't be trained further") as caught:
        again.begin_update(docs)
    assert "take lora out" in caught.value.hint


def test_saving_merged_leaves_the_network_as_it_is(folder: Path, docs: list[Doc]) -> None:
    model = trained(folder, docs, "merged")
    rows = model.predict(docs).rows
    data = model_to_bytes(model)
    assert tuning.has_lora(model.shims[0].module)
    np.testing.assert_array_equal(model.predict(docs).rows, rows)
    # Into a model that is still trained, merged weights come as they are everywhere.
    model_from_bytes(model, data)
    assert not tuning.has_lora(model.shims[0].module)
    np.testing.assert_allclose(model.predict(docs).rows, rows, atol=1e-5)


def test_an_adapter_without_its_transformer_says_so(folder: Path, docs: list[Doc]) -> None:
    data = model_to_bytes(trained(folder, docs, "adapter"))
    shutil.rmtree(folder)
    with pytest.raises(
        DataError, match="transformer below them can't be had: .*bert: no such folder"
    ) as caught:
        model_from_bytes(built(folder, "adapter"), data)
    assert "components.NAME.model.name" in caught.value.hint


def test_an_adapter_on_another_transformer_says_so(folder: Path, docs: list[Doc]) -> None:
    data = model_to_bytes(trained(folder, docs, "adapter"))
    weights = load_file(folder / "model.safetensors")
    name = "encoder.layer.0.output.dense.bias"
    save_file({**weights, name: weights[name] + 1e-6}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(
        DataError, match="is not the transformer below them any more: its weights have the digest"
    ):
        model_from_bytes(built(folder, "adapter"), data)
    # Written anew, but the same.
    save_file(weights, folder / "model.safetensors", {"format": "pt", "by": "another"})
    model_from_bytes(built(folder, "adapter"), data)


def test_weights_that_the_folder_lacks_are_saved_with_the_adapter(folder: Path, docs: list[Doc]) -> None:
    weights = load_file(folder / "model.safetensors")
    left = {name: tensor for name, tensor in weights.items() if not name.startswith("pooler.")}
    assert len(left) < len(weights)
    save_file(left, folder / "model.safetensors", {"format": "pt"})
    model = trained(folder, docs, "adapter")
    assert {name for name in names_in(model) if ".lora_" not in name} == {
        "pooler.dense.weight",
        "pooler.dense.bias",
    }
    with random.scope(seed=99):
        again = model_from_bytes(built(folder, "adapter"), model_to_bytes(model))
    np.testing.assert_array_equal(again.predict(docs).pooler_output, model.predict(docs).pooler_output)


def test_an_adapter_of_a_pipeline_that_was_saved_whole(folder: Path, docs: list[Doc]) -> None:
    """What the folder lacks is known then too, though the folder was not read."""
    weights = load_file(folder / "model.safetensors")
    left = {name: tensor for name, tensor in weights.items() if not name.startswith("pooler.")}
    save_file(left, folder / "model.safetensors", {"format": "pt"})
    whole = trained(folder, docs, "all")
    alone = model_from_bytes(built(folder, "adapter"), model_to_bytes(whole))
    with random.scope(seed=99):
        again = model_from_bytes(built(folder, "adapter"), model_to_bytes(alone))
    expected, found = whole.predict(docs), again.predict(docs)
    np.testing.assert_array_equal(found.rows, expected.rows)
    np.testing.assert_array_equal(found.pooler_output, expected.pooler_output)


def config(folder: Path, lora: str) -> str:
    return f"""[nlp]
lang = "xx"
pipeline = ["transformer"]

[components.transformer]
factory = "transformer"

[components.transformer.model]
@architectures = "kernel.TransformerModel.v3"
name = {json.dumps(str(folder))}
get_spans = {{"@span_getters": "kernel.doc_spans.v1"}}
lora = {lora}
"""


@pytest.mark.parametrize(
    ("lora", "column", "message"),
    [
        ('{"save": "both"}', 17, """lora: save is 'both'; expected "all", "adapter" or "merged\""""),
        ('{"r": 2, "alpha": -1}', 26, "lora: alpha is -1; expected a number above 0"),
        ('{"rank": 2}', 17, "lora has no setting 'rank'"),
        ('{"targets": "nothing"}', 20, "lora: Target modules"),
    ],
)
def test_what_is_wrong_with_them_is_told_with_its_line(
    lora: str, column: int, message: str, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "config.cfg"
    file.write_text(config(folder, lora), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Language.from_config(Config().from_disk(file)).initialize()
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (12, column), caught.value
    assert message in problem.message


def test_a_pipeline_of_adapters_is_small_and_finds_a_folder_that_was_moved(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "config.cfg"
    rows = {}
    for save in SAVES:
        file.write_text(config(folder, json.dumps({"r": 2, "save": save})), encoding="utf-8")
        nlp = Language.from_config(Config().from_disk(file))
        nlp.initialize()
        nlp.to_disk(tmp_path / save)
        rows[save] = nlp("Anna walks over")._.trf_data.rows
    sizes = {save: (tmp_path / save / "transformer" / "model").stat().st_size for save in SAVES}
    assert sizes["adapter"] < sizes["merged"] < sizes["all"]
    folder.rename(tmp_path / "moved")
    with pytest.raises(DataError, match="low-rank layers were saved alone"):
        kernel.load(tmp_path / "adapter")
    settings = {"components.transformer.model.name": str(tmp_path / "moved")}
    nlp = kernel.load(tmp_path / "adapter", config=settings)
    np.testing.assert_array_equal(nlp("Anna walks over")._.trf_data.rows, rows["adapter"])
