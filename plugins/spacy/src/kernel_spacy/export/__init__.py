"""A pipeline of ours as a folder that spaCy 3.8 loads."""

from kernel_spacy.export.pipeline import export

__all__ = ["export"]
