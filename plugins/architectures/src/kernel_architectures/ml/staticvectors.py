"""`kernel.ml.staticvectors`."""

from kernel_architectures.tok2vec.embeddings.static_vectors import build_static_vectors as StaticVectors

__all__ = ["StaticVectors"]
