"""The attribute ruler: the rules of one of theirs, among them those that its tag map and morph rules became."""

from __future__ import annotations

from typing import Any

from kernel.errors import DataError
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """`patterns` has them: what a rule matches, the attributes that it sets, and on which token of the match."""
    rules = source.message(f"{name}/patterns")
    if not isinstance(rules, list):
        raise DataError(
            f"the rules of component '{name}' are no list, but {type(rules).__name__}",
            path=source.root / name / "patterns",
        )
    ruler = nlp.get_pipe(name)
    ruler.clear()
    ruler.add_patterns(rules)
    return []
