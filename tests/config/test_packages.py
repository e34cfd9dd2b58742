"""Packages that a config requires, and owners that it gives names to."""

import pytest

from kernel import Config
from kernel.config.packages import package_problems, verify
from kernel.errors import ConfigError
from kernel.registries.family import chosen_by, registry


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
        '[plugins]\nrequire = "of the wrong type"\n',
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
