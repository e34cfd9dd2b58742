"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import LanguageSuite

GOLDENS = Path(__file__).with_name("goldens.json")


class TestEnglish(LanguageSuite):
    name = "en"
    goldens = GOLDENS


class TestMultiLanguage(LanguageSuite):
    name = "xx"
    goldens = GOLDENS
