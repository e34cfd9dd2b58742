"""The token splitter: very long tokens become several, so that no model meets words that nobody can read."""

from typing import Any

import numpy as np

from kernel.component import Component
from kernel.config.ranges import NonNegativeInt
from kernel.language import Language
from kernel.tokens import Doc, Token
from kernel.tokens.columns import values_of
from kernel.vocab.attrs import intify

LENGTH, DEP, HEAD = map(intify, ("LENGTH", "DEP", "HEAD"))


@Language.factory("token_splitter", default_config={"min_length": 25, "split_length": 10}, retokenizes=True)
def make_token_splitter(
    nlp: Language, name: str, *, min_length: NonNegativeInt, split_length: NonNegativeInt
) -> "TokenSplitter":
    """Splits very long tokens.

    min_length: characters from which on a token is split. split_length: characters of each part; the last one has the rest.
    If one of them is 0, nothing is split.
    """
    return TokenSplitter(name, min_length=min_length, split_length=split_length)


class TokenSplitter(Component):
    """Splits tokens of `min_length` or more characters into parts of `split_length`.

    Every part is annotated as the token was. In a parsed text the first part has the token's place in the tree, and the others hang
    on it with the label "dep".
    """

    def __init__(self, name: str = "token_splitter", *, min_length: int = 25, split_length: int = 10) -> None:
        super().__init__(name)
        self.cfg.update(min_length=min_length, split_length=split_length)

    def __call__(self, doc: Doc) -> Doc:
        shortest, size = self.cfg["min_length"], self.cfg["split_length"]
        if not shortest or not size:
            return doc
        long = np.flatnonzero(values_of(doc, LENGTH) >= shortest).tolist()
        is_parsed = HEAD in doc.columns
        with doc.retokenize() as retokenizer:
            for place in long:
                token = doc[place]
                parts = _cut(token.text, size)
                if len(parts) > 1:
                    retokenizer.split(
                        token, parts, _heads(token, len(parts)), _labels(token, len(parts), is_parsed)
                    )
        return doc


def _cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _heads(token: Token, count: int) -> list[tuple[Token, int]]:
    return [(token.head, 0), *[(token, 0)] * (count - 1)]


def _labels(token: Token, count: int, is_parsed: bool) -> dict[str | int, Any] | None:
    return {DEP: [token.dep, *["dep"] * (count - 1)]} if is_parsed else None
