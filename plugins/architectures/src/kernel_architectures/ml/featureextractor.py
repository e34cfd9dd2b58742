"""`kernel.ml.featureextractor`."""

from kernel_architectures.tok2vec.embeddings.feature_extractor import (
    build_feature_extractor as FeatureExtractor,
)

__all__ = ["FeatureExtractor"]
