"""Special cases of words that stay one token."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.tokenizer import Special


def whole(words: Iterable[str]) -> dict[str, list[Special]]:
    """Abbreviations and other words that no rule is to cut, as they are and as they begin a sentence."""
    forms = {form for word in words for form in (word, word[:1].upper() + word[1:])}
    return {form: [{"ORTH": form}] for form in sorted(forms)}
