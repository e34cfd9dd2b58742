"""Suites for tokenizers and languages."""

from pathlib import Path
from typing import Any, ClassVar

from kernel.errors import KernelError
from kernel.language import Language
from kernel.testing.suites.base import Suite

TEXTS = (
    "Hello, world! It's 5 o'clock (or so).",
    "",
    " ",
    "  two  spaces and\ttab\nnewline ",
    "naïve café — “quoted” … 日本語 and 🙂",
    "e-mail me@example.org or see https://example.org/a?b=1.",
    "x" * 200,
    "U.S.A. costs $3.50/kg; don't, can't, won't",
)


class TokenizingSuite(Suite):
    """Something with a tokenizer that must keep every character of a text."""

    texts: ClassVar[tuple[str, ...]] = TEXTS

    def tokenizer(self) -> Any:
        """A new tokenizer."""
        raise NotImplementedError

    def golden(self) -> Any:
        return [_words(self.tokenizer()(text)) for text in self.texts]

    def test_every_character_is_kept(self) -> None:
        tokenizer = self.tokenizer()
        for text in self.texts:
            doc = tokenizer(text)
            assert doc.text == text, f"the text {text!r} became {doc.text!r}"
            assert "".join(token.text_with_ws for token in doc) == text

    def test_no_token_is_empty(self) -> None:
        tokenizer = self.tokenizer()
        for text in self.texts:
            assert all(_words(tokenizer(text))), f"a token of {text!r} is empty"

    def test_many_texts_give_what_single_ones_give(self) -> None:
        tokenizer = self.tokenizer()
        expected = [_words(tokenizer(text)) for text in self.texts]
        assert [_words(doc) for doc in tokenizer.pipe(self.texts)] == expected
        if hasattr(tokenizer, "batch"):
            assert [_words(doc) for doc in tokenizer.batch(list(self.texts))] == expected

    def test_a_text_gives_the_same_tokens_each_time(self) -> None:
        one, other = self.tokenizer(), self.tokenizer()
        for text in self.texts:
            assert _words(one(text)) == _words(one(text)) == _words(other(text))

    def test_the_tokenizer_survives_bytes(self) -> None:
        tokenizer, other = self.tokenizer(), self.tokenizer()
        if hasattr(tokenizer, "to_bytes"):
            other.from_bytes(tokenizer.to_bytes())
            assert [_words(other(text)) for text in self.texts] == [
                _words(tokenizer(text)) for text in self.texts
            ]

    def test_the_tokenizer_survives_disk(self, tmp_path: Path) -> None:
        tokenizer, other = self.tokenizer(), self.tokenizer()
        if hasattr(tokenizer, "to_disk"):
            tokenizer.to_disk(tmp_path / "tokenizer")
            other.from_disk(tmp_path / "tokenizer")
            assert [_words(other(text)) for text in self.texts] == [
                _words(tokenizer(text)) for text in self.texts
            ]


class TokenizerSuite(TokenizingSuite):
    """A function of the registry `tokenizers`: returns a function of the pipeline that makes its tokenizer."""

    kind = "tokenizers"

    def tokenizer(self) -> Any:
        return self.build()(Language())


class LanguageSuite(TokenizingSuite):
    """A class of the registry `languages`: a subclass of `kernel.language.Language`.

    (Pipelines that aren't made of text have their own class and their own tests; see
    `kernel.training.protocols.Pipeline`.)
    """

    kind = "languages"

    def language(self) -> Any:
        """A new pipeline of the language."""
        from kernel import registry

        return registry.get(self.kind, self.name)()

    def build(self, **changes: Any) -> Any:
        return self.language()

    def tokenizer(self) -> Any:
        return self.language().tokenizer

    def test_the_class_knows_its_name(self) -> None:
        assert self.language().lang == self.name

    def test_the_config_names_the_language(self) -> None:
        assert self.language().config["nlp"]["lang"] == self.name

    def test_lexical_attributes_can_be_asked_of_every_word(self) -> None:
        nlp = self.language()
        for text in self.texts:
            for token in nlp.make_doc(text):
                assert isinstance(token.lower_, str) and isinstance(token.norm_, str)
                assert isinstance(bool(token.is_stop), bool) and isinstance(bool(token.like_num), bool)

    def test_stop_words_are_found_in_any_case(self) -> None:
        nlp = self.language()
        for word in sorted(nlp.Defaults.stop_words)[:20]:
            assert nlp.vocab[word].is_stop, f"{word!r} is a stop word, but is_stop is false"

    def test_the_pipeline_survives_bytes(self) -> None:
        nlp = self.language()
        copy = self.language().from_bytes(nlp.to_bytes())
        assert [_words(copy.make_doc(text)) for text in self.texts] == [
            _words(nlp.make_doc(t)) for t in self.texts
        ]

    def test_two_pipelines_share_no_settings(self) -> None:
        nlp = self.language()
        try:
            nlp.tokenizer.add_special_case("Hello", [{"ORTH": "Hel"}, {"ORTH": "lo"}])
        except (AttributeError, KernelError):
            return
        assert "Hel" in _words(nlp.make_doc("Hello")) and "Hel" not in _words(
            self.language().make_doc("Hello")
        )


def _words(doc: Any) -> list[str]:
    return [token.text for token in doc]
