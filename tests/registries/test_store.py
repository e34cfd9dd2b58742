"""catalogue is the only store of what is registered: it and the registry show the same, whoever registered it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import catalogue
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import NameConflict, RegistryError
from kernel.language import Language
from kernel.registries.family import registry
from kernel.registries.registry import Registry


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    with registry.restored():
        yield


def readers() -> catalogue.Registry:
    return catalogue.create("kernel", "readers")


def test_what_our_decorators_register_is_in_catalogue() -> None:
    @registry.readers("acme.R.v1")
    def make() -> int:
        return 1

    assert readers().get("acme.R.v1") is make
    assert "acme.R.v1" in readers()
    assert readers().get_all()["acme.R.v1"] is make
    assert readers().find("acme.R.v1")["line_no"] == registry.origin("readers", "acme.R.v1").line

    @Language.component("hum")
    def hum(doc):  # type: ignore[no-untyped-def]
        return doc

    assert catalogue.create("kernel", "factories").get("hum") is registry.get("factories", "hum")


def test_what_catalogue_registers_is_in_the_registry() -> None:
    @readers().register("acme.R.v1")
    def make() -> int:
        return 1

    assert registry.get("readers", "acme.R.v1") is registry.readers.get_all()["acme.R.v1"] is make
    assert "acme.R.v1" in registry.names("readers")
    origin = registry.origin("readers", "acme.R.v1")
    assert (origin.file, origin.line) == (__file__, make.__code__.co_firstlineno)
    assert __name__ in registry.defining_modules()
    assert registry.resolve({"@readers": "acme.R.v1"}) == 1


def test_a_class_that_catalogue_registers_has_no_place_but_a_name() -> None:
    readers().register("acme.R.v1", func=json.JSONEncoder)
    assert str(registry.origin("readers", "acme.R.v1")) == "json.encoder:JSONEncoder"
    with pytest.raises(NameConflict, match="at json.encoder:JSONEncoder and at .*test_store.py"):
        registry.readers("acme.R.v1", json.JSONDecoder)


def test_replaced_functions_are_replaced_in_both() -> None:
    def make(version: int) -> object:
        @registry.readers("acme.R.v1")
        def one() -> int:
            return version

        return one

    make(1)
    second = make(2)
    assert readers().get("acme.R.v1") is registry.get("readers", "acme.R.v1") is second
    readers().register("acme.R.v1", func=len)
    assert registry.get("readers", "acme.R.v1") is len
    # What was known of the former function isn't said of this one.
    assert registry.origin("readers", "acme.R.v1").target == "builtins:len"
    assert registry.origin("readers", "acme.R.v1").file is None


def test_forgotten_functions_vanish_from_both() -> None:
    registry.readers("acme.R.v1", lambda: 1)
    readers().register("acme.S.v1", func=lambda: 2)
    registry.forget(__name__)
    for name in ("acme.R.v1", "acme.S.v1"):
        assert name not in readers() and not registry.has("readers", name)
    registry.readers("acme.R.v1", len)
    del catalogue.REGISTRY["kernel", "readers", "acme.R.v1"]
    assert not registry.has("readers", "acme.R.v1")
    with pytest.raises(RegistryError):
        registry.origin("readers", "acme.R.v1")
    # Room for another function, with nothing left of the former.
    registry.readers("acme.R.v1", abs)
    assert registry.get("readers", "acme.R.v1") is abs


def test_restored_brings_back_what_catalogue_held() -> None:
    registry.readers("acme.R.v1", len)
    before = dict(catalogue.REGISTRY)
    with registry.restored():
        readers().register("acme.S.v1", func=len)
        readers().register("acme.R.v1", func=abs)
        catalogue.create("elsewhere").register("kept", func=len)
    try:
        assert catalogue.REGISTRY == {**before, ("elsewhere", "kept"): len}
    finally:
        del catalogue.REGISTRY["elsewhere", "kept"]
    assert registry.get("readers", "acme.R.v1") is len
    assert registry.origin("readers", "acme.R.v1").file == __file__


def test_namespaces_of_other_depth_are_nobody_s_functions() -> None:
    catalogue.create("kernel", "readers", "inner").register("acme.R.v1", func=len)
    try:
        assert not registry.has("readers", "inner") and "acme.R.v1" not in registry.names("readers")
    finally:
        del catalogue.REGISTRY["kernel", "readers", "inner", "acme.R.v1"]


def test_thincs_decorators_are_read_from_the_same_place() -> None:
    catalogue.create("thinc", "schedules").register("acme.S.v1", func=len)
    try:
        assert registry.get("schedules", "acme.S.v1") is len
        assert registry.origin("schedules", "acme.S.v1").distribution == "thinc"
    finally:
        del catalogue.REGISTRY["thinc", "schedules", "acme.S.v1"]


names = st.sampled_from([f"acme.F{number}.v1" for number in range(4)])
steps = st.lists(st.tuples(st.sampled_from(["ours", "theirs", "drop", "forget"]), names), max_size=12)


@settings(max_examples=40)
@given(steps)
def test_both_show_the_same_after_any_history(history: list[tuple[str, str]]) -> None:
    expected: dict[str, object] = {}
    with registry.restored():
        for step, name in history:
            if step in ("ours", "theirs"):

                def make() -> None: ...

                (registry.misc if step == "ours" else catalogue.create("kernel", "misc"))(name, make)
                expected[name] = make
            elif step == "drop":
                catalogue.REGISTRY.pop(("kernel", "misc", name), None)
                expected.pop(name, None)
            else:
                registry.forget(__name__)
                expected.clear()
        own = {name for name in registry.names("misc") if name.startswith("acme.F")}
        assert own == set(expected)
        for name, function in expected.items():
            assert registry.get("misc", name) is catalogue.create("kernel", "misc").get(name) is function
            assert Registry("misc").get(name) is function


def test_a_package_that_registers_by_decorator_is_known_by_its_entry_point(fake_distribution) -> None:  # type: ignore[no-untyped-def]
    source = "import catalogue\n@catalogue.create('kernel', 'readers').register('acme.R.v1')\ndef make(): return 7\n"
    fake_distribution(
        "acme",
        entry_points={"kernel_readers": {"acme.R.v1": "acme_by_catalogue:make"}},
        modules={"acme_by_catalogue": source},
    )
    assert registry.get("readers", "acme.R.v1")() == 7
    assert registry.origin("readers", "acme.R.v1").distribution == "acme"


def test_catalogue_is_imported_with_the_first_registration(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from kernel import registry\n"
        "assert not registry.has('readers', 'acme.R.v1') and not registry.defining_modules()\n"
        "with registry.restored(): pass\n"
        "assert 'catalogue' not in sys.modules\n"
        "registry.readers('acme.R.v1', len)\n"
        "assert 'catalogue' in sys.modules and registry.get('readers', 'acme.R.v1') is len\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
