"""From text to Doc: rules, the splitting of chunks, and the tokenizer that caches what it has split."""

from kernel.tokenizer.rules import (
    Rules,
    Special,
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
)
from kernel.tokenizer.tokenizer import Tokenizer, make_tokenizer

__all__ = [
    "Rules",
    "Special",
    "Tokenizer",
    "compile_infix_regex",
    "compile_prefix_regex",
    "compile_suffix_regex",
    "make_tokenizer",
]
