import functools
import inspect

import pytest

from kernel.config import Config, merge_defaults
from kernel.config.other_names import renamed_defaults
from kernel.registries.family import registry


@pytest.fixture(autouse=True)
def _names():
    def make(size: int, rate: float = 0.5, extra: int = 0) -> int:
        return size

    @functools.wraps(make)
    def fewer(size: int, rate: float = 0.5) -> int:
        return make(size, rate)

    del fewer.__wrapped__
    fewer.__signature__ = inspect.signature(fewer)
    fewer.__wrapped__ = make
    with registry.restored():
        registry.misc("home.Thing.v1", make)
        registry.misc("away.Thing.v1", fewer)
        registry.misc("away.Thing.v2", lambda size: size)
        registry.misc("far.Thing.v1", lambda size: size)
        yield


DEFAULT = {"@misc": "home.Thing.v1", "size": 1, "extra": 3}


def test_a_block_under_another_name_of_the_function_gets_its_defaults():
    block = {"@misc": "away.Thing.v1", "rate": 0.1}
    assert merge_defaults(block, DEFAULT) == {"@misc": "away.Thing.v1", "size": 1, "rate": 0.1}
    assert merge_defaults({"inner": block}, {"inner": DEFAULT})["inner"]["size"] == 1
    assert DEFAULT == {"@misc": "home.Thing.v1", "size": 1, "extra": 3} and len(block) == 2


@pytest.mark.parametrize("name", ["away.Thing.v2", "far.Thing.v1", "nobody.Thing.v1", 3])
def test_a_block_of_another_function_does_not(name):
    block = {"@misc": name, "rate": 0.1}
    assert renamed_defaults(DEFAULT, block) == DEFAULT
    assert merge_defaults({"inner": block}, {"inner": DEFAULT}) == {"inner": block}


def test_a_merged_config_keeps_the_name_and_the_places():
    base = Config.from_str('[a]\n@misc = "home.Thing.v1"\nsize = 1\nextra = 2\n', name="base.cfg")
    updates = Config.from_str('[a]\n# ours\n@misc = "away.Thing.v1"\nrate = 0.1\n', name="own.cfg")
    merged = base.merge(updates)
    assert merged["a"] == {"@misc": "away.Thing.v1", "size": 1, "rate": 0.1}
    assert merged.where("a.@misc")[0] == "own.cfg" and merged.where("a.size")[0] == "base.cfg"
    assert "# ours" in merged.to_str()
