"""What a language sets by default."""

from typing import ClassVar

import pytest

from kernel.language import Language

pytestmark = pytest.mark.usefixtures("marks")


def test_stop_words_and_lexical_attributes_of_the_defaults():
    class Test(Language):
        lang = "tst"

        class Defaults(Language.Defaults):
            stop_words: ClassVar = {"the"}

    doc = Test()("The end")
    assert [token.is_stop for token in doc] == [True, False]
    assert doc[0].lang_ == "tst"
