"""What is read out of the metadata of installed packages."""

import pytest

from kernel import __version__
from kernel.discovery.metadata import (
    admits,
    incompatibility,
    kernel_range,
    remedy,
    required_here,
    requirement,
    requirements,
)


@pytest.mark.parametrize(
    ("requires", "found"),
    [
        ([], None),
        (["numpy>=2"], None),
        (["kernel-nlp"], ""),
        (["Kernel_NLP (<0.4,>=0.3)"], ">=0.3,<0.4"),
        (["kernel-nlp[all]<9"], "<9"),
        (["kernel-nlp<9; python_version > '3'"], "<9"),
        (["kernel-nlp>=0.1", "kernel-nlp<9"], ">=0.1,<9"),
        (["kernel-nlp<0.0.1; extra == 'old'"], None),
        (["kernel-nlp whatever"], "whatever"),
    ],
)
def test_versions_of_kernel_that_a_package_asks_for(requires, found, fake_distribution):
    fake_distribution("acme", requires=requires)
    assert kernel_range("acme") == found


@pytest.mark.parametrize(
    ("specifier", "said"),
    [("<0.0.1", "kernel-nlp<0.0.1"), (f">={__version__}", None), ("whatever", None), ("", None)],
)
def test_a_package_for_another_kernel(specifier, said, fake_distribution):
    fake_distribution("acme", requires=[f"kernel-nlp{specifier}"])
    assert incompatibility("acme") == said
    assert incompatibility("nobody-installed-this") is None


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        (">=0.3,<0.4", "0.3.1", True),
        (">=0.3,<0.4", "0.4", False),
        (">=0.3", "0.4.dev1", True),
        ("~~", "1.0", True),
        ("<1", "no version", True),
    ],
)
def test_ranges(specifier, version, expected):
    assert admits(specifier, version) is expected


def test_requirements_that_hold_here(fake_distribution):
    fake_distribution(
        "acme",
        requires=[
            "Slack.SDK>=3",
            "torch; extra == 'all'",
            "pywin32; python_version < '3'",
            "not a requirement at all !",
            "numpy",
        ],
    )
    assert [one.name for one in requirements("acme")] == ["Slack.SDK", "torch", "pywin32", "numpy"]
    assert required_here("acme") == ["numpy", "slack-sdk"]
    assert required_here("nobody-installed-this") == []
    assert requirement("!") is None


@pytest.mark.parametrize(
    ("requires", "module", "said"),
    [
        (["slack_sdk>=3"], "slack_sdk.web", "acme requires slack_sdk, which is not installed: pip install"),
        (["PyYAML"], "yaml", "acme requires PyYAML"),
        (["slack_sdk; extra == 'slack'"], "slack_sdk", "pip install 'acme[slack]'"),
        (
            ["slack_sdk; extra == 'all'", "slack_sdk; extra == 'slack'"],
            "slack_sdk",
            "pip install 'acme[slack]'",
        ),
        (["slack_sdk; extra == 'all'"], "slack_sdk", "pip install 'acme[all]'"),
        (["numpy"], "slack_sdk", ""),
    ],
)
def test_what_to_install_when_a_module_is_missing(requires, module, said, fake_distribution):
    fake_distribution("acme", requires=requires)
    found = remedy("acme", module)
    assert found.startswith(said) and bool(found) == bool(said)
