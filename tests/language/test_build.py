"""Pipelines from configs: filling, callbacks of [nlp], sourced components, the computed config."""

from typing import ClassVar, List  # noqa: UP035 (as users write it)

import pytest

import kernel
from kernel import Config
from kernel.component import Component
from kernel.errors import ConfigError, KernelWarning, UsageError
from kernel.language import Language
from kernel.registries.family import registry


class Mark(Component):
    def __init__(self, name: str, value: str, times: int) -> None:
        super().__init__(name)
        self.cfg = {"value": value, "times": times, "seen": []}

    def __call__(self, doc):
        doc.user_data[self.name] = self.cfg["value"] * self.cfg["times"]
        return doc


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():

        @registry.languages("tst")
        class Test(Language):
            lang = "tst"

            class Defaults(Language.Defaults):
                stop_words: ClassVar = {"the"}
                prefixes: ClassVar = (r"\(",)
                suffixes: ClassVar = [r"\)"]
                config: ClassVar = {"nlp": {"batch_size": 7}}

        @Language.factory(
            "mark", default_config={"value": "x"}, default_score_weights={"m_f": 1.0, "m_p": None}
        )
        def make_mark(nlp, name: str, value: str, times: int = 1):
            return Mark(name, value, times)

        Language.component("noop", func=lambda doc: doc)
        yield


def config(text="", pipeline='["mark"]', nlp=""):
    return Config.from_str(
        f'[nlp]\nlang = "tst"\npipeline = {pipeline}\n{nlp}\n\n{text or components()}', name="my.cfg"
    )


def components(settings=""):
    return f'[components]\n\n[components.mark]\nfactory = "mark"\n{settings}\n'


def test_the_class_is_that_of_the_language():
    nlp = Language.from_config(config())
    assert type(nlp).lang == "tst" and nlp.lang == "tst"
    assert nlp.batch_size == 7
    assert nlp("x").user_data == {"mark": "x"}


def test_filling_adds_defaults_of_every_function_and_keeps_variables():
    raw = config(components("times = ${vars.times}") + "\n[vars]\ntimes = 3\n")
    filled = registry.languages.get("tst").fill_config(raw)
    assert filled["components"]["mark"] == {"factory": "mark", "value": "x", "times": "${vars.times}"}
    assert filled["nlp"]["tokenizer"] == {"@tokenizers": "kernel.Tokenizer.v1"}
    assert "max_steps" in filled["training"]
    assert registry.languages.get("tst").fill_config(filled) == filled
    nlp = Language.from_config(raw)
    assert nlp("x").user_data == {"mark": "xxx"}
    assert nlp.config["components"]["mark"]["times"] == "${vars.times}"


def test_every_problem_is_reported_at_once_with_its_place():
    text = """
[components]

[components.mark]
factory = "mark"
tmes = 3

[components.other]
factory = "mrak"

[components.third]
value = 1
"""
    with pytest.raises(ConfigError) as caught:
        Language.from_config(config(text, '["mark", "other", "third", "fourth"]'))
    message = str(caught.value)
    for part in (
        "my.cfg:11:1: components.mark.tmes",
        "Did you mean 'times'?",
        "my.cfg:14:11: components.other.factory",
        "Did you mean 'mark'?",
        "my.cfg:16:1: components.third: a component needs either a factory or a source",
        "my.cfg:3:39: nlp.pipeline.3: the pipeline names 'fourth'",
    ):
        assert part in message


def test_a_factory_that_is_no_name_is_told_with_its_place():
    with pytest.raises(
        ConfigError, match="my.cfg:.*components.a.factory: a component is added by the name of its factory"
    ):
        Language.from_config(config("[components]\n\n[components.a]\nfactory = 5\n", '["a"]'))


def test_a_name_in_the_pipeline_that_is_none_is_told_with_its_place():
    with pytest.raises(ConfigError, match="(?s)my.cfg:.*nlp.pipeline"):
        Language.from_config(config("[components]\n", '[{"": 1}, "a"]'))


def test_a_component_that_is_in_the_pipeline_twice_is_told_with_its_place():
    text = '[components]\n\n[components.a]\nfactory = "noop"\n'
    with pytest.raises(ConfigError, match="my.cfg:.*nlp.pipeline.1: 'a' is in the pipeline already"):
        Language.from_config(config(text, '["a", "a"]'))


def test_settings_of_nlp_are_checked():
    with pytest.raises(ConfigError, match="(?s)my.cfg:4.*pipelin"):
        Language.from_config(config(nlp="pipelin = []"))


def test_disabled_enabled_and_excluded_components():
    text = '[components]\n\n[components.a]\nfactory = "noop"\n\n[components.b]\nfactory = "noop"\n'
    made = config(text, '["a", "b"]', 'disabled = ["a"]')
    assert Language.from_config(made).pipe_names == ["b"]
    assert Language.from_config(made, exclude=["b"]).component_names == ["a"]
    assert Language.from_config(made, enable=["a"]).pipe_names == ["a"]
    assert Language.from_config(made, disable=["b"]).pipe_names == []
    for option, left in (("disable", ["b"]), ("enable", []), ("exclude", ["b"])):
        with pytest.warns(
            KernelWarning, match=f"{option}='c' is passed over: the pipeline has no component 'c'"
        ):
            nlp = Language.from_config(made, **{option: ["c"]})
        assert nlp.pipe_names == left and nlp.component_names == ["a", "b"]


def test_before_creation_edits_a_class_of_its_own():
    @registry.callbacks("customize_language_data")
    def create_callback(extra_stop_words: List[str] = [], debug: bool = False):  # noqa: B006, UP006
        def customize(lang_cls):
            assert debug is True
            lang_cls.Defaults.suffixes = lang_cls.Defaults.suffixes + (r"-+$",)
            lang_cls.Defaults.prefixes = lang_cls.Defaults.prefixes + [r"\["]
            lang_cls.Defaults.suffixes += ["!"]
            lang_cls.Defaults.stop_words.update(extra_stop_words)
            return lang_cls

        return customize

    block = '\n[nlp.before_creation]\n@callbacks = "customize_language_data"\nextra_stop_words = ["ooh"]\ndebug = true\n'
    nlp = Language.from_config(config(nlp=block))
    assert [t.text for t in nlp("([ooh--)!")] == ["(", "[", "ooh", "--", ")", "!"]
    assert nlp("ooh")[0].is_stop
    plain = Language.from_config(config())
    assert [t.text for t in plain("ooh--")] == ["ooh--"]
    assert not plain("ooh")[0].is_stop


@pytest.mark.parametrize("key", ["before_creation", "after_creation", "after_pipeline_creation"])
def test_callbacks_must_return_what_they_were_given(key):
    registry.callbacks("forgets", lambda: lambda given: None)
    with pytest.raises(ConfigError, match=f"nlp.{key}.*must return"):
        Language.from_config(config(nlp=f'\n[nlp.{key}]\n@callbacks = "forgets"\n'))


def test_callbacks_after_creation_see_no_components_and_then_all():
    seen = []

    @registry.callbacks("look")
    def create():
        def look(nlp):
            seen.append(list(nlp.pipe_names))
            return nlp

        return look

    block = (
        '\n[nlp.after_creation]\n@callbacks = "look"\n\n[nlp.after_pipeline_creation]\n@callbacks = "look"\n'
    )
    Language.from_config(config(nlp=block))
    assert seen == [[], ["mark"]]


def test_callbacks_around_initialize():
    seen = []

    @registry.callbacks("note")
    def create(what: str):
        return lambda nlp: seen.append(what)

    text = components() + '\n[initialize.before_init]\n@callbacks = "note"\nwhat = "before"\n'
    text += '\n[initialize.after_init]\n@callbacks = "note"\nwhat = "after"\n'
    Language.from_config(config(text)).initialize()
    assert seen == ["before", "after"]


def test_the_config_is_computed():
    nlp = Language.from_config(config())
    nlp.add_pipe("mark", name="more", config={"times": 2})
    nlp.disable_pipe("mark")
    made = nlp.config
    assert made["nlp"]["pipeline"] == ["mark", "more"] and made["nlp"]["disabled"] == ["mark"]
    assert made["components"]["more"] == {"factory": "mark", "value": "x", "times": 2}
    assert nlp.score_weights == {"m_f": 1.0, "m_p": None} and made["training"]["score_weights"] == {}
    with pytest.raises(UsageError, match=r"nlp.config\['nlp'\]\['pipeline'\] shows how"):
        made["nlp"]["pipeline"].clear()
    assert nlp.config["nlp"]["pipeline"] == ["mark", "more"]
    again = Language.from_config(nlp.config)
    assert again.config == nlp.config and again.config.to_str() == nlp.config.to_str()


def test_score_weights_of_the_user_stay_as_written_with_their_variables(tmp_path):
    own = "\n[weights]\nf = 0.004\n\n[training.score_weights]\nspeed = 3.0\nm_f = ${weights.f}\n"
    nlp = Language.from_config(config(components() + own))
    nlp.to_disk(tmp_path / "model")
    for made in (nlp.config, Config.from_disk(tmp_path / "model" / "config.cfg")):
        assert made["training"]["score_weights"] == {"speed": 3.0, "m_f": "${weights.f}"}


def test_a_component_from_a_saved_pipeline(tmp_path):
    source = Language.from_config(config(components("times = 4")))
    source.get_pipe("mark").cfg["seen"] = ["something"]
    source.to_disk(tmp_path / "source")
    text = f'[components]\n\n[components.taken]\nsource = "{tmp_path / "source"}"\ncomponent = "mark"\n'
    nlp = Language.from_config(config(text, '["taken"]'))
    assert nlp("x").user_data == {"taken": "xxxx"}
    assert nlp.get_pipe("taken").cfg["seen"] == ["something"]
    assert nlp.config["components"]["taken"] == {"factory": "mark", "value": "x", "times": 4}


def test_a_source_that_is_missing(tmp_path):
    text = f'[components]\n\n[components.mark]\nsource = "{tmp_path / "nowhere"}"\n'
    with pytest.raises(ConfigError, match="my.cfg:9:10.*nowhere"):
        Language.from_config(config(text))
    Language.from_config(config()).to_disk(tmp_path / "there")
    text = f'[components]\n\n[components.tagger]\nsource = "{tmp_path / "there"}"\n'
    with pytest.raises(ConfigError, match="no component 'tagger'; it has: mark"):
        Language.from_config(config(text, '["tagger"]'))


def test_a_config_for_another_language():
    with pytest.raises(ConfigError, match="'tst'"):
        registry.languages.get("tst").from_config({"nlp": {"lang": "xx"}})


@pytest.mark.needs("kernel-nlp-languages")
@pytest.mark.parametrize("plugins", [{"deny": "acme-only"}, {"denny": ["acme-only"]}])
def test_packages_that_were_to_be_kept_out_are_not_let_in(plugins, tmp_path):
    ran = []
    block = {"nlp": {"lang": "xx", "pipeline": ["solo"]}, "components": {"solo": {"factory": "solo"}}}
    with registry.restored():
        Language.factory("solo", func=lambda nlp, name: ran.append(name) or (lambda doc: doc))
        Language.from_config(block).to_disk(tmp_path / "saved")
        ran.clear()
        for build in (
            lambda: Language.from_config({**block, "plugins": plugins}),
            lambda: kernel.blank("xx", config={**block, "plugins": plugins}),
            lambda: kernel.load(tmp_path / "saved", config={"plugins": plugins}),
            lambda: kernel.load(
                tmp_path / "saved", config={f"plugins.{key}": value for key, value in plugins.items()}
            ),
        ):
            with pytest.raises(ConfigError, match="plugins.deny: not list|takes no 'denny'"):
                build()
    assert ran == []


@pytest.mark.needs("kernel-nlp-languages")
@pytest.mark.parametrize("auto_fill", [True, False])
def test_the_config_does_not_speak_of_a_component_that_is_left_out(auto_fill):
    nlp = kernel.blank("xx")
    for name in ("a", "b"):
        nlp.add_pipe("mark", name=name, config={"value": "x"})
    config = nlp.config.copy()
    config["training"] |= {"frozen_components": ["a", "b"], "annotating_components": ["a"]}
    config["initialize"]["components"] = {"a": {}, "b": {}}
    config["nlp"]["pipeline"] = ["a", "b"]
    before = config.copy()
    made = Language.from_config(config, exclude=["a"], auto_fill=auto_fill)
    assert made.config["training"]["frozen_components"] == ["b"]
    assert made.config["training"]["annotating_components"] == []
    assert made.config["initialize"]["components"] == {"b": {}}
    assert config == before
