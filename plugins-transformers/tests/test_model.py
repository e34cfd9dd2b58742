"""Networks of every kind: what they give, their gradients, and how they are saved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from thinc.api import Adam

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import itertools

from kernel_transformers import attention, tuning
from kernel_transformers import network as networks
from kernel_transformers.model import attached, build_transformer_model
from kernel_transformers.spans.strided_spans import make_strided_spans
from torch.nn.attention import SDPBackend, sdpa_kernel

from kernel import registry
from kernel.errors import ConfigError, DataError, KernelWarning
from kernel.language import Language
from kernel.numeric import random
from kernel.numeric.bytes import model_from_bytes, model_to_bytes

from . import small

TEXTS = [*small.TEXTS, "Hi!", " ".join(small.TEXTS[:4])]
STEADY = {
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
    "resid_pdrop": 0.0,
}


@pytest.fixture(scope="session")
def folders() -> Any:
    return small.shared


@pytest.fixture(scope="module")
def docs() -> list[Any]:
    nlp = Language()
    return [nlp.make_doc(text) for text in TEXTS]


def steady(kind: str) -> dict[str, Any]:
    """Settings that switch dropout off, those that the kind has."""
    config = transformers.AutoConfig.for_model(
        {"deberta-v3": "deberta-v2", "xlm-r": "xlm-roberta"}.get(kind, kind)
    )
    return {name: value for name, value in STEADY.items() if hasattr(config, name)}


def build(folder: Path, **settings: Any) -> Any:
    model = build_transformer_model(str(folder), make_strided_spans(12, 8), **settings)
    with random.scope(seed=0):
        model.initialize()
    return model


def windows(batch: Any) -> list[Any]:
    ends = np.cumsum(batch.wordpieces.lengths)
    return [torch.from_numpy(ids)[None] for ids in np.split(batch.wordpieces.ids, ends[:-1])]


def gradients_for(batch: Any, dtype: str = "float32") -> list[Any]:
    rng = np.random.default_rng(0)
    sizes = np.diff(batch.wordpieces.doc_rows).tolist()
    return [rng.normal(size=(size, batch.width)).astype(dtype) for size in sizes]


def gradients_of(module: Any) -> dict[str, Any]:
    return {
        name: weight.grad.to_dense() for name, weight in module.named_parameters() if weight.grad is not None
    }


def assert_same_gradients(found: dict[str, Any], expected: dict[str, Any], tolerance: float) -> None:
    assert set(found) == set(expected)
    scale = max(float(each.abs().max()) for each in expected.values())
    for name, each in expected.items():
        assert float((found[name] - each).abs().max()) <= tolerance * scale, name


@pytest.mark.parametrize("kind", small.KINDS)
def test_equals_plain_torch_window_by_window(kind: str, folders: Any, docs: Any) -> None:
    model = build(folders(kind), transformer_config=steady(kind))
    plain = transformers.AutoModel.from_pretrained(folders(kind)).eval()

    batch, backprop = model(docs, True)
    gradients = gradients_for(batch)
    backprop(gradients)

    whole = torch.from_numpy(np.concatenate(gradients))
    start = 0
    for number, ids in enumerate(windows(batch)):
        output = plain(input_ids=ids)
        length = ids.shape[1]
        rows = output.last_hidden_state[0]
        np.testing.assert_allclose(
            batch.rows[start : start + length], rows.detach().numpy(), atol=1e-5, rtol=1e-5
        )
        if getattr(output, "pooler_output", None) is not None:
            pooled = output.pooler_output[0].detach().numpy()
            np.testing.assert_allclose(batch.pooler_output[number], pooled, atol=1e-5)
        rows.backward(whole[start : start + length])
        start += length
    assert_same_gradients(gradients_of(model.shims[0].module), gradients_of(plain), 1e-5)


@pytest.mark.parametrize("kind", small.KINDS)
def test_trains_a_step_and_comes_back_from_bytes(kind: str, folders: Any, docs: Any) -> None:
    model = build(folders(kind))
    before = model_to_bytes(model)
    optimizer = Adam(0.01)
    with random.scope(seed=0, step=1):
        batch, backprop = model(docs, True)
        backprop([2 * batch.rows[start:end] for start, end in _doc_rows(batch)])
    model.shims[0].finish_update(optimizer)
    trained = model.predict(docs)
    assert (trained.rows**2).sum() < (batch.rows**2).sum()

    data = model_to_bytes(model)
    assert data != before
    other = build_transformer_model("is not looked for", make_strided_spans(12, 8))
    model_from_bytes(other, data)
    assert other.get_dim("nO") == 16
    np.testing.assert_array_equal(other.predict(docs).rows, trained.rows)
    assert model_to_bytes(other) == data


def _doc_rows(batch: Any) -> list[tuple[int, int]]:
    ends = batch.wordpieces.doc_rows.tolist()
    return list(itertools.pairwise(ends))


@pytest.mark.parametrize("kind", ["bert", "roberta", "distilbert", "xlm-r", "electra"])
def test_windows_are_read_without_padding_on_cpu(kind: str, folders: Any) -> None:
    module = build(folders(kind)).shims[0].module
    assert attached(module).reading_of(module).packed


@pytest.mark.parametrize("packed", [True, False])
def test_micro_batches_give_the_gradient_of_one_batch(packed: bool, folders: Any, docs: Any) -> None:
    found = []
    for items in (1, 40, 10_000):
        model = build(folders("bert"), transformer_config=steady("bert"), micro_batch_items=items)
        module = model.shims[0].module.double()
        attached(module).packed = packed
        batch, backprop = model(docs, True)
        backprop(gradients_for(batch, "float64"))
        found.append((batch.rows, gradients_of(module)))
    for rows, gradients in found[1:]:
        np.testing.assert_allclose(rows, found[0][0], atol=1e-12)
        assert_same_gradients(gradients, found[0][1], 1e-12)


def test_gradients_are_those_of_finite_differences(folders: Any, docs: Any) -> None:
    model = build(folders("bert"), transformer_config=steady("bert"))
    module = model.shims[0].module.double()
    batch, backprop = model(docs, True)
    given = gradients_for(batch, "float64")
    backprop(given)
    weights = np.concatenate(given)
    rng = torch.Generator().manual_seed(0)
    for name, weight in module.named_parameters():
        if weight.grad is None:
            continue
        direction = torch.randn(weight.shape, generator=rng, dtype=torch.float64)
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                weight.add_(direction, alpha=sign * 1e-6)
            values.append(float((model.predict(docs).rows * weights).sum()))
            with torch.no_grad():
                weight.sub_(direction, alpha=sign * 1e-6)
        slope = (values[0] - values[1]) / 2e-6
        expected = float((weight.grad.to_dense() * direction).sum())
        assert slope == pytest.approx(expected, rel=1e-5, abs=1e-5), name


@pytest.mark.parametrize("setting", ["gradient_checkpointing", "precision"])
def test_less_memory_changes_little(setting: str, folders: Any, docs: Any) -> None:
    value, tolerance = (True, 1e-6) if setting == "gradient_checkpointing" else ("bfloat16", 0.05)
    found = []
    for settings in ({}, {setting: value}):
        model = build(folders("bert"), transformer_config=steady("bert"), **settings)
        batch, backprop = model(docs, True)
        assert batch.rows.dtype == np.float32
        backprop(gradients_for(batch))
        found.append(gradients_of(model.shims[0].module))
    assert_same_gradients(found[1], found[0], tolerance)


def test_documents_without_a_gradient_count_as_zeros(folders: Any, docs: Any) -> None:
    found = []
    for none in (False, True):
        model = build(folders("bert"), transformer_config=steady("bert"))
        batch, backprop = model(docs, True)
        gradients = gradients_for(batch)
        gradients[2] = None if none else np.zeros_like(gradients[2])
        backprop(gradients)
        found.append(gradients_of(model.shims[0].module))
    assert_same_gradients(found[1], found[0], 0.0)


def test_equal_seeds_give_equal_bytes(folders: Any, docs: Any) -> None:
    found = []
    for _ in range(2):
        model = build(folders("bert"))
        with random.scope(seed=3, step=1):
            batch, backprop = model(docs, True)
            backprop(gradients_for(batch))
        model.shims[0].finish_update(Adam(0.01))
        found.append(model_to_bytes(model))
    assert found[0] == found[1]


def test_hidden_states_and_attentions_of_layers(folders: Any, docs: Any) -> None:
    settings = {"output_hidden_states": True, "output_attentions": True}
    batch = build(folders("bert"), transformer_config=settings).predict(docs)
    plain = transformers.AutoModel.from_pretrained(
        folders("bert"), attn_implementation="eager", **settings
    ).eval()
    start = 0
    assert len(batch.hidden_states) == 3
    assert len(batch.attentions) == 2
    for number, ids in enumerate(windows(batch)):
        with torch.inference_mode():
            output = plain(input_ids=ids)
        end = start + ids.shape[1]
        for found, layer in zip(batch.hidden_states, output.hidden_states, strict=True):
            np.testing.assert_allclose(found[start:end], layer[0].numpy(), atol=1e-5)
        for found, layer in zip(batch.attentions, output.attentions, strict=True):
            np.testing.assert_allclose(found[number], layer[0].numpy(), atol=1e-5)
        start = end


def test_a_copy_is_trained_apart(folders: Any, docs: Any) -> None:
    model = build(folders("bert"))
    before = model.predict(docs).rows
    other = model.copy()
    batch, backprop = other(docs, True)
    backprop(gradients_for(batch))
    other.shims[0].finish_update(Adam(0.1))
    np.testing.assert_array_equal(model.predict(docs).rows, before)
    assert abs(other.predict(docs).rows - before).max() > 1e-3


def test_documents_without_tokens(folders: Any) -> None:
    model = build(folders("bert"))
    batch, backprop = model([Language().make_doc("")], True)
    assert batch.rows.shape == (0, 16)
    assert backprop([None]) == []


def test_a_window_is_never_longer_than_the_positions(folders: Any, tmp_path: Path) -> None:
    # The table of 66 has two places that RoBERTa never uses, whatever the tokenizer says.
    _copy(folders("roberta"), tmp_path)
    small.save_tokenizer(tmp_path, small.byte_level(), max_length=10_000)
    model = build(tmp_path)
    doc = Language().make_doc("unbelievable" * 100)
    with pytest.warns(KernelWarning, match="longer"):
        batch = model.predict([doc])
    assert batch.wordpieces.lengths.max() == 64
    assert np.isfinite(batch.rows).all()


def test_nothing_is_downloaded_or_read_when_a_model_is_built() -> None:
    model = registry.get("architectures", "kernel.TransformerModel.v3")(
        "nobody/has-this", make_strided_spans(12, 8)
    )
    assert model.has_dim("nO") is None


class TestTuning:
    def test_first_layers_and_embeddings_are_frozen(self, folders: Any, docs: Any) -> None:
        model = build(folders("bert"), freeze_layers=1)
        module = model.shims[0].module
        before = {name: weight.detach().clone() for name, weight in module.named_parameters()}
        batch, backprop = model(docs, True)
        backprop(gradients_for(batch))
        optimizer = Adam(0.01)
        model.shims[0].finish_update(optimizer)
        changed = {
            name for name, weight in module.named_parameters() if not torch.equal(weight, before[name])
        }
        assert changed == {name for name in before if name.startswith("encoder.layer.1.")}
        assert len(optimizer.mom1) == len(changed)

    def test_more_layers_than_there_are(self, folders: Any) -> None:
        with pytest.raises(ConfigError, match="freeze_layers is 3, but the transformer has 2 layers"):
            build(folders("bert"), freeze_layers=3)

    def test_learning_rates_fall_towards_the_embeddings(self, folders: Any, docs: Any) -> None:
        model = build(folders("bert"), layer_decay=0.5)
        module = model.shims[0].module
        before = {name: weight.detach().clone() for name, weight in module.named_parameters()}
        batch, backprop = model(docs, True)
        backprop(gradients_for(batch))
        model.shims[0].finish_update(Adam(0.01))
        # The first step of Adam is the learning rate, whatever the gradient.
        steps = {
            name: float((weight.detach() - before[name]).abs().max())
            for name, weight in module.named_parameters()
        }
        assert steps["encoder.layer.1.output.dense.weight"] == pytest.approx(0.01, rel=1e-2)
        assert steps["encoder.layer.0.output.dense.weight"] == pytest.approx(0.005, rel=1e-2)
        assert steps["embeddings.word_embeddings.weight"] == pytest.approx(0.0025, rel=1e-2)

    def test_lora(self, folders: Any, docs: Any) -> None:
        pytest.importorskip("peft")
        settings = {"lora": {"r": 2, "alpha": 4}, "transformer_config": steady("bert")}
        model = build(folders("bert"), **settings)
        module = model.shims[0].module
        # The low-rank layers begin as nothing.
        plain = build(folders("bert")).predict(docs).rows
        np.testing.assert_allclose(model.predict(docs).rows, plain, atol=1e-6)
        optimizer = Adam(0.05)
        for _ in range(2):
            batch, backprop = model(docs, True)
            backprop(gradients_for(batch))
            model.shims[0].finish_update(optimizer)
        trained = {name for name, weight in module.named_parameters() if weight.requires_grad}
        assert trained and all(".lora_" in name for name in trained)
        assert {name for _, name in optimizer.mom1} == trained
        rows = model.predict(docs).rows
        assert abs(rows - plain).max() > 1e-3
        other = build_transformer_model("", make_strided_spans(12, 8), **settings)
        model_from_bytes(other, model_to_bytes(model))
        np.testing.assert_array_equal(other.predict(docs).rows, rows)

    def test_low_rank_layers_beside_frozen_ones_are_frozen(self, folders: Any) -> None:
        pytest.importorskip("peft")
        module = build(folders("bert"), freeze_layers=1, lora={"r": 2, "targets": "query"}).shims[0].module
        trained = [name for name, weight in module.named_parameters() if weight.requires_grad]
        side = "encoder.layer.1.attention.self.query.lora_"
        assert trained == [f"{side}A.default.weight", f"{side}B.default.weight"]

    def test_layers_are_the_list_with_most_weights(self) -> None:
        class Network(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.small = torch.nn.ModuleList(torch.nn.Linear(1, 1) for _ in range(9))
                self.blocks = torch.nn.ModuleList(
                    torch.nn.ModuleList(torch.nn.Linear(4, 4) for _ in range(5)) for _ in range(3)
                )

        assert tuning.layer_names(Network()) == ["blocks.0", "blocks.1", "blocks.2"]

    def test_a_copy_that_is_initialized_later_has_the_same_rates(self, folders: Any) -> None:
        model = build_transformer_model(
            str(folders("bert")), make_strided_spans(12, 8), layer_decay=0.5
        ).copy()
        model.initialize()
        rules = model.shims[0].rules
        assert [rules.rate(f"encoder.layer.{number}.x") for number in (1, 0)] == [1.0, 0.5]
        assert rules.rate("embeddings.x") == 0.25

    @pytest.mark.parametrize("lora", [{"r": 0}, {"targets": "nothing"}])
    def test_what_peft_refuses_is_told(self, lora: dict[str, Any], folders: Any) -> None:
        pytest.importorskip("peft")
        with pytest.raises(ConfigError, match="^lora: "):
            build(folders("bert"), lora=lora)

    def test_settings_of_lora_that_there_are_not(self, folders: Any) -> None:
        pytest.importorskip("peft")
        with pytest.raises(ConfigError, match="lora has no setting 'rank'"):
            build(folders("bert"), lora={"rank": 2})


class TestSettings:
    def test_one_that_the_config_of_the_network_does_not_have(self, folders: Any) -> None:
        with pytest.raises(ConfigError, match="a model of type bert has no output_hiden_states"):
            build(folders("bert"), transformer_config={"output_hiden_states": True})

    def test_attention_is_the_one_that_is_asked_for_after_loading_too(self, folders: Any, docs: Any) -> None:
        settings = {"transformer_config": {"attn_implementation": "eager"}}
        model = build(folders("bert"), **settings)
        other = build_transformer_model("", make_strided_spans(12, 8), **settings)
        model_from_bytes(other, model_to_bytes(model))
        for each in (model, other):
            assert each.shims[0].module.config._attn_implementation == "eager"
        expected = build(folders("bert")).predict(docs).rows
        np.testing.assert_allclose(other.predict(docs).rows, expected, atol=1e-5)

    def test_a_network_that_can_not_keep_inputs_alone(self, folders: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr(transformers.BertModel, "supports_gradient_checkpointing", False)
        with pytest.raises(ConfigError, match="gradient_checkpointing: BertModel does not support"):
            build(folders("bert"), gradient_checkpointing=True)

    @pytest.mark.slow
    @pytest.mark.parametrize("backend", ["aot_eager"])
    def test_compiled_it_gives_the_same(self, backend: str, folders: Any, docs: Any) -> None:
        found = []
        for settings in ({}, {"compile": backend}):
            model = build(folders("bert"), transformer_config=steady("bert"), **settings)
            batch, backprop = model(docs, True)
            backprop(gradients_for(batch))
            found.append((batch.rows, gradients_of(model.shims[0].module)))
        np.testing.assert_allclose(found[1][0], found[0][0], atol=1e-5)
        # What nothing is learnt of, such as a pooler, may have zeros there.
        learnt = {name: each for name, each in found[1][1].items() if each.any()}
        assert_same_gradients(learnt, {name: each for name, each in found[0][1].items() if each.any()}, 1e-5)


@pytest.mark.parametrize("more", ["mask", "causal", "bias"])
def test_attention_with_more_than_products_does_not_read_windows_apart(more: str) -> None:
    # A bias may be zeros when a network is tried, and be learnt later.
    assert attention.register()
    attend = transformers.modeling_utils.ALL_ATTENTION_FUNCTIONS[attention.NAME]
    values = torch.zeros(1, 2, 6, 4)
    given: dict[str, Any] = {
        "mask": {"attention_mask": torch.zeros(1, 1, 6, 6)},
        "causal": {"attention_mask": None, "is_causal": True},
        "bias": {"attention_mask": None, "position_bias": torch.zeros(1, 2, 6, 6)},
    }[more]
    with attention.windows([(0, 3, 2)]), pytest.raises(ValueError, match="doesn't read windows apart"):
        attend(torch.nn.Module(), values, values, values, **given)


def test_a_text_alone_is_read_by_the_fused_function_as_beside_others() -> None:
    assert attention.register()
    attend = transformers.modeling_utils.ALL_ATTENTION_FUNCTIONS[attention.NAME]
    torch.manual_seed(0)
    values = torch.randn(3, 1, 40, 2, 16).transpose(2, 3)
    found = []
    # Torch refuses whatever would take all products of a text at once.
    with torch.inference_mode(), sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        for windows in (1, 2):
            query, key, value = values.repeat(1, 1, 1, windows, 1)
            with attention.windows([(0, windows, 40)]):
                output, _ = attend(torch.nn.Module(), query, key, value, None)
            found.append(output[:, :40])
    assert torch.equal(*found)


def test_a_piece_without_a_vector_is_named(folders: Any, tmp_path: Path) -> None:
    made = small.wordpiece()
    made.add_tokens(["Anna"])
    _copy(folders("bert"), tmp_path)
    small.save_tokenizer(tmp_path, made)
    model = build(tmp_path)
    nlp = Language()
    assert np.isfinite(model.predict([nlp.make_doc("Nobody lives here.")]).rows).all()
    with pytest.raises(DataError, match="none for 'anna'"):
        model.predict([nlp.make_doc("Here is Anna.")])


def test_what_is_saved_does_not_name_the_folder_it_came_from(folders: Any) -> None:
    folder = str(folders("bert"))
    assert folder.encode() not in build(folder).shims[0].to_bytes()


class TestFolders:
    def test_random_weights_follow_the_stream(self, folders: Any) -> None:
        config = transformers.AutoConfig.from_pretrained(folders("bert"))
        found = []
        for seed in (0, 0, 1):
            with random.scope(seed=seed):
                found.append(networks.from_config(config).embeddings.word_embeddings.weight)
        assert torch.equal(found[0], found[1])
        assert not torch.equal(found[0], found[2])

    def test_missing_weights_are_told(self, folders: Any, tmp_path: Path) -> None:
        from safetensors.torch import load_file, save_file

        _copy(folders("bert"), tmp_path)
        weights = load_file(tmp_path / "model.safetensors")
        del weights["encoder.layer.1.output.dense.bias"]
        save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
        with pytest.warns(KernelWarning, match=r"1 weights .* encoder\.layer\.1\.output\.dense\.bias"):
            build(tmp_path)

    def test_nothing_is_printed(self, folders: Any) -> None:
        code = (
            "import sys; from pathlib import Path\n"
            "from kernel_transformers import network\n"
            "network.pretrained(Path(sys.argv[1]), {})\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "-c", code, str(folders("bert"))],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout + done.stderr == ""


def _copy(source: Path, target: Path, leave: str = "") -> None:
    for path in source.iterdir():
        if path.name != leave:
            (target / path.name).write_bytes(path.read_bytes())
