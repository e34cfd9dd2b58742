"""Configs of spaCy 3: checked, and written as ours."""

from kernel_spacy.configs.check import check
from kernel_spacy.configs.convert import convert
from kernel_spacy.configs.notes import Note

__all__ = ["Note", "check", "convert"]
