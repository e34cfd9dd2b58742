"""`kernel.ml.staticvectors`."""

from kernel_architectures.static_vectors import build_static_vectors as StaticVectors

__all__ = ["StaticVectors"]
