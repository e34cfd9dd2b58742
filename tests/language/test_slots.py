"""Slots: whatever is done to a pipeline, each component keeps its own settings, metadata and state."""

import dataclasses
from collections.abc import Mapping
from random import Random

import pytest

from kernel.component import Component
from kernel.config import Config
from kernel.errors import UsageError
from kernel.language import FactoryMeta, Language
from kernel.language.slots import Slot
from kernel.registries.family import registry

FACTORIES = ("red", "blue")


class Numbered(Component):
    def __init__(self, name: str, number: int) -> None:
        super().__init__(name)
        self.cfg = {"number": number}
        self.initialized = False

    def __call__(self, doc):
        doc.user_data.setdefault("ran", []).append(self.name)
        return doc

    def initialize(self, get_examples, *, nlp=None) -> None:
        self.initialized = True


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():
        for color in FACTORIES:

            @Language.factory(color, default_score_weights={f"{color}_f": 1.0}, assigns=[f"doc.{color}"])
            def make(nlp, name: str, number: int = 0):
                return Numbered(name, number)

        yield


class Oracle:
    """What a pipeline should say, kept the plain way: a list of dicts."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def row(self, name):
        return next(row for row in self.rows if row["name"] == name)

    def agrees_with(self, nlp) -> None:
        enabled = [row for row in self.rows if row["enabled"]]
        names = [row["name"] for row in self.rows]
        assert nlp.component_names == [slot.name for slot in nlp.slots] == names
        assert nlp.components == [(row["name"], row["component"]) for row in self.rows]
        assert nlp.pipe_names == [row["name"] for row in enabled]
        assert nlp.pipeline == [(row["name"], row["component"]) for row in enabled]
        assert nlp.disabled == [row["name"] for row in self.rows if not row["enabled"]]
        assert nlp.pipe_factories == {row["name"]: row["factory"] for row in self.rows}
        assert [slot.copied for slot in nlp.slots] == [row["copied"] for row in self.rows]
        assert nlp.score_weights == {f"{row['factory']}_f": 1.0 for row in enabled}
        assert nlp.score_sources == {f"{row['factory']}_f": row["name"] for row in enabled}
        blocks = {row["name"]: {"factory": row["factory"], "number": row["number"]} for row in self.rows}
        assert nlp.config["components"] == blocks
        assert nlp.config["nlp"]["pipeline"] == nlp.meta["components"] == names
        for row in self.rows:
            assert nlp.get_pipe(row["name"]) is row["component"]
            assert row["component"].name == row["name"]
            assert nlp.get_pipe_config(row["name"]) == blocks[row["name"]]
            assert nlp.get_pipe_meta(row["name"]).assigns == (f"doc.{row['factory']}",)
            assert nlp.is_enabled(row["name"]) == row["enabled"]
        assert nlp("a").user_data.get("ran", []) == nlp.pipe_names


def step(nlp, source, oracle, random, fresh):
    """One change, chosen at random, of the pipeline and of the oracle."""
    names = [row["name"] for row in oracle.rows]
    action = random.choice(["add", "copy", "rename", "remove", "disable", "enable", "replace", "select"])
    if action == "add" or not names:
        factory, number, place = random.choice(FACTORIES), random.randrange(9), random.randint(0, len(names))
        where = {"before": place} if place < len(names) else {}
        component = nlp.add_pipe(factory, fresh, config={"number": number}, **where)
        row = {"name": fresh, "component": component, "factory": factory, "number": number}
        oracle.rows.insert(place, {**row, "enabled": True, "copied": False})
        return
    if action == "copy":
        component = nlp.add_pipe("blue", fresh, source=source, first=True)
        row = {"name": fresh, "component": component, "factory": "blue", "number": 7}
        oracle.rows.insert(0, {**row, "enabled": True, "copied": True})
        return
    name = random.choice(names)
    row = oracle.row(name)
    if action == "rename":
        nlp.rename_pipe(name, fresh)
        row["name"] = fresh
    elif action == "remove":
        assert nlp.remove_pipe(name) == (name, row["component"])
        oracle.rows.remove(row)
    elif action == "disable":
        nlp.disable_pipe(name)
        row["enabled"] = False
    elif action == "enable":
        nlp.enable_pipe(name)
        row["enabled"] = True
    elif action == "replace":
        component = nlp.replace_pipe(name, "red", config={"number": 3})
        row.update(component=component, factory="red", number=3, copied=False)
    else:
        states = {row["name"]: row["enabled"] for row in oracle.rows}
        with nlp.select_pipes(enable=name):
            for row in oracle.rows:
                row["enabled"] = row["enabled"] and row["name"] == name
            oracle.agrees_with(nlp)
        for row in oracle.rows:
            row["enabled"] = states[row["name"]]


@pytest.mark.parametrize("seed", range(8))
def test_a_pipeline_says_what_was_done_to_it(seed):
    random, nlp, source, oracle = Random(seed), Language(), Language(), Oracle()
    source.add_pipe("blue", config={"number": 7})
    for number in range(25):
        step(nlp, source, oracle, random, f"c{number}")
        oracle.agrees_with(nlp)


def test_a_renamed_copy_keeps_its_weights_and_its_replacement_does_not():
    source = Language()
    source.add_pipe("blue")
    nlp = Language()
    copy = nlp.add_pipe("blue", source=source)
    nlp.rename_pipe("blue", "sky")
    nlp.initialize()
    assert not copy.initialized
    fresh = nlp.replace_pipe("sky", "blue")
    nlp.initialize()
    assert fresh.initialized


def test_selected_pipes_that_still_exist_come_back_under_the_names_that_they_have():
    nlp = Language()
    for name in "abc":
        nlp.add_pipe("red", name)
    with nlp.select_pipes(disable=["a", "b", "c"]) as selected:
        nlp.remove_pipe("a")
        nlp.rename_pipe("b", "d")
        assert selected == ["a", "b", "c"]
    assert (nlp.pipe_names, nlp.disabled, selected) == (["d", "c"], [], [])


def test_records_are_read_and_never_written():
    nlp = Language()
    nlp.add_pipe("red")
    (slot,) = nlp.slots
    with pytest.raises(dataclasses.FrozenInstanceError):
        slot.enabled = False
    nlp.get_pipe_config("red")["number"] = 5
    assert nlp.slots == [slot]
    assert nlp.get_pipe_config("red")["number"] == 0


def test_a_copy_keeps_its_settings_so_others_are_refused():
    source, nlp = Language(), Language()
    source.add_pipe("blue")
    with pytest.raises(UsageError, match="takes source= or config=, not both"):
        nlp.add_pipe("blue", source=source, config={"number": 2})
    with pytest.raises(UsageError, match="with source="):
        nlp.add_pipe("blue", replace_listeners=["model.tok2vec"])
    assert nlp.component_names == []


def test_a_name_that_no_component_has_is_a_key_that_is_not_there():
    nlp = Language()
    nlp.add_pipe("red")
    for look_up in (nlp.get_pipe, nlp.remove_pipe, nlp.get_pipe_config):
        with pytest.raises(KeyError, match="the pipeline has no component 'rad'; it has: red"):
            look_up("rad")


class Named(Component):
    """Its scores are named by a setting."""

    def score_weights(self, declared: Mapping[str, float | None]) -> Mapping[str, float | None]:
        return {f"{self.name}_{score}": weight for score, weight in declared.items()}


def test_a_component_says_which_scores_count_for_it() -> None:
    meta = FactoryMeta("named", default_score_weights={"f": 1.0, "p": None})
    assert Slot("one", Named("one"), meta, Config()).score_weights == {"one_f": 1.0, "one_p": None}
    assert Slot("two", Component("two"), meta, Config()).score_weights == {"f": 1.0, "p": None}
    assert Slot("three", lambda doc: doc, meta, Config()).score_weights == {"f": 1.0, "p": None}
