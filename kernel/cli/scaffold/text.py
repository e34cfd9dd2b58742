"""Texts for plugins that tokenize."""

from kernel.cli.scaffold.kinds import Kind

TOKENIZERS = Kind(
    module="tokenizer",
    function="make_tokenizer",
    registered="$owner.WordTokenizer.v1",
    about="a tokenizer of words and single punctuation marks",
    code='''"""A tokenizer of words and single punctuation marks."""

import re
from collections.abc import Callable, Iterable, Iterator

from kernel.language import Language
from kernel.tokens import Doc
from kernel.vocab import Vocab

PIECES = re.compile(r"\\s+|\\w+|[^\\w\\s]")


class WordTokenizer:
    """Makes a Doc of a text. The text of the Doc is the same, to the last space."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for piece in PIECES.findall(text):
            # One space belongs to the token before it; more are a token.
            if piece[0] == " " and words:
                spaces[-1] = True
                piece = piece[1:]
            if piece:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def pipe(self, texts: Iterable[str]) -> Iterator[Doc]:
        """Tokenize many texts."""
        return map(self, texts)


def make_tokenizer() -> Callable[[Language], WordTokenizer]:
    """Split words and punctuation marks."""

    def create(nlp: Language) -> WordTokenizer:
        return WordTokenizer(nlp.vocab)

    return create
''',
    test='''"""The tokenizer goes through the conformance suite."""

from kernel.testing import TokenizerSuite


class TestWordTokenizer(TokenizerSuite):
    name = "$owner.WordTokenizer.v1"

    def test_punctuation_stands_alone(self) -> None:
        doc = self.tokenizer()("Well, (yes)!")
        assert [token.text for token in doc] == ["Well", ",", "(", "yes", ")", "!"]
''',
    config={"nlp.tokenizer": '@tokenizers = "$owner.WordTokenizer.v1"'},
)

LANGUAGES = Kind(
    module="language",
    function="Custom",
    registered="$owner",
    about="a language with punctuation rules and stop words of its own",
    promise="Pipelines rely on the rules of a published language: trained with some, they are worse with others.",
    code='''"""A language with punctuation rules and stop words of its own."""

from typing import ClassVar

from kernel.language import Language
from kernel.language.defaults import Defaults


class CustomDefaults(Defaults):
    """What is split off a word at its start, at its end and inside; and stop words."""

    prefixes: ClassVar = (r"[(\\"']",)
    suffixes: ClassVar = (r"[.,;:!?)\\"']",)
    infixes: ClassVar = (r"(?<=[^\\W\\d])-(?=[^\\W\\d])",)
    stop_words: ClassVar = {"a", "an", "and", "of", "the"}


class Custom(Language):
    """Text with spaces between words."""

    lang = "$owner"
    Defaults = CustomDefaults
''',
    test='''"""The language goes through the conformance suite."""

from kernel.testing import LanguageSuite


class TestCustom(LanguageSuite):
    name = "$owner"

    def test_punctuation_is_split_off(self) -> None:
        doc = self.tokenizer()("(well-known, yes)")
        assert " ".join(token.text for token in doc) == "( well - known , yes )"
''',
    config={"nlp": 'lang = "$owner"\npipeline = ["tagger"]'},
)
