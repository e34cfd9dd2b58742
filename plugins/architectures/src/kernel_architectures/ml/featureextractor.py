"""`kernel.ml.featureextractor`."""

from kernel_architectures.feature_extractor import build_feature_extractor as FeatureExtractor

__all__ = ["FeatureExtractor"]
