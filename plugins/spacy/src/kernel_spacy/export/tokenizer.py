"""The tokenizer's file: the format is the same; what it can't hold is refused."""

from __future__ import annotations

from typing import Any

from kernel.tokenizer import Tokenizer
from kernel.tokenizer.files import METHODS, is_saved
from kernel_spacy.export.problems import Findings


def check_tokenizer(tokenizer: Any, findings: Findings) -> None:
    """Note what a file can't hold."""
    if type(tokenizer) is not Tokenizer:
        findings.refuse(
            "tokenizer",
            f"it is a {type(tokenizer).__name__}, and not one of rules",
            "Take kernel.Tokenizer.v1 in [nlp.tokenizer].",
        )
        return
    for name in METHODS:
        function = getattr(tokenizer, name)
        if not is_saved(name, function):
            findings.refuse(
                "tokenizer",
                f"its {name} is a function of your own, {function!r}, which no file holds",
                f"Make it a method of an expression: re.compile(...).{METHODS[name]}.",
            )
