"""What is changed in a pipeline counts, or an error says that it can't be changed there."""

import copy
import pickle
from typing import ClassVar

import pytest

import kernel
from kernel import Config
from kernel.component import Component
from kernel.errors import UsageError
from kernel.language import Language
from kernel.registries.family import registry

CONFIG = """
[widths]
small = 3

[nlp]
lang = "tst"
pipeline = ["one", "two", "three"]

[components]

[components.one]
factory = "sized"
size = ${widths.small}
name_of = "$$5 ${widths.small}"

[components.two]
factory = "sized"
size = ${components.one.size}

[components.three]
factory = "sized"
size = ${components.unused.size}

[components.unused]
factory = "sized"
size = 9

[training]
frozen_components = ["one", "two"]
annotating_components = ["one"]
max_steps = ${components.one.size}

[initialize]

[initialize.components]

[initialize.components.one]
"""


class Sized(Component):
    def __init__(self, name: str, size: int, name_of: str) -> None:
        super().__init__(name)
        self.cfg = {"size": size, "name_of": name_of}

    def __call__(self, doc):
        return doc


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():

        @registry.languages("tst")
        class Test(Language):
            lang = "tst"

            class Defaults(Language.Defaults):
                stop_words: ClassVar = {"the"}

        @registry.languages("bare")
        class Bare(Language):
            lang = "bare"

            class Defaults(Language.Defaults):
                pass

        @Language.factory("sized")
        def make(nlp, name: str, size: int = 1, name_of: str = ""):
            return Sized(name, size, name_of)

        yield


@pytest.fixture
def nlp():
    return Language.from_config(Config.from_str(CONFIG))


def again(nlp, tmp_path):
    """The pipeline as it is loaded after saving, which has the same settings."""
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    plain = loaded.config.interpolate()
    for name, component in nlp.components:
        assert plain["components"][name]["size"] == component.cfg["size"], name
        assert loaded.get_pipe(name).cfg == component.cfg
    assert loaded.config == nlp.config
    return loaded


def test_settings_in_the_config_stay(nlp, tmp_path):
    nlp.config["training"]["max_steps"] = 7
    nlp.config["training"]["frozen_components"] = ["two"]
    nlp.config["acme"] = {"x": 1}
    nlp.config["nlp"]["after_creation"] = None
    assert nlp.config["training"]["max_steps"] == 7 and nlp.frozen_components == ["two"]
    loaded = again(nlp, tmp_path)
    assert loaded.config["training"]["max_steps"] == 7 and loaded.config["acme"] == {"x": 1}
    nlp.config["training"]["frozen_components"].append("one")
    assert nlp.frozen_components == ["two", "one"]


def add_to_list(value):
    value.append("x")


def add_in_place(value):
    value += ["x"]


CHANGES = {
    "append": lambda nlp: nlp.pipeline.append(("x", len)),
    "+=": lambda nlp: add_in_place(nlp.pipe_names),
    "del": lambda nlp: nlp.component_names.__delitem__(0),
    "set": lambda nlp: nlp.components.__setitem__(0, ("x", len)),
    "disabled": lambda nlp: nlp.disabled.extend(["one"]),
    "factories": lambda nlp: nlp.pipe_factories.update(one="two"),
    "labels": lambda nlp: nlp.pipe_labels.setdefault("one", []),
    "frozen": lambda nlp: nlp.frozen_components.append("one"),
    "annotating": lambda nlp: nlp.annotating_components.append("one"),
    "registered": lambda nlp: nlp.factory_names.remove("ner"),
    "block": lambda nlp: nlp.config["components"]["one"].update(size=5),
    "component": lambda nlp: nlp.config["components"].pop("one"),
    "names": lambda nlp: nlp.config["nlp"]["pipeline"].remove("one"),
    "batch": lambda nlp: nlp.config["nlp"].__setitem__("batch_size", 5),
    "merge": lambda nlp: nlp.config["components"].__ior__({"x": {}}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_can_not_be_changed_there_says_so(nlp, change):
    before = nlp.config.copy()
    with pytest.raises(UsageError, match=r"nlp\..* shows how the pipeline is, and can't be changed\n"):
        CHANGES[change](nlp)
    assert nlp.config == before


def test_copies_can_be_changed(nlp):
    config = nlp.config.copy()
    config["components"]["one"]["size"] = 5
    config["nlp"]["pipeline"].remove("three")
    for made in (copy.deepcopy(nlp.config), pickle.loads(pickle.dumps(dict(nlp.config)))):
        made["components"]["one"]["size"] = 6
        made["nlp"]["pipeline"].append("x")
    for names in (
        nlp.pipe_names.copy(),
        copy.copy(nlp.pipe_names),
        list(nlp.pipe_names),
        nlp.pipe_names + [],
    ):
        names.append("x")
    assert nlp.pipe_names == ["one", "two", "three"]
    assert Language.from_config(config).get_pipe("one").cfg["size"] == 5
    config["nlp"]["pipeline"].append("three")
    nlp.config = config
    assert nlp.config["components"]["one"]["size"] == "${widths.small}", "it is made already"
    config["nlp"]["pipeline"] = ["other"]
    with pytest.raises(UsageError, match="of another pipeline, of other; this one has: one, two, three"):
        nlp.config = config


@pytest.mark.parametrize(
    "change",
    [
        lambda nlp: nlp.rename_pipe("one", "first"),
        lambda nlp: nlp.remove_pipe("one"),
        lambda nlp: nlp.replace_pipe("one", "sized", config={"size": 50}),
        lambda nlp: setattr(nlp, "config", kernel.blank("tst").config),
        lambda nlp: None,
    ],
    ids=["rename", "remove", "replace", "config", "nothing"],
)
def test_settings_keep_their_values(nlp, tmp_path, change):
    change(nlp)
    loaded = again(nlp, tmp_path)
    assert loaded.get_pipe("two").cfg["size"] == 3 and loaded.get_pipe("three").cfg["size"] == 9


def test_settings_that_still_lead_there_stay_variables(nlp):
    nlp.rename_pipe("three", "last")
    nlp.remove_pipe("last")
    assert nlp.config["components"]["one"]["size"] == "${widths.small}"
    assert nlp.config["components"]["two"]["size"] == "${components.one.size}"


def test_a_name_is_changed_wherever_the_config_has_it(nlp, tmp_path):
    nlp.rename_pipe("one", "first")
    assert nlp.frozen_components == ["first", "two"] and nlp.annotating_components == ["first"]
    loaded = again(nlp, tmp_path)
    assert loaded.config["initialize"]["components"] == {"first": {}}
    assert loaded.config.interpolate()["training"]["max_steps"] == 3
    assert loaded.get_pipe("first").cfg["name_of"] == "$5 3"
    nlp.remove_pipe("first")
    assert nlp.frozen_components == ["two"] and nlp.annotating_components == []
    assert nlp.config["initialize"]["components"] == {}
    assert again(nlp, tmp_path).config.interpolate()["training"]["max_steps"] == 3


def test_what_is_excluded_leaves_its_values(nlp, tmp_path):
    nlp.to_disk(tmp_path / "all")
    again(kernel.load(tmp_path / "all", exclude=["one"]), tmp_path)


def test_stop_words_can_be_added():
    nlp, other, words = kernel.blank("tst"), kernel.blank("bare"), "The kernel of ooh"
    assert [token.is_stop for token in nlp(words)] == [True, False, False, False]
    nlp.Defaults.stop_words |= {"ooh"}
    assert [token.is_stop for token in nlp(words)] == [True, False, False, True]
    nlp.Defaults.stop_words.add("of")
    assert [token.is_stop for token in next(iter(nlp.pipe([words])))] == [True, False, True, True]
    nlp.Defaults.stop_words = {"kernel"}
    assert [token.is_stop for token in nlp(words)] == [False, True, False, False]
    assert not any(token.is_stop for token in other(words))
    other.Defaults.stop_words |= {"of"}
    assert [token.is_stop for token in other(words)] == [False, False, True, False]
    assert not Language.Defaults.stop_words
    assert [pickle.loads(pickle.dumps(one.vocab))["of"].is_stop for one in (nlp, other)] == [False, True]
