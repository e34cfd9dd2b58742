"""What happens when the code of a package is started."""

import sys

import pytest

from kernel.discovery.scan import entry_points
from kernel.errors import IncompatiblePlugin, PluginLoadError
from kernel.registries.loading import current, load_entry_point


@pytest.fixture
def point(fake_distribution):
    """`point(source, attribute)`: the entry point of an installed package whose module has that source."""

    def make(source, attribute="make", **contents):
        target = f"acme_loading:{attribute}" if attribute else "acme_loading"
        modules = {"acme_loading": source} if source is not None else {}
        points = {"kernel_acme_things": {"acme.T.v1": target}}
        fake_distribution("acme", "1.2", entry_points=points, modules=modules, **contents)
        return entry_points("kernel_acme_things")[0]

    return make


def test_the_named_object_is_returned(point):
    assert (
        load_entry_point(point("class make:\n    def inner(self): return 7\n", "make.inner"), "things")(None)
        == 7
    )


def test_a_point_without_attribute_is_its_module(point):
    assert load_entry_point(point("x = 3\n", ""), "things").x == 3


def test_the_entry_point_is_known_while_it_is_imported_only(point):
    found = point("from kernel.registries.loading import current\nmake = current()\n")
    assert load_entry_point(found, "things") == found
    assert current() is None


def test_a_failing_import_has_its_address_and_is_known_no_longer(point):
    with pytest.raises(PluginLoadError) as caught:
        load_entry_point(point("x = 1\nraise ZeroDivisionError('no')\n"), "things")
    text = str(caught.value)
    assert "things: 'acme.T.v1' of acme 1.2" in text and "ZeroDivisionError: no" in text
    assert "acme_loading.py:2)" in text and "The fault is in the package acme" in text
    assert (caught.value.kind, caught.value.distribution) == ("things", "acme")
    assert current() is None


@pytest.mark.parametrize(
    ("source", "contents", "hint"),
    [
        (None, {}, "declares a module that it doesn't contain"),
        ("import slack_sdk_x\n", {"requires": ["slack_sdk_x; extra == 's'"]}, "pip install 'acme[s]'"),
        ("import slack_sdk_x\n", {}, "The fault is in the package acme"),
        ("x = 1\n", {}, "The fault is in the package acme"),
    ],
)
def test_hints(source, contents, hint, point):
    with pytest.raises(PluginLoadError) as caught:
        load_entry_point(point(source, **contents), "things")
    assert hint in caught.value.hint


def test_a_package_for_another_kernel_is_not_imported(point):
    with pytest.raises(IncompatiblePlugin, match="needs kernel-nlp<0.0.1"):
        load_entry_point(point("raise SystemExit\n", requires=["kernel-nlp<0.0.1"]), "things")
    assert "acme_loading" not in sys.modules


def test_an_interruption_passes(point):
    with pytest.raises(KeyboardInterrupt):
        load_entry_point(point("raise KeyboardInterrupt\n"), "things")
    assert current() is None
