"""A name that stands for another one is looked up where a config allows."""

import pytest

import kernel
from kernel.errors import RegistryError
from kernel.registries.family import chosen_by, registry


@pytest.fixture
def two_names(fake_distribution):
    """`bolt.R.v1` and `bolt.Few.v1`, which stand for a function of another package."""
    alias = "from kernel.registries.aliases import Alias\n"
    fake_distribution(
        "acme",
        entry_points={"kernel_readers": {"acme.R.v1": "acme_whole:make"}},
        modules={"acme_whole": "def make(path='here'): return path\n"},
    )
    fake_distribution(
        "bolt",
        entry_points={
            "kernel_readers": {
                "bolt.R.v1": "bolt_names:same",
                "bolt.Few.v1": "bolt_names:few",
                "bolt.Gone.v1": "bolt_names:gone",
            }
        },
        modules={
            "bolt_names": f"{alias}same, gone = Alias('acme.R.v1'), Alias('acme.R.v2')\n"
            "few = Alias('acme.R.v1', lambda make: lambda: make('there'))\n"
        },
    )


def test_it_gives_the_function_of_the_other_name(two_names):
    assert registry.get("readers", "bolt.R.v1") is registry.get("readers", "acme.R.v1")
    assert registry.get("readers", "bolt.Few.v1")() == "there"
    assert registry.origin("readers", "bolt.R.v1").distribution == "bolt"


def test_the_package_of_the_other_name_may_be_denied(two_names):
    seen = chosen_by({"plugins": {"deny": ["acme"]}})
    for name in ("bolt.R.v1", "bolt.Few.v1"):
        with pytest.raises(RegistryError, match=r"readers has no function 'acme\.R\.v1'") as info:
            seen.get("readers", name)
        assert "denied by [plugins] deny of the config" in info.value.hint


def test_an_override_of_the_other_name_holds(two_names, fake_distribution):
    fake_distribution(
        "cog",
        entry_points={"kernel_readers": {"acme.R.v1": "cog_reader:make"}},
        modules={"cog_reader": "def make(path='far'): return path\n"},
    )
    seen = chosen_by({"registry": {"override": {"acme.R.v1": "cog"}}})
    assert seen.get("readers", "bolt.R.v1")() == "far"
    assert kernel.registry.has("readers", "bolt.R.v1")


def test_one_that_is_not_there_is_named(two_names):
    with pytest.raises(RegistryError, match=r"readers has no function 'acme\.R\.v2'"):
        registry.get("readers", "bolt.Gone.v1")
