"""The transformers of a pipeline, exchanged for networks in ONNX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thinc.api import Model

from kernel import registry
from kernel.language import Language
from kernel_onnx.export import to_int8, to_onnx
from kernel_onnx.network import build_onnx_network


@dataclass(frozen=True)
class Exchanged:
    """name: of the component. before, after: bytes of its network's weights in torch, and of its file in ONNX."""

    name: str
    before: int
    after: int


def exchange(nlp: Language, *, int8: bool = False, threads: int = 1) -> list[Exchanged]:
    """Exchange the network of every transformer in a pipeline for one in ONNX; the pipeline is changed.

    int8: weights in eight bits. threads: that onnxruntime takes for a batch. `UsageError` if there is no transformer to exchange.
    """
    exchange_networks = registry.get("misc", "kernel.exchange_networks.v1")()
    sizes: list[tuple[int, int]] = []

    def make(network: Any) -> tuple[Model[Any, Any], dict[str, Any]]:
        content = to_onnx(network.module, takes_types=network.takes_types)
        content = to_int8(content) if int8 else content
        layer = build_onnx_network(threads)
        layer.shims[0].from_bytes(content)
        before = sum(weight.numel() * weight.element_size() for weight in network.module.parameters())
        sizes.append((before, len(content)))
        return layer, {"@layers": "kernel.OnnxNetwork.v1", "threads": threads}

    names = exchange_networks(nlp, make)
    return [Exchanged(name, *size) for name, size in zip(names, sizes, strict=True)]
