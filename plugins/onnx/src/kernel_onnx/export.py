"""A torch network written in ONNX, and its weights in eight bits."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kernel.errors import KernelError
from kernel_onnx import needed
from kernel_onnx.network import INPUTS, OUTPUT

# The version of the operators, which onnxruntime has known since 1.15.
OPSET = 17
# What the format takes, beside weights in files of their own.
_LARGEST = (1 << 31) - (1 << 20)


def to_onnx(module: Any, *, takes_types: bool) -> bytes:
    """A network of `transformers` in ONNX, float32, for any number of windows of any length.

    module: takes `INPUTS` and gives `last_hidden_state`. takes_types: whether it takes `token_type_ids`. It is written by following
    it while it reads an example. `KernelError` if that can't be written.
    """
    torch: Any = needed.torch()
    needed.onnx()
    names = list(INPUTS if takes_types else INPUTS[:2])
    size = sum(weight.numel() * weight.element_size() for weight in module.parameters())
    if size > _LARGEST:
        raise KernelError(
            f"the network has {size >> 20} MB, and a file in ONNX can't have more than {_LARGEST >> 20}"
        )

    class Rows(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *given: Any) -> Any:
            return self.module(**dict(zip(names, given, strict=True))).last_hidden_state

    ids = torch.randint(
        0, min(int(module.config.vocab_size), 1000), (3, 11), generator=torch.Generator().manual_seed(0)
    )
    mask = torch.ones_like(ids)
    mask[1, 7:], mask[2, 3:] = 0, 0
    example = [ids, mask, torch.zeros_like(ids)][: len(names)]
    file = io.BytesIO()
    axes = {name: {0: "windows", 1: "pieces"} for name in (*names, OUTPUT)}
    with _quiet(), torch.no_grad():
        try:
            torch.onnx.export(
                Rows().eval(),
                tuple(example),
                file,
                dynamo=False,
                opset_version=OPSET,
                input_names=names,
                output_names=[OUTPUT],
                dynamic_axes=axes,
            )
        except Exception as error:
            kind = getattr(module.config, "model_type", type(module).__name__)
            raise KernelError(
                f"torch {torch.__version__} can't write a network of type {kind} in ONNX: {error}"
            ) from error
    return file.getvalue()


def to_int8(content: bytes) -> bytes:
    """The same network with matrices and the table of words in eight bits, each column with a scale of its own.

    What goes into a matrix product is brought to eight bits while it runs (dynamic quantization), by its own largest value. Matrices
    use seven of their bits: processors without instructions for sums of such products add two of them in 16 bits, and what does not fit
    there would be cut off.
    """
    needed.onnx(), needed.onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True) as place, _quiet():
        source, target = Path(place) / "float32.onnx", Path(place) / "int8.onnx"
        source.write_bytes(content)
        quantize_dynamic(
            source,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": 1},
        )
        return target.read_bytes()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep both libraries from talking; their errors come through."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
