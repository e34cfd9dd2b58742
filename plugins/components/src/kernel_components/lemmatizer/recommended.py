"""What `kernel init config` writes for the lemmatizer by tables."""

from kernel.language import Recommendation
from kernel_components.lemmatizer.lookups_data import files_of

# Table of a language -> the mode that uses it, the best first.
_MODES = {"lemma_rules": "rule", "lemma_lookup_noun": "pos_lookup", "lemma_lookup": "lookup"}


def lemmatizer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """The mode that the installed tables of the language serve best; without any, that of the language's usual ones."""
    files = files_of(lang)
    usual = "rule" if lang == "en" else "lookup"
    mode = next((mode for table, mode in _MODES.items() if table in files), usual)
    return Recommendation({"mode": mode})
