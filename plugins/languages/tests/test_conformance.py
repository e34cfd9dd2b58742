"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import LanguageSuite, ModuleSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestEnglish(LanguageSuite):
    name = "en"
    goldens = GOLDENS


class Spaced(LanguageSuite):
    goldens = GOLDENS


class TestCatalan(Spaced):
    name = "ca"


class TestGerman(Spaced):
    name = "de"


class TestGreek(Spaced):
    name = "el"


class TestSpanish(Spaced):
    name = "es"


class TestFrench(Spaced):
    name = "fr"


class TestItalian(Spaced):
    name = "it"


class TestDutch(Spaced):
    name = "nl"


class TestPolish(Spaced):
    name = "pl"


class TestPortuguese(Spaced):
    name = "pt"


class TestRussian(Spaced):
    name = "ru"


class TestDanish(Spaced):
    name = "da"


class TestFinnish(Spaced):
    name = "fi"


class TestIndonesian(Spaced):
    name = "id"


class TestNorwegian(Spaced):
    name = "nb"


class TestRomanian(Spaced):
    name = "ro"


class TestSwedish(Spaced):
    name = "sv"


class TestTurkish(Spaced):
    name = "tr"


class TestUkrainian(Spaced):
    name = "uk"


class TestArabic(Spaced):
    name = "ar"


class TestHebrew(Spaced):
    name = "he"


class TestHindi(Spaced):
    name = "hi"


class TestKorean(Spaced):
    name = "ko"


class TestChinese(Spaced):
    name = "zh"


class TestMultiLanguage(LanguageSuite):
    name = "xx"
    goldens = GOLDENS


class TestLentEnglish(ModuleSuite):
    name = "kernel.lang.en"
    names = ("English", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs", "syntax_iterators")


class TestLentCatalan(TestLentEnglish):
    name = "kernel.lang.ca"
    names = ("Catalan", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentGerman(TestLentEnglish):
    name = "kernel.lang.de"
    names = ("German", "STOP_WORDS")


class TestLentGreek(TestLentEnglish):
    name = "kernel.lang.el"
    names = ("Greek", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentSpanish(TestLentEnglish):
    name = "kernel.lang.es"
    names = ("Spanish", "STOP_WORDS")


class TestLentFrench(TestLentEnglish):
    name = "kernel.lang.fr"
    names = ("French", "STOP_WORDS")


class TestLentItalian(TestLentEnglish):
    name = "kernel.lang.it"
    names = ("Italian", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentDutch(TestLentEnglish):
    name = "kernel.lang.nl"
    names = ("Dutch", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentPolish(TestLentEnglish):
    name = "kernel.lang.pl"
    names = ("Polish", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentPortuguese(TestLentEnglish):
    name = "kernel.lang.pt"
    names = ("Portuguese", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentRussian(TestLentEnglish):
    name = "kernel.lang.ru"
    names = ("Russian", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


class TestLentUkrainian(TestLentEnglish):
    name = "kernel.lang.uk"
    names = ("Ukrainian", "STOP_WORDS")
    modules = ("stop_words", "punctuation", "examples", "lex_attrs")


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


class TestLentDanish(TestLentCatalan):
    name = "kernel.lang.da"
    names = ("Danish", "STOP_WORDS")


class TestLentFinnish(TestLentCatalan):
    name = "kernel.lang.fi"
    names = ("Finnish", "STOP_WORDS")


class TestLentIndonesian(TestLentCatalan):
    name = "kernel.lang.id"
    names = ("Indonesian", "STOP_WORDS")


class TestLentNorwegian(TestLentCatalan):
    name = "kernel.lang.nb"
    names = ("Norwegian", "STOP_WORDS")


class TestLentRomanian(TestLentCatalan):
    name = "kernel.lang.ro"
    names = ("Romanian", "STOP_WORDS")


class TestLentSwedish(TestLentCatalan):
    name = "kernel.lang.sv"
    names = ("Swedish", "STOP_WORDS")


class TestLentTurkish(TestLentCatalan):
    name = "kernel.lang.tr"
    names = ("Turkish", "STOP_WORDS")


class TestLentArabic(TestLentCatalan):
    name = "kernel.lang.ar"
    names = ("Arabic", "STOP_WORDS")


class TestLentHebrew(TestLentCatalan):
    name = "kernel.lang.he"
    names = ("Hebrew", "STOP_WORDS")


class TestLentHindi(TestLentCatalan):
    name = "kernel.lang.hi"
    names = ("Hindi", "STOP_WORDS")


class TestLentKorean(TestLentCatalan):
    name = "kernel.lang.ko"
    names = ("Korean", "STOP_WORDS")


class TestLentChinese(TestLentCatalan):
    name = "kernel.lang.zh"
    names = ("Chinese", "STOP_WORDS")
