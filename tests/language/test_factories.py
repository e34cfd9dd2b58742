"""What a factory must be."""

import pytest

from kernel.errors import ConfigError, RegistryError
from kernel.language import Language

pytestmark = pytest.mark.usefixtures("marks")


def test_settings_are_checked_against_the_factory():
    with pytest.raises(ConfigError, match="components.mark.tims.*\n*.*times"):
        Language().add_pipe("mark", config={"tims": 2})
    with pytest.raises(ConfigError, match="components.mark.times"):
        Language().add_pipe("mark", config={"times": "many"})


def test_an_unknown_factory_is_an_error_with_the_nearest_name():
    with pytest.raises(RegistryError, match="shout"):
        Language().add_pipe("shuot")


def test_a_factory_must_take_nlp_and_name():
    with pytest.raises(RegistryError, match="lacks the argument nlp"):

        @Language.factory("wrong")
        def make(name):
            return None


def test_a_factory_that_makes_nothing():
    Language.factory("nothing", func=lambda nlp, name: None)
    with pytest.raises(RegistryError, match="nothing.*NoneType"):
        Language().add_pipe("nothing")


def test_registering_the_same_function_again_is_fine():
    for _ in range(2):

        @Language.component("again")
        def again(doc):
            return doc

    Language().add_pipe("again")


def test_a_language_may_have_its_own_factory():
    class Test(Language):
        lang = "tst"

    Language.component("tst.noop", func=lambda doc: doc)
    nlp = Test()
    nlp.add_pipe("noop")
    assert nlp.get_pipe_meta("noop").name == "tst.noop"


def test_factory_names_and_score_weights():
    nlp = Language()
    nlp.add_pipe("mark")
    assert {"mark", "noop", "shout"} <= set(nlp.factory_names)
    assert nlp.score_weights == {"mark_f": 1.0}
