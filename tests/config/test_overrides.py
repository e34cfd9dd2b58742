import io

import pytest

from kernel.config import Config, environment_overrides, load_config, parse_overrides
from kernel.errors import ConfigError, UsageError, WrongType
from kernel.registries.family import registry


@pytest.mark.parametrize(
    ("args", "values"),
    [
        (["--a.b", "5"], {"a.b": 5}),
        (["--a.b=5"], {"a.b": 5}),
        (["--a.b"], {"a.b": True}),
        (["--a.b", "--c.d", "x"], {"a.b": True, "c.d": "x"}),
        (["--a.b", "-1"], {"a.b": -1}),
        (["--a.b=x=y"], {"a.b": "x=y"}),
        (["--a.b="], {"a.b": ""}),
        (["--a.b", '["x", "y"]'], {"a.b": ["x", "y"]}),
        (["--a.b", "${c.d}"], {"a.b": "${c.d}"}),
        (["--a.b", "false", "--a.b", "null"], {"a.b": None}),
        ([], {}),
    ],
)
def test_parse(args, values):
    assert parse_overrides(args) == values


@pytest.mark.parametrize(
    "args", [["x"], ["-a.b", "1"], ["--verbose"], ["--"], ["--a..b", "1"], ["--a.b", "1", "2"]]
)
def test_parse_refuses_the_rest_of_the_command_line(args):
    with pytest.raises(UsageError):
        parse_overrides(args)


def test_parse_refuses_broken_json():
    with pytest.raises(ConfigError, match=r"a\.b: \[ is never closed(.|\n)*override --a\.b"):
        parse_overrides(["--a.b", "[1,"])


def test_environment_is_read_like_the_command_line():
    assert environment_overrides({"KERNEL_CONFIG_OVERRIDES": "--a.b 'x y' --c.d=2"}) == {
        "a.b": "x y",
        "c.d": 2,
    }
    assert environment_overrides({}) == {}
    with pytest.raises(UsageError, match="KERNEL_CONFIG_OVERRIDES"):
        environment_overrides({"KERNEL_CONFIG_OVERRIDES": "--verbose"})
    with pytest.raises(UsageError, match="KERNEL_CONFIG_OVERRIDES"):
        environment_overrides({"KERNEL_CONFIG_OVERRIDES": "--a.b '"})


def test_environment_wins(tmp_path, monkeypatch):
    file = tmp_path / "a.cfg"
    file.write_text("[a]\nx = 1\ny = 1\nz = 1\n")
    monkeypatch.setenv("KERNEL_CONFIG_OVERRIDES", "--a.y 3 --a.z 3")
    config = load_config(file, {"a.x": 2, "a.y": 2})
    assert config["a"] == {"x": 2, "y": 3, "z": 3}
    assert config.source("a.x").describe() == "override --a.x 2"
    assert "KERNEL_CONFIG_OVERRIDES" in config.source("a.z").describe()


def test_config_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("[a]\nx = [\n"))
    with pytest.raises(ConfigError, match="stdin:2:"):
        load_config("-")


def test_override_may_add_keys_and_sections_and_replace_blocks():
    config = Config.from_str("[a]\n[a.b]\nx = 1\n", overrides={"a.new": 1, "c.d.e": 2, "a.b": 5})
    assert config == {"a": {"b": 5, "new": 1}, "c": {"d": {"e": 2}}}


def test_override_inside_an_inline_block():
    config = Config.from_str('[a]\nb = {"@misc": "x", "y": 1}\n', overrides={"a.b.y": 2})
    assert config["a"]["b"] == {"@misc": "x", "y": 2}


def test_override_below_a_value_is_an_error():
    with pytest.raises(ConfigError, match=r"a\.x is a value and has no keys"):
        Config.from_str("[a]\nx = 1\n", overrides={"a.x.y": 2})


def test_override_of_a_whole_section_is_an_error():
    with pytest.raises(ConfigError, match="whole section"):
        Config.from_str("[a]\nx = 1\n", overrides={"a": {}})


@pytest.mark.parametrize("depth", ["a.b", "a.b.c"])
def test_what_an_override_sets_inside_of_a_block_is_the_overrides(depth):
    default = Config.from_str(
        "[a]\n# why\n[a.b]\nkept = 1\n[a.b.c]\n# why\nx = 1\ny = 2\n", name="default", kind="default"
    )
    value = {"c": {"x": 5}} if depth == "a.b" else {"x": 5}
    merged = default.merge(Config.from_str("[a]\nz = 1\n", overrides={depth: value}))
    assert merged["a"]["b"] == {"kept": 1, "c": {"x": 5, "y": 2}}
    assert merged.source("a.b.c.x").describe().startswith(f"override --{depth} ")
    assert merged.source("a.b.c.x.deeper").describe().startswith(f"override --{depth} ")
    assert merged.where("a.b.c.x") is None
    assert merged.source("a.b.c.y").describe() == "default of default"
    assert merged.where("a.b.kept") == ("default", 4, 8)
    assert "# why\nx = 5" in merged.to_str()


def test_what_a_value_of_the_file_sets_inside_of_a_block_is_the_files():
    default = Config.from_str("[a]\n[a.b]\nx = 1\ny = 2\n", name="default", kind="default")
    merged = default.merge(Config.from_str('[a]\nb = {"x": 5}\n', name="a.cfg"))
    assert merged.where("a.b.x") == ("a.cfg", 2, 11)
    assert merged.where("a.b.y") == ("default", 4, 5)


BLOCK = """
[nlp]
lang = "xx"

[training.optimizer]
@optimizers = "Adam.v1"
beta1 = 0.9
L2 = 0.5

[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
warmup_steps = 5
total_steps = 10
initial_rate = 0.1

[components.one]
factory = "tst.wide"
width = 3
height = 4
"""


@pytest.fixture
def factories():
    with registry.restored():
        registry.factories("tst.wide", func=lambda nlp, name, width, height: None)
        registry.factories("tst.deep", func=lambda nlp, name, width, depth=1: None)
        registry.factories("tst.any", func=lambda nlp, name, **more: None)
        yield


def test_another_function_drops_what_belonged_to_the_former_one():
    config = Config.from_str(BLOCK, overrides={"training.optimizer.@optimizers": "SGD.v1"})
    optimizer = config["training"]["optimizer"]
    assert set(optimizer) == {"@optimizers", "L2", "learn_rate"} and optimizer["L2"] == 0.5
    assert "training.optimizer.beta1" not in config.sources
    schedule = {
        "training.optimizer.learn_rate.@schedules": "constant.v1",
        "training.optimizer.learn_rate.rate": 0.3,
    }
    config = Config.from_str(BLOCK, overrides=schedule)
    assert config["training"]["optimizer"]["learn_rate"] == {"@schedules": "constant.v1", "rate": 0.3}
    assert config["training"]["optimizer"]["beta1"] == 0.9
    assert not [path for path in config.sources if "warmup" in path or "initial" in path]


def test_another_kind_of_function_drops_the_former_name():
    config = Config.from_str(BLOCK, overrides={"training.optimizer.learn_rate.@optimizers": "SGD.v1"})
    assert set(config["training"]["optimizer"]["learn_rate"]) == {"@optimizers"}


@pytest.mark.parametrize("order", [1, -1])
def test_what_overrides_set_stays(order):
    pairs = [("training.optimizer.@optimizers", "SGD.v1"), ("training.optimizer.beta1", 0.7)][::order]
    optimizer = Config.from_str(BLOCK, overrides=dict(pairs))["training"]["optimizer"]
    assert set(optimizer) == {"@optimizers", "L2", "learn_rate", "beta1"}


def test_another_factory_drops_the_settings_of_the_former_one(factories):
    def block(factory):
        return Config.from_str(BLOCK, overrides={"components.one.factory": factory})["components"]["one"]

    assert block("tst.deep") == {"factory": "tst.deep", "width": 3}
    for other in ("tst.wide", "tst.any", "tst.unknown"):
        assert block(other) == {"factory": other, "width": 3, "height": 4}


SOURCED = """
[components.one]
source = "base"
component = "two"
replace_listeners = ["model.tok2vec"]
"""


@pytest.mark.parametrize("order", [1, -1])
def test_a_source_is_taken_away_by_null_and_never_by_a_factory(order, factories):
    def block(overrides):
        pairs = [(f"components.one.{key}", value) for key, value in overrides][::order]
        config = Config.from_str(SOURCED, overrides=dict(pairs))
        assert {path for path in config.sources if path.startswith("components.one.")} == {
            f"components.one.{key}" for key in config["components"]["one"]
        }
        return config["components"]["one"]

    made = block([("factory", "tst.wide")])
    assert made["source"] == "base" and made["factory"] == "tst.wide" and made["component"] == "two"
    assert block([("source", None), ("factory", "tst.wide"), ("width", 3)]) == {
        "factory": "tst.wide",
        "width": 3,
    }


def test_the_same_function_drops_nothing():
    optimizer = Config.from_str(BLOCK, overrides={"training.optimizer.@optimizers": "Adam.v1"})["training"][
        "optimizer"
    ]
    assert optimizer["beta1"] == 0.9


@pytest.mark.parametrize("overrides", ["--a.b", ["--a.b", "1"], 5, {5: 1}])
def test_overrides_in_python_are_a_dict(overrides):
    with pytest.raises(WrongType, match="overrides are a dict of values by dotted path, not "):
        Config.from_str("[a]\nb = 1\n", overrides=overrides)


@pytest.mark.parametrize("path", [None, 5, ["a.cfg"]])
def test_a_config_is_read_from_a_path(path):
    with pytest.raises(WrongType, match="a config is read from a path, not from "):
        load_config(path)
