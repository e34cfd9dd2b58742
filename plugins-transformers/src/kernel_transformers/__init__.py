"""Transformers for kernel: Hugging Face models as a component that others listen to.

`Transformer`, `TransformerModel` and what they give and take are names of this module; they are imported when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel import registry as registry
    from kernel_transformers.component import Transformer as Transformer
    from kernel_transformers.data import FullTransformerBatch as FullTransformerBatch
    from kernel_transformers.data import TransformerData as TransformerData
    from kernel_transformers.listener import build_transformer_listener as TransformerListener
    from kernel_transformers.model import build_transformer_model as TransformerModel

# Name -> module, and what it is called there.
_NAMES = {
    "FullTransformerBatch": ("kernel_transformers.data", "FullTransformerBatch"),
    "Transformer": ("kernel_transformers.component", "Transformer"),
    "TransformerData": ("kernel_transformers.data", "TransformerData"),
    "TransformerListener": ("kernel_transformers.listener", "build_transformer_listener"),
    "TransformerModel": ("kernel_transformers.model", "build_transformer_model"),
    "registry": ("kernel", "registry"),
}
__all__ = [
    "FullTransformerBatch",
    "Transformer",
    "TransformerData",
    "TransformerListener",
    "TransformerModel",
    "registry",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'kernel_transformers' has no attribute {name!r}")
    module, there = _NAMES[name]
    return getattr(import_module(module), there)
