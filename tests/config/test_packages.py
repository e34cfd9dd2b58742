"""Packages that a config requires, and owners that it gives names to."""

import pytest

from kernel import Config
from kernel.config.packages import package_problems, plain_sections, verify
from kernel.errors import ConfigError
from kernel.registries.family import chosen_by, registry
from kernel.saving.provenance import provenance


def problems(text):
    config = Config.from_str(text, name="my.cfg")
    return [
        (one.line, one.path, one.message, one.expected, one.suggestion)
        for one in package_problems(config, chosen_by(config))
    ]


@pytest.fixture(autouse=True)
def acme(fake_distribution):
    with registry.restored():
        points = {"kernel_misc": {"acme.F.v1": "acme_x:make"}}
        fake_distribution("acme", "1.2", entry_points=points)
        yield


@pytest.mark.parametrize(
    ("line", "message", "suggestion"),
    [
        ("acme>=2", "acme 1.2 is installed", "pip install 'acme>=2'"),
        ("nobody-made-this", "nobody-made-this is not installed", "pip install 'nobody-made-this'"),
        ("a b c", "not a requirement", None),
        (3, "not a requirement", None),
    ],
)
def test_unmet_requirements(line, message, suggestion):
    value = f'"{line}"' if isinstance(line, str) else line
    ((number, path, said, _, hint),) = problems(f'[plugins]\nrequire = ["acme", {value}]\n')
    assert (number, path, said, hint) == (2, "plugins.require.1", message, suggestion)


def test_a_denied_package_is_no_help():
    (problem,) = problems('[plugins]\nrequire = ["acme"]\ndeny = ["acme"]\n')
    assert problem[2] == "acme is denied by [plugins] deny of the config"


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[plugins]\nrequire = ["ACME>=1,<2", "numpy"]\n',
        "[plugins]\nrequire = [\"nobody-made-this; python_version < '3'\"]\n",
        '[vars]\nx = "acme>=1"\n[plugins]\nrequire = ["${vars.x}"]\n',
        '[registry.override]\nacme.F.v1 = "Acme"\n',
        '[registry.override]\n"acme.F.v1" = acme\n',
    ],
)
def test_what_can_be_done_is_no_problem(text):
    assert problems(text) == []
    verify(Config.from_str(text))


@pytest.mark.parametrize(
    ("text", "message", "expected", "suggestion"),
    [
        ("acme.F.v1 = other", "acme.F.v1 is not in other", "one of: acme", "Is other installed?"),
        ("acme.F.v1 = code", "acme.F.v1 is not in code", "one of: acme", "Give the file that registers it"),
        ("acme.G.v1 = acme", "acme.G.v1 is not in acme", "a package that has the name", "Is acme installed?"),
    ],
)
def test_overrides_that_nobody_can_obey(text, message, expected, suggestion):
    ((line, _, said, wanted, hint),) = problems(f"[registry.override]\n{text}\n")
    assert (line, said, wanted) == (2, message, expected) and hint.startswith(suggestion)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('[plugins]\nrequire = "acme"', "plugins.require", "not list[str]"),
        ('[plugins]\ndeny = "acme"', "plugins.deny", "not list[str]"),
        ('[plugins]\nonly = "acme"', "plugins.only", "not list[str] or null"),
        ("[plugins]\ndeny = [1]", "plugins.deny.0", "must be a valid string"),
        ('[plugins]\ndenny = ["acme"]', "plugins.denny", "[plugins] takes no 'denny'"),
        ("[registry]\noverride = 3", "registry.override", "not the owner of a name"),
        ("[registry.override]\nacme.F.v1 = 3", "registry.override.acme.F.v1", "not the owner of a name"),
        ("[registry.override]\nacme.F.v1 = []", "registry.override.acme.F.v1", "not the owner of a name"),
    ],
)
def test_what_can_not_be_understood_is_not_passed_over(text, path, message):
    with pytest.raises(ConfigError) as caught:
        verify(Config.from_str(text))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.message) == (path, 2, message)


@pytest.mark.parametrize("section", ["plugins", "registry"])
def test_a_section_that_is_none(section):
    with pytest.raises(ConfigError, match=f"{section}: not a section"):
        verify({section: 3})


def test_a_name_of_code_may_be_given_to_code():
    registry.misc("acme.F.v2", func=len)
    assert problems("[registry.override]\nacme.F.v2 = code\n") == []


def test_all_is_said_at_once():
    with pytest.raises(ConfigError) as caught:
        verify(Config.from_str('[plugins]\nrequire = ["acme>=2", "x y"]\n[registry]\noveride = 3\n'))
    assert [one.path for one in caught.value.problems] == [
        "plugins.require.0",
        "plugins.require.1",
        "registry.overide",
    ]
    assert caught.value.problems[-1].suggestion == "Did you mean 'override'?"


VARIABLES = """
[variables]
mine = ["acme"]
name = "acme"
wrong = ${variables.nothing}
"""


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("[plugins]\nonly = ${variables.mine}", True),
        ('[plugins]\nonly = ["${variables.name}", "other"]', True),
        ('[plugins]\nonly = ["other"]', False),
        ("[plugins]\nonly = []", False),
        ("[plugins]\ndeny = ${variables.mine}", False),
        ('[plugins]\ndeny = ["${variables.name}"]', False),
        # What is no list allows all until the check of the config says so.
        ('[plugins]\nonly = "acme"', True),
        ("[plugins]\nonly = ${variables.name}", True),
    ],
)
def test_variables_in_the_rules(text, allowed):
    config = Config.from_str(VARIABLES.replace("wrong = ${variables.nothing}\n", "") + text + "\n")
    for one in (config, config.interpolate(), dict(config)):
        assert chosen_by(one).has("misc", "acme.F.v1") == allowed


def test_a_variable_may_give_a_name_to_a_package(fake_distribution):
    fake_distribution("other", "1.0", entry_points={"kernel_misc": {"acme.F.v1": "other_x:make"}})
    for text in (
        '[registry.override]\n"acme.F.v1" = ${variables.name}\n',
        "[registry.override]\nacme.F.v1 = ${variables.name}\n",
        '[registry]\noverride = ${owners}\n[owners]\n"acme.F.v1" = "acme"\n',
    ):
        config = Config.from_str("[variables]\nname = acme\n" + text)
        verify(config)
        assert chosen_by(config).origin("misc", "acme.F.v1").distribution == "acme"
        assert provenance(config)["overrides"] == {"acme.F.v1": "acme"}


@pytest.mark.parametrize("value", ["${variables.nothing}", "${variables.wrong}", '["${variables.wrong}"]'])
@pytest.mark.parametrize("key", ["only", "deny"])
def test_variables_that_lead_nowhere_are_known_before_anything_is_looked_up(key, value):
    config = Config.from_str(f"{VARIABLES}[plugins]\n{key} = {value}\n")
    assert plain_sections(config)[0] == {}
    assert chosen_by(config).has("misc", "acme.F.v1")
    with pytest.raises(ConfigError, match=r"\$\{variables.nothing\} refers to nothing"):
        verify(config)
