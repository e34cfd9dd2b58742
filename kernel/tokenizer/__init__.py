"""From text to Doc: rules, the splitting of chunks, and the tokenizer that caches what it has split."""

from kernel.tokenizer.rules import (
    Rules,
    Special,
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
)

__all__ = ["Rules", "Special", "compile_infix_regex", "compile_prefix_regex", "compile_suffix_regex"]
