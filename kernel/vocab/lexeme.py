"""Lexeme: a word form of the vocabulary, with the attributes that depend on nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.vocab import attrs
from kernel.vocab.ordered import Ordered
from kernel.vocab.similarity import similarity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kernel.vocab.vocab import Vocab


def _string_property(attr: int) -> tuple[property, property]:
    def number(self: Lexeme) -> int:
        return self._number(attr)

    def text(self: Lexeme) -> str:
        return str(self.get(attr))

    def set_number(self: Lexeme, value: int) -> None:
        self.set(attr, self.vocab.strings[value])

    def set_text(self: Lexeme, value: str) -> None:
        self.set(attr, value)

    return property(number, set_number), property(text, set_text)


def _flag_property(attr: int) -> property:
    def flag(self: Lexeme) -> bool:
        return bool(self.get(attr))

    def set_flag(self: Lexeme, value: bool) -> None:
        self.set(attr, value)

    return property(flag, set_flag)


class Lexeme(Ordered):
    """A view on one word form. Setting an attribute keeps it for good, in every document."""

    __slots__ = ("text", "vocab")

    lower, lower_ = _string_property(attrs.LOWER)
    norm, norm_ = _string_property(attrs.NORM)
    shape, shape_ = _string_property(attrs.SHAPE)
    prefix, prefix_ = _string_property(attrs.PREFIX)
    suffix, suffix_ = _string_property(attrs.SUFFIX)
    lang, lang_ = _string_property(attrs.LANG)
    is_alpha = _flag_property(attrs.IS_ALPHA)
    is_ascii = _flag_property(attrs.IS_ASCII)
    is_digit = _flag_property(attrs.IS_DIGIT)
    is_lower = _flag_property(attrs.IS_LOWER)
    is_punct = _flag_property(attrs.IS_PUNCT)
    is_space = _flag_property(attrs.IS_SPACE)
    is_title = _flag_property(attrs.IS_TITLE)
    is_upper = _flag_property(attrs.IS_UPPER)
    like_url = _flag_property(attrs.LIKE_URL)
    like_num = _flag_property(attrs.LIKE_NUM)
    like_email = _flag_property(attrs.LIKE_EMAIL)
    is_stop = _flag_property(attrs.IS_STOP)
    is_bracket = _flag_property(attrs.IS_BRACKET)
    is_quote = _flag_property(attrs.IS_QUOTE)
    is_left_punct = _flag_property(attrs.IS_LEFT_PUNCT)
    is_right_punct = _flag_property(attrs.IS_RIGHT_PUNCT)
    is_currency = _flag_property(attrs.IS_CURRENCY)

    def __init__(self, vocab: Vocab, text: str) -> None:
        self.vocab = vocab
        self.text = text

    def get(self, attr: str | int) -> Any:
        """An attribute's value: a string, a bool or a number."""
        number = attrs.intify(attr)
        if number == attrs.ORTH:
            return self.text
        if number == attrs.LENGTH:
            return len(self.text)
        return self.vocab.lexeme_settings.value(number, self.text)

    def set(self, attr: str | int, value: Any) -> None:
        """Set an attribute for good."""
        self.vocab.set_lexeme_attr(self.text, attr, value)

    def check_flag(self, flag_id: str | int) -> bool:
        return bool(self.get(flag_id))

    def set_flag(self, flag_id: str | int, value: bool) -> None:
        """Set a flag for good."""
        self.set(flag_id, bool(value))

    def set_attrs(self, **values: Any) -> None:
        """Set several attributes for good."""
        for name, value in values.items():
            self.set(name, value)

    @property
    def flags(self) -> int:
        """All flags in one number: bit n for the flag n."""
        return sum(1 << flag for flag in attrs.FLAGS & attrs.NAMES.keys() if self.get(flag))

    def order(self) -> str:
        """What word forms are compared by: their text."""
        return self.text

    def words(self) -> list[str]:
        """The form, as a list of one."""
        return [self.text]

    def _number(self, attr: int) -> int:
        return self.vocab.lexemes.intern(self.get(attr))

    def __repr__(self) -> str:
        return f"Lexeme({self.text!r})"

    def __len__(self) -> int:
        return len(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexeme) and other.text == self.text and other.vocab is self.vocab

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def orth(self) -> int:
        return self._number(attrs.ORTH)

    @property
    def orth_(self) -> str:
        return self.text

    @property
    def rank(self) -> int:
        """The row of the form's vector, or the highest 64-bit number."""
        row = self.vocab.vectors.row(self.vocab.vector_key(self.text))
        return (1 << 64) - 1 if row is None else row

    @property
    def prob(self) -> float:
        """How likely the form is, as the table `lexeme_prob` of the language says: the logarithm; -20 if it doesn't."""
        return self.vocab.prob(self.text)

    @prob.setter
    def prob(self, prob: float) -> None:
        self.vocab.set_prob(self.text, prob)

    @property
    def is_oov(self) -> bool:
        """The form has no vector."""
        return not self.has_vector

    @property
    def has_vector(self) -> bool:
        return self.vocab.has_vector(self.text)

    @property
    def vector(self) -> NDArray[np.float32]:
        return self.vocab.get_vector(self.text)

    @vector.setter
    def vector(self, vector: NDArray[np.float32]) -> None:
        self.vocab.set_vector(self.text, vector)

    @property
    def vector_norm(self) -> float:
        """Length of the vector (L2)."""
        return float((self.vector**2).sum() ** 0.5)

    def similarity(self, other: Any) -> float:
        """Cosine of the two vectors, 0 if one is missing; 1 for the same word."""
        return similarity(self, other)
