"""Building blocks under the names by which scripts of the field import them: this is the module `kernel.ml`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel_architectures.ml.featureextractor import FeatureExtractor as FeatureExtractor
    from kernel_architectures.ml.staticvectors import StaticVectors as StaticVectors
    from kernel_architectures.ml.wordforms import per_word_form as per_word_form

_MODULES = {
    "FeatureExtractor": "featureextractor",
    "StaticVectors": "staticvectors",
    "per_word_form": "wordforms",
}
__all__ = ["FeatureExtractor", "StaticVectors", "per_word_form"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'kernel.ml' has no attribute {name!r}")
