import pytest

from kernel.config import Config, fill, merge_defaults
from kernel.config.schemas import TrainingSchema
from kernel.errors import ConfigError
from kernel.registries.family import registry

pytestmark = pytest.mark.usefixtures("functions")


def test_defaults_follow_what_is_given_in_the_order_of_the_signature():
    block = {"@misc": "thing.v1", "names": ["b"], "width": 3}
    filled = fill(block)
    assert filled == {"@misc": "thing.v1", "names": ["b"], "width": 3, "rate": 0.5, "inner": None}
    assert list(filled)[-2:] == ["rate", "inner"]
    assert block == {"@misc": "thing.v1", "names": ["b"], "width": 3}


def test_nested_blocks_are_filled_and_nothing_is_called():
    filled = fill({"a": {"@misc": "failure.v1", "x": [{"@misc": "strict.v1"}]}})
    assert filled == {"a": {"@misc": "failure.v1", "x": [{"@misc": "strict.v1", "mode": "a", "path": None}]}}


def test_variables_stay():
    filled = fill({"@misc": "thing.v1", "width": "${a.b}", "inner": "${a}"})
    assert filled["width"] == "${a.b}"
    assert filled["inner"] == "${a}"


def test_defaults_that_are_objects_are_left_out_and_tuples_are_lists():
    assert fill({"@misc": "default_object.v1"}) == {"@misc": "default_object.v1", "shape": [1, 2]}


def test_parameters_filled_by_position_are_left_out():
    assert fill({"@misc": "pair.v1", "*": [1, 2]}) == {"@misc": "pair.v1", "*": [1, 2], "scale": 1.0}


def test_filling_twice_changes_nothing():
    once = fill({"a": {"@misc": "thing.v1"}, "b": 1})
    assert fill(once) == once


def test_schema_defaults_are_added():
    filled = registry.fill({"patience": 3}, schema=TrainingSchema)
    assert filled["patience"] == 3
    assert filled["max_steps"] == 20000


def test_every_unknown_function_is_reported():
    config = Config.from_str('[a]\n@misc = "nothing.v1"\n[b]\n@misc = "thnig.v1"\n', name="a.cfg")
    with pytest.raises(ConfigError) as info:
        fill(config)
    assert [(problem.file, problem.line) for problem in info.value.problems] == [("a.cfg", 2), ("a.cfg", 4)]


@pytest.mark.parametrize(
    ("block", "result"),
    [
        ({"x": 1}, {"x": 1, "y": 2, "m": {"@misc": "a", "k": 1}}),
        ({"m": {"@misc": "a", "j": 0}}, {"x": 0, "y": 2, "m": {"@misc": "a", "j": 0, "k": 1}}),
        ({"m": {"j": 0}}, {"x": 0, "y": 2, "m": {"@misc": "a", "j": 0, "k": 1}}),
        ({"m": {"@misc": "b"}}, {"x": 0, "y": 2, "m": {"@misc": "b"}}),
        ({"m": {"@readers": "a"}}, {"x": 0, "y": 2, "m": {"@readers": "a"}}),
        ({"m": None}, {"x": 0, "y": 2, "m": None}),
    ],
)
def test_merge_defaults(block, result):
    default = {"x": 0, "y": 2, "m": {"@misc": "a", "k": 1}}
    assert merge_defaults(block, default) == result
    assert default == {"x": 0, "y": 2, "m": {"@misc": "a", "k": 1}}
