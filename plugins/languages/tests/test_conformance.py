"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import LanguageSuite, ModuleSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestEnglish(LanguageSuite):
    name = "en"
    goldens = GOLDENS


class TestMultiLanguage(LanguageSuite):
    name = "xx"
    goldens = GOLDENS


class TestLentEnglish(ModuleSuite):
    name = "kernel.lang.en"
    names = ("English", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs", "syntax_iterators")


class TestLentMultiLanguage(ModuleSuite):
    name = "kernel.lang.xx"
    names = ("MultiLanguage",)


class TestLentCharClasses(ModuleSuite):
    name = "kernel.lang.char_classes"
    names = ("ALPHA", "ALPHA_LOWER", "ALPHA_UPPER", "CONCAT_QUOTES", "LIST_ELLIPSES", "LIST_ICONS", "UNITS")


class TestLentLexAttrs(ModuleSuite):
    name = "kernel.lang.lex_attrs"
    names = ("LEX_ATTRS", "is_punct", "is_stop", "like_num", "word_shape")


class TestLentPunctuation(ModuleSuite):
    name = "kernel.lang.punctuation"
    names = ("TOKENIZER_INFIXES", "TOKENIZER_PREFIXES", "TOKENIZER_SUFFIXES")


class TestLentTokenizerExceptions(ModuleSuite):
    name = "kernel.lang.tokenizer_exceptions"
    names = ("BASE_EXCEPTIONS", "URL_MATCH")
