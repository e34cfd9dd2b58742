import json
import subprocess
import sys

import pytest

from kernel.discovery import scan
from kernel.discovery.known_names import THINC_NAMES
from kernel.errors import NameConflict, PluginLoadError, RegistryError
from kernel.registries.family import registry
from kernel.testing.distributions import fake_distribution, installed, write_distribution


@pytest.fixture(autouse=True)
def _clean():
    with registry.restored():
        yield


def test_decorator_registers_and_returns_the_function():
    @registry.architectures("acme.Net.v1")
    def build():
        return 1

    assert build() == 1
    assert registry.architectures.get("acme.Net.v1") is build
    assert registry.get("architectures", "acme.Net.v1") is build
    assert registry.has("architectures", "acme.Net.v1")
    assert "acme.Net.v1" in registry.names("architectures")


def test_register_takes_the_function_at_once():
    registry.misc.register("one.v1", func=len)
    registry.misc("two.v1", abs)
    assert registry.misc.get("one.v1") is len
    assert registry.misc.get("two.v1") is abs


def test_origin_of_a_definition_is_file_and_line():
    @registry.misc("here.v1")
    def here():
        pass

    origin = registry.origin("misc", "here.v1")
    assert origin.file == __file__
    assert origin.line == here.__code__.co_firstlineno
    assert origin.distribution is None
    assert origin.target.endswith("here")


def test_origin_of_a_class_is_where_it_is_registered():
    @registry.misc("class.v1")
    class Thing:
        pass

    assert registry.origin("misc", "class.v1").file == __file__


def test_the_same_function_twice_is_no_conflict():
    def make(version):
        @registry.misc("twice.v1")
        def twice():
            return version

        return twice

    make(1)
    second = make(2)
    assert registry.misc.get("twice.v1") is second


def test_two_functions_under_one_name_are_a_conflict():
    registry.misc("taken.v1", json.dumps)
    with pytest.raises(NameConflict, match=r"'taken.v1' is registered twice"):
        registry.misc("taken.v1", subprocess.run)


def test_definitions_of_a_notebook_replace_their_former_selves():
    def first():
        return 1

    def second():
        return 2

    for name, cell in (("first", first), ("second", second)):
        cell.__module__, cell.__qualname__ = "__main__", name
        registry.misc("cell.v1", cell)
    assert registry.misc.get("cell.v1")() == 2


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(RegistryError) as info:
        registry.get("optimizers", "adma.v1")
    assert "optimizers has no function 'adma.v1'" in str(info.value)
    assert "'Adam.v1'" in info.value.hint


def test_unknown_name_names_other_registries_that_have_it():
    with pytest.raises(RegistryError, match="exists in: optimizers"):
        registry.get("layers", "Adam.v1")


def test_unknown_name_names_the_package_that_provides_it(monkeypatch):
    monkeypatch.setattr(scan, "installed_version", lambda name: None)
    with pytest.raises(RegistryError, match="pip install kernel-nlp-architectures"):
        registry.get("architectures", "kernel.Unheard.v9")
    with pytest.raises(RegistryError, match="pip install kernel-nlp-components"):
        registry.get("factories", "kernel.unheard")


def test_a_name_that_nothing_provides_yet_lists_what_there_is_where_that_is_short(monkeypatch):
    for names, listed in ([], ""), (["aa", "bb"], " There are: aa, bb."), ([f"a{n}" for n in range(40)], ""):
        monkeypatch.setattr(type(registry.factories), "names", lambda self, names=names: names)
        with pytest.raises(RegistryError) as info:
            registry.get("factories", "span_cleaner")
        assert info.value.hint == f"No package provides it yet.{listed}"


def test_an_unknown_name_lists_what_there_is_where_that_is_short():
    registry.create("test_few")
    registry.of("test_few")("acme.One.v1", func=len)
    with pytest.raises(RegistryError, match=r"There are: acme\.One\.v1\.$"):
        registry.get("test_few", "quite different")
    for number in range(20):
        registry.of("test_few")(f"acme.Other{number}.v1", func=len)
    with pytest.raises(RegistryError) as info:
        registry.get("test_few", "quite different")
    assert "There are" not in info.value.hint


def test_spacy_names_lead_to_ours():
    registry.misc("kernel.Ours.v2", func=len)
    for prefix in ("spacy", "spacy-transformers"):
        with pytest.raises(RegistryError, match="Did you mean 'kernel.Ours.v2'"):
            registry.get("misc", f"{prefix}.Ours.v2")


def test_unknown_kind_suggests_the_nearest():
    with pytest.raises(RegistryError, match="Did you mean 'architectures'"):
        registry.get("architecture", "x")
    with pytest.raises(AttributeError, match="architectures"):
        _ = registry.architecture
    assert not registry.has("nothing", "x")


def test_entry_point_is_imported_on_get_only(tmp_path):
    write_distribution(
        tmp_path,
        "acme-nlp",
        "2.0",
        entry_points={
            "kernel_readers": {"acme.R.v1": "acme_lazy:make", "acme.Broken.v1": "acme_broken:make"},
            "kernel_acme_things": {"acme.Thing.v1": "acme_lazy:thing"},
        },
        modules={
            "acme_lazy": "def make(): return 1\ndef thing(): return 2\n",
            "acme_broken": "import not_a_module_of_anyone\n",
        },
    )
    with installed(tmp_path):
        assert {"acme.R.v1", "acme.Broken.v1"} <= set(registry.names("readers"))
        assert registry.has("readers", "acme.R.v1")
        origin = registry.origin("readers", "acme.R.v1")
        assert (origin.distribution, origin.version, origin.target) == ("acme-nlp", "2.0", "acme_lazy:make")
        assert "acme_things" in registry.kinds()
        assert "acme_lazy" not in sys.modules
        assert registry.get("readers", "acme.R.v1")() == 1
        assert registry.get("acme_things", "acme.Thing.v1")() == 2
        assert "acme_broken" not in sys.modules


def test_broken_plugin_says_who_and_why(tmp_path):
    write_distribution(
        tmp_path,
        "acme-nlp",
        "2.0",
        entry_points={"kernel_readers": {"acme.R.v1": "acme_bad:make", "acme.S.v1": "acme_short:make"}},
        modules={"acme_bad": "import os\nimport not_a_module_of_anyone\n", "acme_short": ""},
    )
    with installed(tmp_path):
        with pytest.raises(PluginLoadError) as info:
            registry.get("readers", "acme.R.v1")
        text = str(info.value)
        for part in (
            "readers",
            "acme.R.v1",
            "acme-nlp 2.0",
            "acme_bad:make",
            "not_a_module_of_anyone",
            "acme_bad.py:2",
        ):
            assert part in text
        assert isinstance(info.value.__cause__, ModuleNotFoundError)
        with pytest.raises(PluginLoadError, match="has no attribute 'make'"):
            registry.get("readers", "acme.S.v1")


def test_two_distributions_with_one_name_are_an_error_on_use(tmp_path):
    for name in ("acme", "bolt"):
        write_distribution(
            tmp_path,
            name,
            entry_points={"kernel_readers": {"shared.R.v1": f"{name}_r:make"}},
            modules={f"{name}_r": "def make(): pass\n"},
        )
    with installed(tmp_path):
        assert registry.has("readers", "shared.R.v1")
        with pytest.raises(NameConflict, match=r"acme 1.0 .*bolt 1.0"):
            registry.get("readers", "shared.R.v1")


def test_two_distributions_with_one_target_are_fine(tmp_path):
    for name in ("acme", "acme-again"):
        write_distribution(tmp_path, name, entry_points={"kernel_readers": {"shared.R.v1": "acme_r:make"}})
    (tmp_path / "acme_r.py").write_text("def make(): return 5\n")
    with installed(tmp_path):
        assert registry.get("readers", "shared.R.v1")() == 5


def test_decorator_on_the_function_of_an_entry_point_is_no_conflict(tmp_path):
    write_distribution(
        tmp_path,
        "acme",
        entry_points={"kernel_readers": {"acme.R.v1": "acme_pkg:make"}},
        modules={
            "acme_pkg": "from acme_inner import make\n",
            "acme_inner": "import kernel.registry\n@kernel.registry.readers('acme.R.v1')\ndef make(): return 7\n",
        },
    )
    with installed(tmp_path):
        assert registry.get("readers", "acme.R.v1")() == 7
        assert registry.get("readers", "acme.R.v1")() == 7
        assert registry.origin("readers", "acme.R.v1").distribution == "acme"


def test_definition_that_takes_the_name_of_a_package_is_a_conflict(tmp_path):
    write_distribution(
        tmp_path,
        "acme",
        entry_points={"kernel_readers": {"acme.R.v1": "acme_own:make"}},
        modules={"acme_own": "def make(): return 7\n"},
    )
    with installed(tmp_path):
        registry.readers("acme.R.v1", func=len)
        with pytest.raises(
            NameConflict, match=r"acme 1.0 \(acme_own:make\) and by .*test_registry.py"
        ) as info:
            registry.get("readers", "acme.R.v1")
        # Who wrote it can rename it, and has nothing to uninstall.
        assert info.value.hint == (
            "Give yours another name. Or say in the config that it is meant: "
            '[registry.override] "acme.R.v1" = "code"'
        )


def test_thinc_names_are_known_without_thinc():
    thinc = pytest.importorskip("thinc.api")
    for kind, names in THINC_NAMES.items():
        assert set(getattr(thinc.registry, kind).get_all()) >= names
        assert (
            names >= {name for name in getattr(thinc.registry, kind).get_all() if "." in name}
            or kind == "layers"
        )


def test_thinc_functions_are_bridged():
    thinc = pytest.importorskip("thinc.api")
    assert registry.get("optimizers", "Adam.v1") is thinc.Adam
    assert registry.origin("optimizers", "Adam.v1").distribution == "thinc"


def test_thinc_decorators_are_seen():
    thinc = pytest.importorskip("thinc.api")
    thinc.registry.schedules("ours_for_a_test.v1")(len)
    assert registry.has("schedules", "ours_for_a_test.v1")
    assert registry.get("schedules", "ours_for_a_test.v1") is len


@pytest.mark.parametrize("prefix", ["", "kernel.", "spacy."])
@pytest.mark.parametrize(
    ("name", "reason"), [("TensorFlowWrapper.v1", "Keras 3"), ("MXNetWrapper.v1", "no longer maintained")]
)
def test_wrappers_of_frameworks_that_do_not_work_are_refused_with_the_reason(prefix, name, reason):
    assert not registry.has("layers", prefix + name)
    assert prefix + name not in registry.names("layers")
    with pytest.raises(RegistryError, match=reason) as info:
        registry.get("layers", prefix + name)
    assert f"layers has no function '{prefix}{name}'" in str(info.value)
    assert "kernel.PyTorchWrapper.v1" in str(info.value.hint)


@pytest.mark.parametrize("name", ["ner", "parser"])
def test_components_with_a_beam_are_refused_with_the_reason(name):
    with pytest.raises(
        RegistryError, match=f"no component factory 'beam_{name}': a beam follows many"
    ) as info:
        registry.get("factories", f"beam_{name}")
    assert f"Take '{name}'" in str(info.value.hint)


def test_a_name_that_is_refused_may_be_registered():
    with registry.restored():
        registry.layers("TensorFlowWrapper.v1", func=len)
        assert registry.get("layers", "TensorFlowWrapper.v1") is len


def test_restored_forgets_what_was_registered():
    with registry.restored():
        registry.misc("temporary.v1", func=len)
        registry.create("temporary_kind")
    assert not registry.has("misc", "temporary.v1")
    assert "temporary_kind" not in registry.kinds()


def test_module_and_object_are_interchangeable():
    code = (
        "import kernel, kernel.registry as module\n"
        "from kernel import registry\n"
        "module.misc('a.v1', func=len)\n"
        "assert registry.has('misc', 'a.v1') and kernel.registry.get('misc', 'a.v1') is len\n"
        "from kernel.registry import registry as third\n"
        "assert third.misc.get('a.v1') is len\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_and_listing_stays_light():
    code = (
        "import sys\n"
        "import kernel.registry\n"
        "for kind in kernel.registry.kinds():\n"
        "    for name in kernel.registry.names(kind): kernel.registry.origin(kind, name)\n"
        "heavy = {'numpy', 'thinc', 'pydantic', 'confection', 'catalogue', 'importlib.metadata', 'importlib_metadata'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


FALLBACK = """
def made(name):
    return {"ab": dict, "cd": list}.get(name)
"""


def test_what_nobody_registered_is_made_by_the_fallback_of_its_kind():
    points = {"kernel_fallbacks": {"tongues": "acme_fallback:made"}}
    registry.create("tongues")
    with fake_distribution("acme-nlp", entry_points=points, modules={"acme_fallback": FALLBACK}):
        assert registry.tongues.get("ab") is dict and "cd" in registry.tongues
        assert registry.tongues.origin("ab").distribution == "acme-nlp"
        # Listed is what is registered, and other kinds have no fallback.
        assert registry.tongues.names() == [] and "fallbacks" not in registry.kinds()
        with pytest.raises(RegistryError, match="'ef'"):
            registry.tongues.get("ef")
        assert "ab" not in registry.loggers
        denied = registry.chosen_by({"plugins": {"deny": ["acme-nlp"]}})
        with pytest.raises(RegistryError, match="'ab'"):
            denied.tongues.get("ab")


def test_who_registers_a_name_goes_before_the_fallback():
    fallback = {"kernel_fallbacks": {"tongues": "acme_fallback:made"}}
    registry.create("tongues")
    with (
        fake_distribution("acme-nlp", entry_points=fallback, modules={"acme_fallback": FALLBACK}),
        fake_distribution("other-nlp", entry_points={"kernel_tongues": {"ab": "builtins:tuple"}}),
    ):
        assert registry.tongues.get("ab") is tuple and registry.tongues.owners("ab") == ["other-nlp"]
        with registry.restored():
            registry.tongues("cd", func=set)
            assert registry.tongues.get("cd") is set and registry.tongues.owners("cd") == ["code"]
        assert registry.tongues.get("cd") is list


def test_two_fallbacks_that_know_a_name_are_a_conflict_that_the_config_decides():
    points = {"kernel_fallbacks": {"tongues": "acme_fallback:made"}}
    theirs = {"kernel_fallbacks": {"tongues": "other_fallback:made"}}
    registry.create("tongues")
    with (
        fake_distribution("acme-nlp", entry_points=points, modules={"acme_fallback": FALLBACK}),
        fake_distribution(
            "other-nlp", entry_points=theirs, modules={"other_fallback": "def made(name):\n    return set\n"}
        ),
    ):
        with pytest.raises(NameConflict, match="acme-nlp.*other-nlp"):
            registry.tongues.get("ab")
        assert registry.tongues.get("ef") is set
        chosen = registry.chosen_by({"registry": {"override": {"ab": "acme-nlp"}}})
        assert chosen.tongues.get("ab") is dict


def test_an_owner_says_why_a_name_of_it_is_not_there():
    says = """
def says(kind, name):
    if (kind, name) == ("loggers", "acme.Old.v1"):
        return "it was never good", "Take acme.New.v1."
"""
    points = {"kernel_refusals": {"acme": "acme_refusals:says"}}
    with fake_distribution("acme-nlp", entry_points=points, modules={"acme_refusals": says}):
        with pytest.raises(RegistryError, match=r"'acme\.Old\.v1': it was never good") as caught:
            registry.loggers.get("acme.Old.v1")
        assert caught.value.hint == "Take acme.New.v1."
        assert "acme.Old.v1" not in registry.loggers
        # Of other names nothing is said, and of those of others it is not asked.
        with pytest.raises(RegistryError, match=r"(?m)no function 'acme\.Odd\.v1'$"):
            registry.loggers.get("acme.Odd.v1")
        sys.modules.pop("acme_refusals")
        with pytest.raises(RegistryError):
            registry.loggers.get("other.Old.v1")
        assert "acme_refusals" not in sys.modules
