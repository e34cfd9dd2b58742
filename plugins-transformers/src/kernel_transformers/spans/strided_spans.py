"""Windows of words that overlap."""

from collections.abc import Callable, Sequence

from kernel.config.ranges import PositiveInt
from kernel.errors import ConfigError
from kernel.tokens import Doc, Span


def make_strided_spans(
    window: PositiveInt = 128, stride: PositiveInt = 96
) -> Callable[[Sequence[Doc]], list[list[Span]]]:
    """A span of `window` tokens every `stride` tokens; the last one ends with the document.

    Neighbours share window - stride tokens, whose vectors are pooled over both.
    """
    if stride > window:
        raise ConfigError(
            f"stride is {stride}, window {window}: the tokens between two spans would be in none",
            hint="Take a stride of at most the window.",
        )

    def strided_spans(docs: Sequence[Doc]) -> list[list[Span]]:
        return [_strided(doc, window, stride) for doc in docs]

    return strided_spans


def _strided(doc: Doc, window: int, stride: int) -> list[Span]:
    last = max(len(doc) - window, 0)
    # The first start from which the window reaches the end is the last one.
    return [doc[start : start + window] for start in range(0, last + stride, stride)] if len(doc) else []
