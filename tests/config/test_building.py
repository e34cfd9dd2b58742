import itertools

import pytest
from pydantic import BaseModel, ConfigDict, StrictStr

from kernel.config import Config, resolve
from kernel.errors import ConfigError, DataError, KernelError, PluginLoadError, Problem, UsageError
from kernel.registries.family import registry

pytestmark = pytest.mark.usefixtures("functions")


def build(text, **settings):
    config = Config.from_str(f"[x]\n{text}", name="a.cfg", interpolate=True)
    return resolve(config["x"], config=config, path="x", **settings)


def problems(text, **settings):
    with pytest.raises(ConfigError) as info:
        build(text, **settings)
    return info.value.problems


def test_block_is_called_with_its_arguments():
    thing = build('@misc = "thing.v1"\nwidth = 3\nnames = ["b"]\n')
    assert thing.kwargs == {"width": 3, "rate": 0.5, "names": ["b"], "inner": None}


@pytest.mark.parametrize(
    ("text", "kwargs"),
    [
        ('width = "96"', {"width": 96}),
        ("width = 2.0", {"width": 2}),
        ("width = 1\nrate = 2", {"rate": 2.0}),
        ('width = 1\nrate = "0.5"', {"rate": 0.5}),
    ],
)
def test_written_values_are_converted_by_the_hints(text, kwargs):
    thing = build(f'@misc = "thing.v1"\n{text}\n')
    for name, value in kwargs.items():
        assert thing.kwargs[name] == value
        assert type(thing.kwargs[name]) is type(value)


def test_strict_hints_refuse():
    (problem,) = problems('@misc = "strict.v1"\ncount = "5"\n')
    assert (problem.line, problem.column, problem.path) == (3, 9, "x.count")
    assert problem.value == '"5"'
    assert problem.expected.startswith("int for 'count' of strict.v1 (")
    assert problem.suggestion == "Write 5, without quotes."


def test_paths_and_literals():
    thing = build('@misc = "strict.v1"\ncount = 1\nmode = b\npath = some/where\n')
    assert thing.kwargs["mode"] == "b"
    assert thing.kwargs["path"].name == "where"
    (problem,) = problems('@misc = "strict.v1"\ncount = 1\nmode = c\n')
    assert problem.expected.startswith('"a" or "b"')


def test_expectation_names_function_package_and_version():
    (problem,) = problems('@optimizers = "Adam.v1"\nbeta1 = "x"\n')
    import importlib.metadata

    assert f"for 'beta1' of Adam.v1 (thinc {importlib.metadata.version('thinc')})" in problem.expected


def test_nested_blocks_are_built_from_the_inside():
    thing = build('@misc = "thing.v1"\nwidth = 1\n[x.inner]\n@misc = "thing.v1"\nwidth = 2\n')
    assert thing.kwargs["inner"].kwargs["width"] == 2


def test_a_section_gives_a_dict_with_its_blocks_built():
    result = build('a = 1\n[x.b]\n@misc = "number.v1"\n[x.c]\nd = {"@misc": "number.v1"}\n')
    assert result == {"a": 1, "b": 5, "c": {"d": 5}}


def test_blocks_in_lists_and_mappings_are_built():
    thing = build(
        '@misc = "group.v1"\nthings = [{"@misc": "thing.v1", "width": "7"}]\n'
        '[x.by_name.one]\n@misc = "thing.v1"\nwidth = 8\n'
    )
    assert thing.kwargs["things"][0].kwargs["width"] == 7
    assert thing.kwargs["by_name"]["one"].kwargs["width"] == 8


def test_items_are_checked_against_the_collection():
    (problem,) = problems('@misc = "group.v1"\nthings = [{"@misc": "number.v1"}]\n')
    assert problem.path == "x.things.0.@misc"
    assert "returned an object of type int" in problem.message


def test_positional_blocks_keep_their_order():
    thing = build(
        '@misc = "chain.v1"\n[x.*.b]\n@misc = "thing.v1"\nwidth = 1\n[x.*.a]\n@misc = "thing.v1"\nwidth = 2\n'
    )
    assert [arg.kwargs["width"] for arg in thing.args] == [1, 2]


def test_positional_blocks_fill_named_parameters():
    thing = build(
        '@misc = "pair.v1"\nscale = 2\n* = [{"@misc": "thing.v1", "width": 1}, {"@misc": "thing.v1", "width": 2}]\n'
    )
    assert [arg.kwargs["width"] for arg in thing.args] == [1, 2]
    assert thing.kwargs == {"scale": 2.0}


def test_too_many_positional_values():
    (problem,) = problems('@misc = "number.v1"\n* = [1]\n')
    assert "takes 0 values by position" in problem.message


@pytest.mark.parametrize("name", ["size", "rates", "stream"])
def test_a_schedule_stands_for_numbers_lists_and_generators_and_is_not_drained(name):
    size = "" if name == "size" else "size = 1\n"
    batcher = build(f'@misc = "batcher.v1"\n{size}[x.{name}]\n@schedules = "endless.v1"\nstart = "4"\n')
    values = batcher([])[0][("size", "rates", "stream").index(name)]
    assert list(itertools.islice(values, 3)) == [4, 5, 6]


def test_thinc_schedules_and_optimizers_work():
    optimizer = build('@optimizers = "Adam.v1"\n[x.learn_rate]\n@schedules = "warmup_linear.v1"\n'
                      'initial_rate = 0.1\nwarmup_steps = 2\ntotal_steps = 10\n')  # fmt: skip
    assert optimizer.learn_rate == 0.0
    optimizer.step_schedules()
    assert optimizer.learn_rate == pytest.approx(0.05)


def test_returned_number_out_of_its_range():
    assert build('@schedules = "constant.v1"\n[x.rate]\n@misc = "number.v1"\n') is not None
    (problem,) = problems('@optimizers = "Adam.v1"\n[x.beta1]\n@misc = "number.v1"\n')
    assert problem.path == "x.beta1.@misc"
    assert problem.message.endswith("returned 5: must be less than 1")
    assert (problem.expected or "").startswith("float above 0, below 1 or ")


def test_returned_value_of_the_wrong_type():
    (problem,) = problems('@misc = "thing.v1"\nwidth = 1\n[x.inner]\n@misc = "number.v1"\n')
    assert problem.path == "x.inner.@misc"
    assert (problem.line, problem.column) == (5, 9)
    assert "returned an object of type int" in problem.message
    assert problem.expected.startswith("Thing or null for 'inner' of thing.v1")


def test_hints_that_can_not_be_resolved_take_anything():
    thing = build('@misc = "unknown.v1"\nvalue = [1]\ncount = "4"\n')
    assert thing.kwargs == {"value": [1], "count": 4}


def test_keyword_arguments_of_any_name():
    assert build('@misc = "open.v1"\na = 1\nb = "2"\n').kwargs == {"a": 1, "b": 2.0}


def test_the_default_itself_is_never_refused():
    def wrong(inner: dict = None):  # noqa: RUF013
        return inner

    registry.misc("wrong_default.v1", func=wrong)
    assert build('@misc = "wrong_default.v1"\ninner = null\n') is None


def test_every_problem_of_a_block_is_reported():
    found = problems(
        '@misc = "thing.v1"\nwidht = 3\nrate = fast # very\n[x.inner]\n@misc = "thnig.v1"\n'
        '[x.inner.deep]\n@misc = "strict.v1"\ncount = "1"\n[x.names]\n@nothing = "x"\n'
    )
    assert {(problem.path, problem.line, problem.column) for problem in found} == {
        ("x.widht", 3, 1),
        ("x.rate", 4, 8),
        ("x.inner.@misc", 6, 9),
        ("x.inner.deep.count", 9, 9),
        ("x.names.@nothing", 11, 12),
        ("x", 1, 1),
    }
    text = str(ConfigError(found))
    for part in (
        "Did you mean 'width'?",
        "'width' is missing",
        "Did you mean 'thing.v1'?",
        "A comment needs a line",
    ):
        assert part in text
    assert len(text) < 2500


def test_nothing_is_called_while_there_are_problems():
    called = []
    registry.misc("noted.v1", func=lambda: called.append(1))
    problems('[x.a]\n@misc = "noted.v1"\n[x.b]\n@misc = "nothing.v1"\n')
    assert not called


def test_two_functions_in_one_block():
    (problem,) = problems('@misc = "number.v1"\n@schedules = "endless.v1"\n')
    assert "names one function" in problem.message


def test_failing_functions_are_all_reported_with_their_cause():
    with pytest.raises(ConfigError) as info:
        build('[x.a]\n@misc = "failure.v1"\nmessage = one\n[x.b]\n@misc = "failure.v1"\nmessage = two\n')
    assert [problem.path for problem in info.value.problems] == ["x.a", "x.b"]
    assert "failed: ValueError: one" in str(info.value)
    assert isinstance(info.value.__cause__, ValueError)


@pytest.mark.parametrize(
    ("error", "text", "suggestion", "exit_code"),
    [
        (ConfigError("attrs must differ"), "attrs must differ", None, 2),
        (ConfigError("no such attribute", hint="Take NORM."), "no such attribute", "Take NORM.", 2),
        (ConfigError(Problem("odd", path="attrs", exit_code=3)), "attrs: odd", None, 3),
        (DataError("bad line", path="a.txt", line=3), "a.txt:3: bad line", None, 2),
        (UsageError("no attribute X", hint="did you mean Y?"), "no attribute X", "did you mean Y?", 2),
        (KernelError("it broke"), "it broke", None, 1),
    ],
)
def test_an_error_raised_on_purpose_gets_a_place_in_the_config(error, text, suggestion, exit_code):
    def read():
        raise error

    registry.readers("failing.v1", func=read)
    (problem,) = problems('@readers = "failing.v1"\n')
    assert (problem.file, problem.line, problem.column, problem.path) == ("a.cfg", 1, 1, "x")
    assert problem.message.startswith("failing.v1 (") and problem.message.endswith(f") failed: {text}")
    assert (problem.suggestion, problem.exit_code) == (suggestion, exit_code)


@pytest.mark.parametrize(
    ("setting", "path", "line", "column"),
    [("size.width", "x.size.width", 3, 18), ("size", "x.size", 3, 8), ("other", "x.other", 1, 1)],
)
def test_an_error_about_a_setting_gets_the_place_of_that(setting, path, line, column):
    def read(size, other=1):
        raise ConfigError(Problem("too large", setting=setting), hint="Take 5.")

    registry.readers("failing.v1", func=read)
    (problem,) = problems('@readers = "failing.v1"\nsize = {"width": 7}\n')
    assert (problem.path, problem.line, problem.column) == (path, line, column)
    assert problem.message.endswith(") failed: too large") and problem.suggestion == "Take 5."


def test_problems_that_have_a_place_keep_it():
    here = Problem("odd", file="b.cfg", line=7, column=2, path="y")

    def read():
        raise ConfigError([here, Problem("lost")])

    registry.readers("failing.v1", func=read)
    first, second = problems('@readers = "failing.v1"\n')
    assert first == here
    assert (second.file, second.line) == ("a.cfg", 1)


def test_the_fault_of_a_package_is_not_the_configs():
    def read():
        raise PluginLoadError("can't be imported")

    registry.readers("failing.v1", func=read)
    with pytest.raises(PluginLoadError, match="^can't be imported$"):
        build('@readers = "failing.v1"\n')


def test_problem_of_an_override_names_it():
    config = Config.from_str('[x]\n@misc = "thing.v1"\n', overrides={"x.width": "wide"}, interpolate=True)
    with pytest.raises(ConfigError) as info:
        resolve(config["x"], config=config, path="x")
    (problem,) = info.value.problems
    assert problem.origin == 'override --x.width "wide"'


def test_objects_in_a_block_are_passed_on_as_they_are():
    marker = iter(())
    assert resolve({"@misc": "unknown.v1", "value": marker}).kwargs["value"] is marker
    with pytest.raises(ConfigError, match="an object of type object can't stand here"):
        resolve({"@misc": "thing.v1", "width": object()})


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: StrictStr
    steps: int = 5
    tools: dict[str, object] = {}


def test_schema_gives_defaults_and_converts():
    result = build('name = n\nsteps = "7"\n[x.tools.a]\n@misc = "number.v1"\n', schema=Schema)
    assert result == {"name": "n", "steps": 7, "tools": {"a": 5}}
    assert build("name = n\n", schema=Schema) == {"name": "n", "steps": 5, "tools": {}}


def test_schema_problems():
    found = problems("nmae = 3\nsteps = many\n", schema=Schema)
    assert {(problem.path, problem.message) for problem in found} == {
        ("x.nmae", "[x] takes no 'nmae'"),
        ("x.steps", "not int"),
        ("x", "'name' is missing"),
    }


def test_config_is_interpolated_when_it_is_resolved_whole():
    config = Config.from_str("[a]\nx = ${b.y}\n[b]\ny = 1\n")
    assert registry.resolve(config) == {"a": {"x": 1}, "b": {"y": 1}}
