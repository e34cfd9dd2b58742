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
    modules = ("stop_words", "punctuation")


class TestLentMultiLanguage(ModuleSuite):
    name = "kernel.lang.xx"
    names = ("MultiLanguage",)
