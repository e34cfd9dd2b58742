"""A factory of the language's own comes before the general one of that name, wherever a config is looked at."""

import pytest

from kernel import Config
from kernel.cli.debug_config import functions
from kernel.component import Component
from kernel.config.checking import check
from kernel.errors import ConfigError, RegistryError, UsageError
from kernel.language import Language
from kernel.language.new_config import new_config
from kernel.language.recommend import SHARED, Recommendation
from kernel.registries.family import registry
from kernel.saving import provenance
from kernel.training.prepare import pipeline_class


class General(Component):
    def initialize(self, get_examples, *, nlp=None, size: int = 1) -> None:
        pass


class Special(Component):
    def initialize(self, get_examples, *, nlp=None, depth: int = 1) -> None:
        pass


@pytest.fixture(autouse=True)
def factories():
    with registry.restored():
        registry.languages("tst", type("Test", (Language,), {"lang": "tst"}))
        registry.languages("oth", type("Other", (Language,), {"lang": "oth"}))

        @Language.factory("part")
        def make_part(nlp, name: str, wide: int = 1) -> General:
            return General(name)

        @Language.factory("tst.part")
        def make_special(nlp, name: str, deep: int = 1) -> Special:
            return Special(name)

        yield


def config(lang, setting, argument):
    components = {"p": {"factory": "part", setting: 2}}
    initialize = {"components": {"p": {argument: 3}}}
    return Config(
        {"nlp": {"lang": lang, "pipeline": ["p"]}, "components": components, "initialize": initialize}
    )


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-callbacks", "kernel-nlp-batchers")
@pytest.mark.parametrize(
    ("lang", "expected", "setting", "argument"),
    [("tst", "tst.part", "deep", "depth"), ("oth", "part", "wide", "size")],
)
def test_one_rule_for_every_reader_of_a_config(lang, expected, setting, argument):
    assert registry.name_for_language("factories", "part", lang) == expected
    assert (
        registry.name_for_language("factories", "part", None)
        == registry.name_for_language("factories", "part", "")
        == "part"
    )
    given = config(lang, setting, argument)
    cls = pipeline_class(given)
    filled = cls.fill_config(given)
    check(filled)
    nlp = cls.from_config(filled)
    assert nlp.get_pipe_meta("p").name == expected
    assert ("factories", expected, "components.p.factory") in provenance.functions(filled)
    (line,) = [line for line in functions(filled) if line.startswith("components.p:")]
    assert line.startswith(f"components.p: factories {expected}:")


@pytest.mark.parametrize(("lang", "other"), [("tst", ("wide", "size")), ("oth", ("deep", "depth"))])
def test_settings_of_the_other_factory_are_refused(lang, other):
    filled = pipeline_class(config(lang, *other)).fill_config(Config({"nlp": {"lang": lang}}))
    filled = filled.merge(config(lang, *other))
    with pytest.raises(ConfigError) as info:
        check(filled)
    paths = {problem.path for problem in info.value.problems}
    assert {f"components.p.{other[0]}", f"initialize.components.p.{other[1]}"} <= paths


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-callbacks", "kernel-nlp-batchers")
def test_a_source_for_one_language_is_found_for_new_configs_of_that_language_only():
    @Language.factory("tst.shared", recommend=lambda lang, optimize, gpu: Recommendation(listener={"a": 1}))
    def make_shared(nlp, name: str):
        return General(name)

    @Language.factory(
        "user", recommend=lambda lang, optimize, gpu: Recommendation({"model": SHARED}, sources=("shared",))
    )
    def make_user(nlp, name: str, model: dict[str, int]):
        return General(name)

    made = new_config("tst", ["user"])
    assert made.config["nlp"]["pipeline"] == ["shared", "user"]
    with pytest.raises(UsageError, match="no installed component has shared token vectors"):
        new_config("oth", ["user"])


def test_what_a_language_registers_is_for_that_language() -> None:
    test, other = registry.languages.get("tst"), registry.languages.get("oth")

    @test.factory("own", default_score_weights={"own_f": 1.0})
    def make_own(nlp, name: str) -> General:
        return General(name)

    test.component("mine", func=lambda doc: doc)
    nlp = test()
    nlp.add_pipe("own")
    nlp.add_pipe("mine")
    assert nlp.config["components"]["own"] == {"factory": "own"}
    assert test.has_factory("own") and test.has_factory("part") and nlp.has_factory("mine")
    assert not other.has_factory("own") and not Language.has_factory("own")
    assert Language.has_factory("part") and "tst.own" in Language.factories
    meta = test.get_factory_meta("own")
    assert meta.factory == meta.name == "own" and meta.scores == ("own_f",)
    assert Language.factories["part"](nlp, "x").name == "x"
    for language in (Language, other):
        with pytest.raises(RegistryError, match="no component factory 'own'"):
            language().add_pipe("own")
        with pytest.raises(RegistryError, match="no component factory 'own'"):
            language.get_factory_meta("own")
