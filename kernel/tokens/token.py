"""Token: a view on one token of a Doc."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, UsageError
from kernel.tokens.columns import check_pos, check_text, sentence_start, value_of
from kernel.tokens.iob import IOB_STRINGS
from kernel.tokens.morph import EMPTY, MorphAnalysis, features_to_text, normalize_features
from kernel.tokens.tree import TreeNode
from kernel.tokens.underscore import Extensible, Underscore
from kernel.tokens.vectored import Vectored
from kernel.vocab import attrs
from kernel.vocab.lexeme import Lexeme
from kernel.vocab.ordered import Ordered

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc
    from kernel.tokens.span import Span
    from kernel.vocab import Vocab


def _lexical(attr: int) -> tuple[property, property]:
    def number(self: Token) -> int:
        return int(self.doc.table.column(attr)[self.doc.rows[self.i]])

    def text(self: Token) -> str:
        return self.doc.vocab.strings[number(self)]

    return property(number), property(text)


def _flag(attr: int) -> property:
    def flag(self: Token) -> bool:
        return bool(self.doc.table.column(attr)[self.doc.rows[self.i]])

    return property(flag)


def _annotation(attr: int, check: Callable[[Any], None] | None = None) -> tuple[property, property]:
    def number(self: Token) -> int:
        column = self.doc.columns.get(attr)
        return 0 if column is None else int(column[self.i])

    def set_number(self: Token, value: int | str) -> None:
        if check is not None:
            check((value,))
        self.doc.edit_column(attr)[self.i] = self.doc.intern(value)

    def text(self: Token) -> str:
        column = self.doc.columns.get(attr)
        return "" if column is None else self.doc.vocab.strings[int(column[self.i])]

    def set_text(self: Token, value: str | None) -> None:
        set_number(self, check_text(value))

    return property(number, set_number), property(text, set_text)


class Token(Extensible, Vectored, TreeNode, Ordered):
    """One token. Attributes that are strings come in pairs: `token.tag_` is the text, `token.tag` its number."""

    __slots__ = ("doc", "i")
    extension_table = "token_extensions"

    orth, orth_ = _lexical(attrs.ORTH)
    lower, lower_ = _lexical(attrs.LOWER)
    shape, shape_ = _lexical(attrs.SHAPE)
    prefix, prefix_ = _lexical(attrs.PREFIX)
    suffix, suffix_ = _lexical(attrs.SUFFIX)
    lang, lang_ = _lexical(attrs.LANG)
    is_alpha = _flag(attrs.IS_ALPHA)
    is_ascii = _flag(attrs.IS_ASCII)
    is_digit = _flag(attrs.IS_DIGIT)
    is_lower = _flag(attrs.IS_LOWER)
    is_punct = _flag(attrs.IS_PUNCT)
    is_space = _flag(attrs.IS_SPACE)
    is_title = _flag(attrs.IS_TITLE)
    is_upper = _flag(attrs.IS_UPPER)
    is_stop = _flag(attrs.IS_STOP)
    is_bracket = _flag(attrs.IS_BRACKET)
    is_quote = _flag(attrs.IS_QUOTE)
    is_left_punct = _flag(attrs.IS_LEFT_PUNCT)
    is_right_punct = _flag(attrs.IS_RIGHT_PUNCT)
    is_currency = _flag(attrs.IS_CURRENCY)
    like_url = _flag(attrs.LIKE_URL)
    like_num = _flag(attrs.LIKE_NUM)
    like_email = _flag(attrs.LIKE_EMAIL)
    tag, tag_ = _annotation(attrs.TAG)
    pos, pos_ = _annotation(attrs.POS, check_pos)
    dep, dep_ = _annotation(attrs.DEP)
    lemma, lemma_ = _annotation(attrs.LEMMA)
    ent_kb_id, ent_kb_id_ = _annotation(attrs.ENT_KB_ID)
    ent_id, ent_id_ = _annotation(attrs.ENT_ID)
    ent_type, ent_type_ = _annotation(attrs.ENT_TYPE)

    def __init__(self, doc: Doc, i: int) -> None:
        self.doc = doc
        self.i = i

    def __repr__(self) -> str:
        return self.text

    def __len__(self) -> int:
        """Number of characters."""
        return len(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other.doc is self.doc and other.i == self.i

    def order(self) -> int:
        """What tokens are compared by: their place."""
        return self.i

    def __hash__(self) -> int:
        return hash((id(self.doc), self.i))

    @property
    def vocab(self) -> Vocab:
        return self.doc.vocab

    @property
    def lex(self) -> Lexeme:
        """The word form."""
        return Lexeme(self.doc.vocab, self.text)

    @property
    def text(self) -> str:
        return self.doc.table.orth(self.doc.rows[self.i])

    @property
    def text_with_ws(self) -> str:
        return self.text + self.whitespace_

    @property
    def whitespace_(self) -> str:
        """The space after the token, if there is one."""
        return " " if self.doc.spaces[self.i] else ""

    @property
    def idx(self) -> int:
        """Character offset in the text."""
        return int(self.doc.offsets()[self.i])

    @property
    def norm(self) -> int:
        return int(self.doc.table.column(attrs.NORM)[self.doc.rows[self.i]])

    @property
    def norm_(self) -> str:
        return self.doc.table.norm(int(self.doc.rows[self.i]))

    @norm_.setter
    def norm_(self, norm: str | None) -> None:
        rows = self.doc.rows.copy()
        rows[self.i] = self.doc.table.row(self.text, check_text(norm))
        self.doc.set_rows(rows)

    @property
    def _(self) -> Underscore:
        """Extension attributes."""
        return Underscore(Underscore.token_extensions, self, self.idx)

    @property
    def morph(self) -> MorphAnalysis:
        """Morphological features."""
        column = self.doc.columns.get(attrs.MORPH)
        key = 0 if column is None else int(column[self.i])
        return MorphAnalysis(self.doc.vocab.strings[key], key)

    @morph.setter
    def morph(self, features: MorphAnalysis) -> None:
        self.set_morph(features)

    def set_morph(self, features: str | int | dict[str, str] | MorphAnalysis | None) -> None:
        """Set the features: text form, its number among the strings, mapping or analysis; None makes them missing."""
        if isinstance(features, Integral) and not isinstance(features, bool):
            number = int(features)
            features = self.doc.vocab.strings.find(number) if number else None
            if number and (features is None or not ("=" in features or features == EMPTY)):
                what = "no string has that number" if features is None else f"it is that of {features!r}"
                raise DataError(f"the number {number} can't stand for morphological features: {what}")
        if isinstance(features, dict):
            features = features_to_text(features)
        if features is not None and not isinstance(features, (str, MorphAnalysis)):
            raise DataError(
                f"morphological features are a text, its number, a mapping or None, not {type(features).__name__}"
            )
        key = 0 if features is None else self.doc.intern(normalize_features(str(features)))
        self.doc.edit_column(attrs.MORPH)[self.i] = key

    def has_morph(self) -> bool:
        return bool(value_of(self.doc, attrs.MORPH, self.i))

    @property
    def ent_iob(self) -> int:
        """0 missing, 1 inside, 2 outside, 3 begin."""
        return value_of(self.doc, attrs.ENT_IOB, self.i)

    @property
    def ent_iob_(self) -> str:
        """ "B", "I", "O", or "" if the annotation is missing."""
        return IOB_STRINGS[self.ent_iob]

    @property
    def sent_start(self) -> int:
        """1 starts a sentence, -1 doesn't, 0 isn't known."""
        if attrs.SENT_START not in self.doc.columns:
            return int(self.i == 0)
        return value_of(self.doc, attrs.SENT_START, self.i)

    @sent_start.setter
    def sent_start(self, value: int) -> None:
        value = sentence_start(value)
        # The first token of a text starts a sentence, whatever is said.
        if not self.i or value == self.sent_start:
            return
        if self.doc.has_annotation(attrs.DEP) or self.doc.has_annotation(attrs.HEAD):
            raise UsageError(
                f"the text has trees, and these decide where its sentences start; token {self.i} can't be changed",
                hint="Set heads, and sentences follow: token.head = token makes a root. Or set sentence starts in a component before the "
                "parser, which keeps to them.",
            )
        self.doc.edit_column(attrs.SENT_START)[self.i] = value

    @property
    def is_sent_start(self) -> bool | None:
        """Whether the token starts a sentence, None if not known."""
        value = self.sent_start
        return None if value == 0 else value == 1

    @is_sent_start.setter
    def is_sent_start(self, value: bool | None) -> None:
        self.sent_start = 0 if value is None else 1 if value else -1

    @property
    def is_sent_end(self) -> bool | None:
        """Whether the token ends a sentence, None if not known."""
        return True if self.i + 1 == len(self.doc) else self.nbor().is_sent_start

    @property
    def sent(self) -> Span:
        """The sentence of the token."""
        hook = self.user_hook("sent")
        if hook is not None:
            found: Span = hook(self)
            return found
        return self.doc[self.i : self.i + 1].sent

    def nbor(self, i: int = 1) -> Token:
        """The token i places further."""
        if not 0 <= self.i + i < len(self.doc):
            raise IndexError(f"no token {i:+d} places from token {self.i}")
        return Token(self.doc, self.i + i)

    @property
    def tensor(self) -> Any:
        """The token's row of `doc.tensor`."""
        return self.doc.tensor[self.i]

    @property
    def is_oov(self) -> bool:
        """The token has no word vector."""
        return not self.doc.has_vectors(self.i, self.i + 1)[0]

    @property
    def rank(self) -> int:
        """The row of the word form's vector, or the highest 64-bit number."""
        return self.lex.rank

    @property
    def prob(self) -> float:
        """How likely the word form is, as the language's tables say: the logarithm."""
        return self.lex.prob

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """The other tokens that are coordinated with this one, by arcs called "conj"."""
        hook = self.user_hook("conjuncts")
        return super().conjuncts if hook is None else tuple(hook(self))

    def words(self) -> list[str]:
        """The text, as a list of one."""
        return [self.text]

    def user_hook(self, name: str) -> Callable[..., Any] | None:
        """What the owner of the document says of tokens in place of what is computed."""
        said = self.doc.said
        return None if said is None else said.token.get(name)

    def own_has_vector(self) -> bool:
        """Whether the token has a word vector, or the document a tensor if there are none."""
        return not self.is_oov if self.doc.vocab.vectors else len(self.doc.tensor) > 0

    def own_vector(self) -> Any:
        """The word vector, zeros if there is none; the tensor's row, if there are no word vectors at all."""
        return self.doc[self.i : self.i + 1].own_vector()

    def check_flag(self, flag_id: str | int) -> bool:
        """The value of a flag of the word form."""
        return bool(self.doc.table.column(attrs.intify(flag_id))[self.doc.rows[self.i]])

    @classmethod
    def iob_strings(cls) -> tuple[str, ...]:
        """What the numbers of `ent_iob` stand for."""
        return IOB_STRINGS
