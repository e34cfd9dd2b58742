"""Networks of every kind give in onnxruntime what they give in torch, for windows of any number and length."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from kernel_onnx.export import to_int8, to_onnx
from kernel_onnx.network import INPUTS, build_onnx_network

from kernel.errors import KernelError

SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
    "initializer_range": 0.3,
}
PIECES = 24
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "BERT": ("Bert", {}),
    "RoBERTa": ("Roberta", {"pad_token_id": 1}),
    "XLM-R": ("XLMRoberta", {"pad_token_id": 1}),
    "ELECTRA": ("Electra", {"embedding_size": 8}),
    "DistilBERT": ("DistilBert", {}),
    "DeBERTa-v3": (
        "DebertaV2",
        {
            "type_vocab_size": 0,
            "relative_attention": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_buckets": 8,
            "share_att_key": True,
            "norm_rel_ebd": "layer_norm",
            "position_biased_input": False,
        },
    ),
    "ModernBERT": (
        "ModernBert",
        {
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "cls_token_id": 1,
            "sep_token_id": 2,
            "local_attention": 6,
        },
    ),
}


def network(kind: str, **changes: Any) -> Any:
    name, more = KINDS[kind]
    settings: dict[str, Any] = SIZES | more | changes
    if name == "DistilBert":
        names = {"hidden_size": "dim", "num_hidden_layers": "n_layers", "num_attention_heads": "n_heads"}
        names |= {"intermediate_size": "hidden_dim"}
        settings = {names.get(key, key): value for key, value in settings.items()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = getattr(transformers, f"{name}Config")(**settings)
        return transformers.AutoModel.from_config(config, attn_implementation="eager").eval()


def windows(count: int, longest: int, pad: int) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(count * longest)
    ids = random.integers(5, SIZES["vocab_size"], (count, longest))
    lengths = np.maximum(1, longest - 3 * np.arange(count))
    mask = (np.arange(longest) < lengths[:, None]).astype("int64")
    return np.where(mask == 1, ids, pad), mask, np.zeros_like(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_those_of_torch(kind: str) -> None:
    module = network(kind)
    takes_types = int(getattr(module.config, "type_vocab_size", 0) or 0) > 0
    layer = build_onnx_network()
    layer.shims[0].from_bytes(to_onnx(module, takes_types=takes_types))
    pad = module.config.pad_token_id or 0
    for count, longest in [(1, 1), (1, 7), (3, PIECES), (6, 19)]:
        given = windows(count, longest, pad)
        named = dict(list(zip(INPUTS, map(torch.from_numpy, given), strict=True))[: 2 + takes_types])
        with torch.inference_mode():
            expected = module(**named).last_hidden_state.numpy()
        found = layer.predict(given)
        assert found.shape == expected.shape and found.dtype == np.float32
        there = given[1] == 1
        np.testing.assert_allclose(found[there], expected[there], atol=1e-4)


def test_eight_bits_hold_the_matrices_and_the_table_of_words() -> None:
    # Large enough for names and operators not to count.
    module = network("BERT", vocab_size=3000, hidden_size=64, intermediate_size=256)
    content = to_onnx(module, takes_types=True)
    small = to_int8(content)
    assert len(small) < 0.4 * len(content)
    layer = build_onnx_network()
    layer.shims[0].from_bytes(small)
    given = windows(2, 9, 0)
    with torch.inference_mode():
        named = dict(zip(INPUTS, map(torch.from_numpy, given), strict=True))
        expected = module(**named).last_hidden_state.numpy()
    found = layer.predict(given)
    cosines = (found * expected).sum(-1) / np.linalg.norm(found, axis=-1) / np.linalg.norm(expected, axis=-1)
    assert cosines[given[1] == 1].min() > 0.98


def test_what_cannot_be_written_says_of_what_kind_it_is() -> None:
    class Odd(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.config = transformers.BertConfig(**SIZES)

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            raise RuntimeError("this can't be followed")

    with pytest.raises(KernelError, match="type bert in ONNX: .*this can't be followed"):
        to_onnx(Odd(), takes_types=False)
