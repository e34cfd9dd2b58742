"""Morphological features: the module `kernel.morphology`."""

from collections.abc import Mapping

from kernel.tokens import MorphAnalysis
from kernel.tokens.morph import EMPTY, features_to_text, normalize_features
from kernel.vocab import StringStore

__all__ = ["MorphAnalysis", "Morphology"]


class Morphology:
    """Turns features into their text form and back, and gives the text forms numbers. strings: takes the texts."""

    FEATURE_SEP = "|"
    FIELD_SEP = "="
    VALUE_SEP = ","
    EMPTY_MORPH = EMPTY

    def __init__(self, strings: StringStore) -> None:
        self.strings = strings

    def add(self, features: Mapping[str, str] | str) -> int:
        """Keep a set of features and return the number of its text form."""
        return self.strings.add(self.normalize_features(features))

    def get(self, key: int) -> str:
        """The text form that has a number; "" if there is none, or if it stands for no features."""
        text = self.strings.find(key) or ""
        return "" if text == EMPTY else text

    def __getitem__(self, key: int) -> MorphAnalysis:
        return MorphAnalysis(self.get(key), key)

    @staticmethod
    def normalize_features(features: Mapping[str, str] | str) -> str:
        """The text form with names and values in order; `_` for none."""
        return normalize_features(features) if isinstance(features, str) else features_to_text(features)

    @staticmethod
    def feats_to_dict(feats: str) -> dict[str, str]:
        """The text form as a mapping from names to values."""
        if not feats or feats == EMPTY:
            return {}
        pairs = (part.partition("=") for part in feats.split("|"))
        return {name: ",".join(sorted(values.split(","))) for name, _, values in pairs}

    @staticmethod
    def dict_to_feats(feats_dict: Mapping[str, str]) -> str:
        """A mapping from names to values as text; "" for none."""
        text = features_to_text(feats_dict)
        return "" if text == EMPTY else text
