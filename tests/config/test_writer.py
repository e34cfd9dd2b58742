import confection
import pytest

from kernel.config import Config, default_config
from kernel.errors import ConfigError

COMMENTED = """\
# The file.

# Where the data is.
[paths]
# Training data.
; Second line.
train = "a b"

# The run.
[training]
patience = 3

# The optimizer.
[training.optimizer]
@optimizers = "Adam.v1"
# Slow.
learn_rate = ${paths.rate}

# The end.
"""


def test_comments_survive():
    assert Config.from_str(COMMENTED).to_str() == COMMENTED


def test_comments_survive_a_merge():
    merged = Config.from_str("[training]\nx = 1\n[training.optimizer]\nL2 = 0\n").merge(
        Config.from_str(COMMENTED)
    )
    text = merged.to_str()
    for line in COMMENTED.splitlines():
        if line.startswith(("#", ";")):
            assert line in text


def test_writing_is_idempotent_and_confection_reads_it():
    config = default_config()
    text = config.to_str()
    assert Config.from_str(text).to_str() == text
    assert confection.Config().from_str(text, interpolate=False) == config


def test_sections_have_a_fixed_order_and_follow_their_parents():
    config = Config({"z": {}, "nlp": {"b": {"c": {}}, "a": 1}, "paths": {}, "training": {}})
    headers = [line for line in config.to_str().splitlines() if line.startswith("[")]
    assert headers == ["[paths]", "[nlp]", "[nlp.b]", "[nlp.b.c]", "[training]", "[z]"]


@pytest.mark.parametrize(
    "value",
    [
        "text", "", " padded ", "5", "null", "true", '"quoted"', "[1", "{", "é\u2028\n\t", "# no", "a = b", "5$", "$$",
        1, -1.5, 1e-8, None, True, [], ["${a.b}"], [[1], {"k": [None]}], {}, {"k": {"l": 1}},
        {"a=b": 1, "c:d": {"e.f": 2}, "": 3, "[x]": 4, "# y": 5, " z": 6},
    ],
)  # fmt: skip
def test_round_trip(value):
    config = Config({"a": {"x": value, "b": 1}})
    assert Config.from_str(config.to_str()).interpolate() == config.interpolate()
    assert Config.from_str(config.to_str(), interpolate=True).to_str() == config.interpolate().to_str()


def test_variables_and_lists_over_lines_are_written_back():
    config = Config.from_str('[a]\nx = "${a.y}/z"\nl = [${a.y},\n  2]\ny = 1\n')
    again = Config.from_str(config.to_str())
    assert again == config
    assert again.interpolate()["a"] == {"x": "1/z", "l": [1, 2], "y": 1}


def test_to_disk_and_bytes(tmp_path):
    config = Config.from_str(COMMENTED)
    config.to_disk(tmp_path / "a.cfg")
    assert Config.from_disk(tmp_path / "a.cfg") == config
    assert Config.from_bytes(config.to_bytes()) == config


def test_objects_can_not_be_written():
    with pytest.raises(ConfigError, match=r"a\.x: an object of type object"):
        Config({"a": {"x": object()}}).to_str()


def test_copy_is_deep_and_keeps_positions():
    config = Config.from_str("[a]\nl = [1]\n", name="a.cfg")
    other = config.copy()
    other["a"]["l"].append(2)
    assert config["a"]["l"] == [1]
    assert other.where("a.l") == ("a.cfg", 2, 5)
