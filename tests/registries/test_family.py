"""The choices of a config, `[plugins]` and `[registry.override]`, go with the pipeline wherever it looks something up."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kernel
from kernel import Config
from kernel.config import check, fill, resolve
from kernel.config.plans import Planner
from kernel.errors import ConfigError, NameConflict, RegistryError
from kernel.language import Language
from kernel.registries.family import chosen_by, registry
from kernel.testing.box import Box

Fake = Callable[..., Path]
# One function of each kind that a pipeline looks up; {0} is the package it is in.
SOURCE = """
from kernel import registry

@registry.factories("marker")
def make_marker(nlp, name):
    def marker(doc):
        doc.user_data[name] = "{0}"
        return doc
    return marker

def make_tokenizer():
    from kernel.registries.family import registry
    make = registry.tokenizers.get("kernel.Tokenizer.v1")()
    def create(nlp):
        tokenizer = make(nlp)
        tokenizer.made_by, tokenizer.owner = "{0}", nlp.registry.origin("factories", "marker").distribution
        return tokenizer
    return create

def make_optimizer():
    return "optimizer of {0}"

def make_before_init():
    return lambda nlp: nlp.meta.update(initialized_by="{0}")
"""


@pytest.fixture(autouse=True)
def rivals(fake_distribution: Fake) -> None:
    """Two packages that claim the same names."""
    for name in ("acme", "bolt"):
        module = f"{name}_rival"
        fake_distribution(
            name,
            entry_points={
                "kernel_factories": {"marker": f"{module}:make_marker"},
                "kernel_tokenizers": {"shared.T.v1": f"{module}:make_tokenizer"},
                "kernel_optimizers": {"shared.O.v1": f"{module}:make_optimizer"},
                "kernel_callbacks": {"shared.C.v1": f"{module}:make_before_init"},
            },
            modules={module: SOURCE.format(name)},
        )


def override(owner: str, *names: str) -> dict[str, object]:
    return {"registry": {"override": dict.fromkeys(names or ("marker",), owner)}}


def of(owner: str) -> Language:
    return Language.from_config(override(owner))


def mark(nlp: Language, name: str = "marker") -> str:
    return str(nlp("x").user_data[name])


def test_a_component_added_later_obeys_the_config() -> None:
    registry.factories("other", lambda nlp, name: len)
    nlp = of("bolt")
    nlp.add_pipe("marker")
    nlp.add_pipe("marker", "second")
    assert (mark(nlp), mark(nlp, "second")) == ("bolt", "bolt")
    assert nlp.create_pipe("marker")(nlp.make_doc("x")).user_data["marker"] == "bolt"
    nlp.add_pipe("other", "third")
    nlp.replace_pipe("third", "marker")
    assert mark(nlp, "third") == "bolt"
    with pytest.raises(NameConflict, match=r"acme 1\.0 .* and by bolt 1\.0"):
        Language().add_pipe("marker")
    with pytest.raises(NameConflict):
        registry.get("factories", "marker")


def test_everything_that_a_pipeline_looks_up_obeys_its_config() -> None:
    names = ("marker", "shared.T.v1", "shared.O.v1", "shared.C.v1")
    config = {
        **override("bolt", *names),
        "nlp": {"tokenizer": {"@tokenizers": "shared.T.v1"}},
        "training": {"optimizer": {"@optimizers": "shared.O.v1"}},
        "initialize": {"before_init": {"@callbacks": "shared.C.v1"}},
    }
    nlp = Language.from_config(config)
    assert (nlp.tokenizer.made_by, nlp.tokenizer.owner) == ("bolt", "bolt")
    assert nlp.create_optimizer() == "optimizer of bolt"
    assert nlp.initialize() == "optimizer of bolt"
    assert nlp.meta["initialized_by"] == "bolt"


@pytest.mark.parametrize("owner", ["acme", "bolt"])
def test_loaded_and_pickled_pipelines_keep_their_choices(owner: str, tmp_path: Path) -> None:
    nlp = of(owner)
    nlp.add_pipe("marker")
    nlp.to_disk(tmp_path / "saved")
    for copy in (kernel.load(tmp_path / "saved"), pickle.loads(pickle.dumps(nlp))):
        copy.add_pipe("marker", "later")
        assert (mark(copy), mark(copy, "later")) == (owner, owner)
    record = kernel.load(tmp_path / "saved").meta["provenance"]
    assert record["names"]["factories"] == {"marker": f"{owner}==1.0"}


def test_another_config_brings_its_own_choices() -> None:
    nlp = of("bolt")
    nlp.config = nlp.config.merge(override("acme"))
    nlp.add_pipe("marker")
    assert mark(nlp) == "acme"


def test_a_copy_is_made_as_the_pipeline_that_takes_it_wants() -> None:
    source, taker = of("acme"), of("bolt")
    source.add_pipe("marker")
    taker.add_pipe("marker", source=source)
    assert (mark(source), mark(taker)) == ("acme", "bolt")
    with pytest.raises(NameConflict):
        Language().add_pipe("marker", source=source)


def test_pipelines_in_threads_do_not_meet() -> None:
    owners = ["acme", "bolt"] * 8

    def build(owner: str) -> tuple[str, str]:
        nlp = of(owner)
        nlp.add_pipe("marker")
        first = mark(nlp)
        nlp.replace_pipe("marker", "marker")
        return first, mark(nlp)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(build, owners)) == [(owner, owner) for owner in owners]


def test_generators_that_take_turns_do_not_meet() -> None:
    def steps(owner: str) -> Iterator[str]:
        nlp = of(owner)
        for number in range(3):
            yield nlp.registry.origin("factories", "marker").distribution or ""
            nlp.add_pipe("marker", f"m{number}")
            yield mark(nlp, f"m{number}")

    for one, other in zip(steps("acme"), steps("bolt"), strict=True):
        assert (one, other) == ("acme", "bolt")


def test_a_denied_package_stays_denied_after_building() -> None:
    nlp = Language.from_config({"plugins": {"deny": ["acme", "bolt"]}})
    for _ in range(2):
        with pytest.raises(RegistryError, match="there is no component factory 'marker'") as info:
            nlp.add_pipe("marker")
        assert "denied by [plugins] deny of the config" in info.value.hint
        assert "marker" not in nlp.factory_names
        # The decorators of one of them run for another pipeline: its functions are in the process now.
        of("acme").add_pipe("marker")
    only = Language.from_config({"plugins": {"only": ["bolt"]}})
    only.add_pipe("marker")
    assert mark(only) == "bolt"


def test_worker_processes_obey_the_choices() -> None:
    nlp = of("bolt")
    nlp.add_pipe("marker")
    assert [doc.user_data["marker"] for doc in nlp.pipe(["a", "b"], n_process=1)] == ["bolt", "bolt"]
    assert [doc.user_data["marker"] for doc in nlp.pipe(["a", "b"], n_process=2)] == ["bolt", "bolt"]


def test_config_functions_take_the_registry_to_look_in() -> None:
    block = {"@optimizers": "shared.O.v1"}
    bolt = chosen_by(override("bolt", "shared.O.v1"))
    assert resolve(block, registry=bolt) == bolt.resolve(block) == "optimizer of bolt"
    assert fill(block, registry=bolt) == bolt.fill(block) == block
    with pytest.raises(ConfigError, match="is claimed by"):
        resolve(block)
    whole = Config({**override("acme", "shared.O.v1"), "training": {"optimizer": block}})
    assert resolve(block, config=whole, path="training.optimizer") == "optimizer of acme"
    assert registry.resolve(block, config=whole) == "optimizer of acme"
    # What is handed over counts more than what the config says.
    assert resolve(block, config=whole, registry=bolt) == "optimizer of bolt"
    for seen, known in ((bolt, True), (registry, False)):
        planner = Planner(registry=seen)
        planner.call(block, "")
        assert bool(planner.problems) != known
        bare = Config({"training": {"optimizer": block}})
        with pytest.raises(ConfigError) as info:
            check(bare, registry=seen)
        assert ("is claimed by" in str(info.value)) != known


def test_a_config_without_choices_has_the_registry_itself() -> None:
    assert chosen_by(None) is registry
    assert chosen_by({"nlp": {}}) is registry
    assert Language().registry is registry
    view = chosen_by(override("bolt"))
    assert view is not registry and view.chosen_by({"nlp": {}}) is view


def test_what_is_registered_on_a_view_is_the_process_s() -> None:
    view = chosen_by(override("bolt"))
    view.misc("mine.v1", len)
    view.create("things")("thing.v1", abs)
    assert registry.get("misc", "mine.v1") is len
    assert registry.things.get("thing.v1") is chosen_by({"plugins": {}}).things.get("thing.v1") is abs
    with pytest.raises(NameConflict, match="registered twice"):
        registry.misc("mine.v1", another)


def another() -> None: ...


@pytest.mark.needs(
    "kernel-nlp-batchers", "kernel-nlp-callbacks", "kernel-nlp-languages", "kernel-nlp-readers"
)
def test_commands_obey_the_config_that_they_are_given(box: Box) -> None:
    text = (
        '[nlp]\nlang = "xx"\npipeline = ["marker"]\n[components]\n[components.marker]\nfactory = "marker"\n'
    )
    box.config(text + '[registry]\n[registry.override]\n"marker" = "bolt"\n')
    shown = box.run("debug", "config", "config.cfg", "--show-functions").stdout
    assert "components.marker: factories marker: bolt 1.0, bolt_rival:make_marker, " in shown
    assert "bolt_rival.py:" in shown
    required = box.run("plugins", "requires", "config.cfg").stdout.split()
    assert "bolt==1.0" in required and "acme==1.0" not in required
    compared = box.run("debug", "diff-config", "config.cfg")
    assert compared.exit_code == 0, compared.stderr
    assert "registry.override" in compared.stdout
    box.config(text, "bare.cfg")
    assert "is claimed by" in box.run("debug", "config", "bare.cfg").stdout


def test_what_is_known_of_a_function() -> None:
    with registry.restored():

        @registry.misc("mine.v1")
        def make() -> int:
            """Forty-two."""
            return 42

        found = registry.find("misc", "mine.v1")
        assert found["docstring"] == "Forty-two." and found["module"] == __name__
        assert found["file"] == __file__ and found["line_no"] == make.__code__.co_firstlineno
    assert {"misc", "readers"} <= set(registry.get_registry_names()) == set(registry.kinds())
    with pytest.raises(RegistryError, match=r"misc has no function 'mine\.v1'"):
        registry.find("misc", "mine.v1")


def test_values_of_the_wrong_type_are_passed_on_when_asked() -> None:
    with registry.restored():

        @registry.misc("mine.v1")
        def make(size: int) -> object:
            return size

        block = {"@misc": "mine.v1", "size": "many"}
        with pytest.raises(ConfigError, match="size"):
            registry.resolve(block)
        assert registry.resolve(block, validate=False) == "many"
