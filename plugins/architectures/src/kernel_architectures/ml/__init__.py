"""Building blocks under the names by which scripts of the field import them: this is the module `kernel.ml`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel_architectures.ml.featureextractor import FeatureExtractor as FeatureExtractor
    from kernel_architectures.ml.staticvectors import StaticVectors as StaticVectors

_MODULES = {"FeatureExtractor": "featureextractor", "StaticVectors": "staticvectors"}
__all__ = ["FeatureExtractor", "StaticVectors"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'kernel.ml' has no attribute {name!r}")
