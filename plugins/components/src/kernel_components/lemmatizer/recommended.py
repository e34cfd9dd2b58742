"""What `kernel init config` writes for the lemmatizer by tables."""

from kernel.language import Recommendation
from kernel_components.lemmatizer.lookups_data import files_of

# Language with a lemmatizer of its own -> the mode that this is about.
_USUAL = {
    **dict.fromkeys(("ca", "el", "en", "es", "fr", "nl"), "rule"),
    **dict.fromkeys(("it", "pl"), "pos_lookup"),
    **dict.fromkeys(("ru", "uk"), "pymorphy3"),
}
# Table of another language -> the mode that uses it, the best first.
_MODES = {"lemma_rules": "rule", "lemma_lookup_noun": "pos_lookup", "lemma_lookup": "lookup"}


def lemmatizer(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """The mode that the installed tables of the language serve best; without any, that of the language's usual ones."""
    files = files_of(lang)
    mode = _USUAL.get(lang) or next((mode for table, mode in _MODES.items() if table in files), "lookup")
    return Recommendation({"mode": mode})
