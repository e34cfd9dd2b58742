"""Every registered name of the package goes through a suite."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.testing import CommandSuite, MiscSuite

pytestmark = pytest.mark.needs("onnx", "onnxruntime")
GOLDENS = Path(__file__).with_name("goldens.json")


def network(vocabulary: int = 12, width: int = 3) -> bytes:
    """A network without layers: the row of a piece is that of its number in a table, in ONNX."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    table = np.random.default_rng(0).normal(size=(vocabulary, width)).astype("float32")
    shape = ["windows", "pieces"]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["rows"])],
        "table",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [*shape, width])],
        [numpy_helper.from_array(table, "table")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def windows() -> tuple[Any, Any, Any]:
    ids = np.arange(10, dtype="int64").reshape(2, 5)
    return ids, np.ones_like(ids), np.zeros_like(ids)


class TestOnnxNetwork(MiscSuite):
    """A layer that only predicts, from windows to rows: none of what is asked of others fits."""

    kind = "layers"
    name = "kernel.OnnxNetwork.v1"
    settings = {"threads": 2}
    goldens = GOLDENS

    def as_plain(self, layer: Any) -> Any:
        layer.shims[0].from_bytes(network())
        return layer.predict(windows()).tolist()

    def test_a_copy_gives_the_same(self) -> None:
        layer = self.build()
        expected = self.as_plain(layer)
        assert layer.copy().predict(windows()).tolist() == expected
        assert type(layer).from_bytes(self.build(), layer.to_bytes()).predict(windows()).tolist() == expected


class TestOnnx(CommandSuite):
    name = "onnx"
    goldens = GOLDENS
