"""A config of any length is read, interpolated, checked, changed and written in time that its length explains."""

import json

import pytest

from kernel.config import Config, check, default_config, fill, parse_overrides, resolve, suggestions
from kernel.config.suggestions import Suggestions
from kernel.errors import ConfigError
from kernel.registries.family import registry


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():

        @registry.misc("numbers.v1")
        def numbers(values: list[int], other: int = 1):
            return values

        @registry.misc("either.v1")
        def either(values: list[int | bool]):
            return values

        @registry.misc("any.v1")
        def anything(**settings):
            return settings

        yield


@pytest.fixture
def without_suggestions(monkeypatch):
    """Suggestions have a bound of their own; what they cost hides all else."""
    monkeypatch.setattr(suggestions, "MOST", 0)


def lines(pattern, n):
    return "".join(pattern.replace("#", str(i)) + "\n" for i in range(n))


def items(pattern, n):
    return ",\n  ".join(pattern.replace("#", str(i)) for i in range(n))


# n -> the text of a config.
RIGHT = {
    "keys": lambda n: "[variables]\n" + lines("key# = #", n),
    "sections": lambda n: lines("[variables.s#]\nkey = #", n),
    "deep sections": lambda n: "[variables" + ".x" * 40 + "]\n" + lines("key# = 1", n),
    "comments": lambda n: "[variables]\n" + lines("; one\n\n; two\nkey# = #", n),
    "a list": lambda n: "[variables]\nlist = [\n  " + items('"label#"', n) + "\n  ]\n",
    "a mapping": lambda n: "[variables]\nmap = {" + items('"k#": [#]', n) + "}\n",
    "lines of a text": lambda n: "[variables]\ntext = one two\n" + lines("  x# = #", n),
    "references": lambda n: "[variables]\nroot = 1\n" + lines("key# = ${variables.root}", n),
    "references in texts": lambda n: '[variables]\nroot = "x"\n' + lines('key# = "${root}/#"', n),
    "a list of references": lambda n: (
        '[paths]\nroot = "x"\n[variables]\nlist = [' + items('"${paths.root}"', n) + "]\n"
    ),
    "a reference to each": lambda n: "[variables]\n" + lines("key# = #\nref# = ${variables.key#}", n),
    "sections that are referred to": lambda n: (
        "[variables]\n" + lines("ref# = ${other#}", n) + lines("[other#]\nkey = 1", n)
    ),
    "blocks": lambda n: lines('[variables.b#]\n@misc = "any.v1"\nkey = #', n),
    "settings": lambda n: '[variables.b]\n@misc = "any.v1"\n' + lines("key# = #", n),
}
WRONG = {
    "repeated keys": lambda n: "[variables]\n" + lines("key# = 1\nkey# = 2", n),
    "repeated sections": lambda n: lines("[variables.s#]\na = 1", n) * 2,
    "no keys": lambda n: "[variables]\n" + lines("some line #", n),
    "no headers": lambda n: lines("[variables.x#] # y\na = 1", n),
    "lists that never end": lambda n: "[variables]\n" + lines("key# = [1, 2", n),
    "indented keys": lambda n: "[variables]\none = 3\n" + lines("  key# = 1", n),
    "indented keys after a list": lambda n: (
        "[variables]\none = [\n  " + items('"l#"', n) + "\n  ]\n" + lines("  key# = 1", n)
    ),
    "headers in a list": lambda n: "[variables]\none = [\n" + lines("  [name]", n) + "  ]\n",
    "references to nothing": lambda n: "[variables]\n" + lines("key# = ${paths.no#}", n),
    "a list of references to nothing": lambda n: (
        "[variables]\nlist = [\n  " + items('"${paths.no#}"', n) + "]\n"
    ),
    "references to broken values": lambda n: (
        "[variables]\n" + lines("a# = ${paths.no}\nb# = ${variables.a#}", n)
    ),
    "a chain to a broken value": lambda n: (
        "[variables]\na0 = ${paths.no}\n" + "".join(f"a{i + 1} = ${{variables.a{i}}}\n" for i in range(n))
    ),
    "wrong items": lambda n: '[variables.b]\n@misc = "numbers.v1"\nvalues = [\n  ' + items('"x#"', n) + "]\n",
    "wrong items of a choice": lambda n: (
        '[variables.b]\n@misc = "either.v1"\nvalues = [\n  ' + items('"x#"', n) + "]\n"
    ),
    "wrong lists of items": lambda n: (
        '[variables.b]\n@misc = "numbers.v1"\nvalues = [\n  ' + items('["x#"]', n) + "]\n"
    ),
    "unknown settings": lambda n: (
        '[variables.b]\n@misc = "numbers.v1"\nvalues = [1]\n' + lines("key# = 1", n)
    ),
    "unknown settings of a section": lambda n: "[training]\n" + lines("key# = 1", n),
    "unknown sections": lambda n: lines("[section#]\nkey = 1", n),
    "no corpora": lambda n: "[corpora]\n" + lines("key# = 1", n),
}


def outcome(action):
    """Do something with a config, and say what is wrong with it if something is."""
    try:
        action()
    except ConfigError as error:
        assert str(error)


@pytest.mark.parametrize("shape", [*RIGHT, *WRONG])
def test_reading_grows_as_the_text_does(shape, grows_linearly):
    def make(n):
        text = {**RIGHT, **WRONG}[shape](n)
        return lambda: outcome(lambda: Config.from_str(text))

    grows_linearly(make, 40)


@pytest.mark.parametrize("shape", RIGHT)
def test_using_grows_as_the_config_does(shape, grows_linearly):
    def make(n):
        config = Config.from_str(RIGHT[shape](n))

        def use():
            for action in (config.to_str, config.copy, config.interpolate, lambda: config.merge(config)):
                action()
            fill(config)
            resolve(config)

        return use

    grows_linearly(make)


@pytest.mark.parametrize(
    "shape", ["references", "sections that are referred to", "a reference to each", *WRONG]
)
@pytest.mark.usefixtures("without_suggestions")
def test_reports_grow_as_what_they_report(shape, grows_linearly):
    def make(n):
        config = Config.from_str({**RIGHT, **WRONG}[shape](n), problems=[])
        whole = default_config().merge(config)

        def report():
            outcome(lambda: check(whole))
            outcome(lambda: resolve(config))

        return report

    grows_linearly(make)


@pytest.mark.parametrize("pattern", ["variables.key#", "variables.new#", "paths.new#", "variables.s#"])
@pytest.mark.usefixtures("without_suggestions")
def test_work_grows_as_the_overrides_do(pattern, grows_linearly):
    def make(n):
        arguments = [word for i in range(n) for word in (f"--{pattern.replace('#', str(i))}", "1")]
        text = RIGHT["keys"](n) + RIGHT["sections"](n)
        default = default_config()

        def change():
            config = Config.from_str(text, overrides=parse_overrides(arguments))
            outcome(lambda: check(default.merge(config)))

        return change

    grows_linearly(make)


@pytest.mark.usefixtures("without_suggestions")
def test_work_grows_as_the_components_do(grows_linearly):
    def names(n, prefix="c"):
        return json.dumps([f"{prefix}{i}" for i in range(n)])

    def make(n):
        text = (
            f'[nlp]\nlang = "en"\npipeline = {names(n)}\ndisabled = {names(n, "d")}\n'
            f"[training]\nfrozen_components = {names(n)}\n"
        ) + lines("[initialize.components.e#]\nx = 1", n)
        config = default_config().merge(Config.from_str(text))

        def report():
            with pytest.raises(ConfigError) as caught:
                check(config)
            assert any("there is no component 'd1'" in one.message for one in caught.value.problems)

        return report

    grows_linearly(make)


def test_a_report_searches_for_a_bounded_number_of_names(monkeypatch):
    monkeypatch.setattr(suggestions, "MOST", 25)
    search = Suggestions()
    names = [f"name{i}" for i in range(10)]
    found = [search.near("nam5", names) for _ in range(5)]
    assert found == ["name5"] * 3 + [None] * 2
    # The first one is always looked for.
    assert Suggestions().near("nam55", [f"name{i}" for i in range(100)]) == "name55"
    assert Suggestions().near("nam5", names, besides=("name5",)) in names


def test_names_that_mean_the_same_are_searched_once(monkeypatch):
    monkeypatch.setattr(suggestions, "MOST", 100)
    text = "[variables]\nwidth = 1\n" + lines("key# = ${variables.widht}", 50)
    with pytest.raises(ConfigError) as info:
        Config.from_str(text, interpolate=True)
    assert [one.suggestion for one in info.value.problems] == ["Did you mean ${variables.width}?"] * 50
