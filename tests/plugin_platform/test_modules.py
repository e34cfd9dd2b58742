"""Modules of the namespace `kernel` that lie elsewhere: public paths, and what packages lend."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import kernel
from kernel.discovery import rules
from kernel.errors import LentModuleError
from kernel.registries.family import registry
from kernel.registries.modules import PATHS
from kernel.testing.box import Box

Fake = Callable[..., Path]
GREET = {
    "acme_greet.__init__": '"""Greetings."""\nNAME = \'acme\'\n',
    "acme_greet.words": "HELLO = 'hello'\n",
}


def lend(fake: Fake, distribution: str = "acme-greet", *, path: str = "kernel.greet", **more: object) -> None:
    module = distribution.replace("-", "_")
    modules = {name.replace("acme_greet", module): source for name, source in GREET.items()}
    fake(distribution, "1.2", entry_points={"kernel_modules": {path: module}}, modules=modules, **more)


@pytest.mark.parametrize(("path", "place"), PATHS.items())
def test_every_public_path_leads_to_its_place(path: str, place: str) -> None:
    name, _, attribute = place.partition(":")
    expected = importlib.import_module(name)
    expected = getattr(expected, attribute) if attribute else expected
    assert importlib.import_module(path) is expected
    assert getattr(kernel, path.removeprefix("kernel.")) is expected


def test_kernel_registry_is_one_object_however_it_is_imported() -> None:
    program = """
import kernel.registry
first = kernel.registry
from kernel.registry import registry as second
from kernel import registry as third
import importlib
assert first is second is third is importlib.import_module("kernel.registry"), (first, second, third)
assert "numpy" not in __import__("sys").modules
"""
    for order in (
        program,
        "from kernel import registry\n" + program,
        "import kernel; kernel.registry\n" + program,
    ):
        done = subprocess.run([sys.executable, "-c", order], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_package_lends_a_module_with_what_lies_in_it(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    assert not {"acme_greet", "kernel.greet"} & set(sys.modules)
    module = importlib.import_module("kernel.greet.words")
    assert module is importlib.import_module("acme_greet.words")
    assert kernel.greet is importlib.import_module("acme_greet")
    assert kernel.greet.NAME == "acme"


def test_what_a_lent_module_took_from_one_of_its_name_stays(fake_distribution: Fake) -> None:
    modules = {
        "acme_greet.__init__": "from acme_greet.words import words\n",
        "acme_greet.words": "def words(): return 'hello'\n",
    }
    fake_distribution(
        "acme-greet", "1.2", entry_points={"kernel_modules": {"kernel.greet": "acme_greet"}}, modules=modules
    )
    inner = importlib.import_module("kernel.greet.words")
    assert inner is importlib.import_module("acme_greet.words")
    assert importlib.import_module("kernel.greet").words is inner.words


def test_modules_above_a_lent_one_are_made(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far.away.greet")
    assert kernel.far.away.greet.NAME == "acme"
    assert importlib.import_module("kernel.far.away.greet.words").HELLO == "hello"
    with pytest.raises(ModuleNotFoundError, match="kernel.far.other"):
        importlib.import_module("kernel.far.other")
    with pytest.raises(AttributeError, match="other"):
        kernel.far.other  # noqa: B018


def test_the_modules_of_the_kernel_cannot_be_shadowed(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.tokens")
    lend(fake_distribution, "other-greet", path="kernel.tokens.greet")
    lend(fake_distribution, "third-greet", path="kernel.random")
    assert importlib.import_module("kernel.tokens").__name__ == "kernel.tokens"
    assert importlib.import_module("kernel.random").__name__ == "kernel.numeric.random"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("kernel.tokens.greet")


def test_two_lenders_of_one_path_are_a_conflict_that_names_both(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    lend(fake_distribution, "other-greet")
    with pytest.raises(ImportError, match="import kernel.greet") as info:
        importlib.import_module("kernel.greet")
    assert isinstance(info.value, LentModuleError)
    assert "acme-greet 1.2" in str(info.value) and "other-greet 1.2" in str(info.value)
    # An import asks no config.
    assert "registry.override" not in str(info.value)
    assert "KERNEL_PLUGINS=-acme-greet or KERNEL_PLUGINS=-other-greet" in str(info.value)


def test_others_may_lend_modules_in_one_that_a_package_lends(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far")
    lend(fake_distribution, "other-greet", path="kernel.far.more")
    # A module that is no folder.
    fake_distribution(
        "third-greet",
        "1.2",
        entry_points={"kernel_modules": {"kernel.far.more.deep": "third_greet"}},
        modules={"third_greet": "NAME = 'third'\n"},
    )
    lend(fake_distribution, "fourth-greet", path="kernel.far.more.deep.deeper")
    deepest = importlib.import_module("kernel.far.more.deep.deeper")
    assert deepest is kernel.far.more.deep.deeper is importlib.import_module("fourth_greet")
    assert kernel.far is importlib.import_module("acme_greet")
    assert kernel.far.more is importlib.import_module("other_greet")
    assert kernel.far.more.deep.NAME == "third" and kernel.far.words.HELLO == "hello"
    with pytest.raises(AttributeError, match="nothing"):
        kernel.far.nothing  # noqa: B018


def test_what_is_lent_in_a_module_is_an_attribute_before_it_is_imported(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far")
    lend(fake_distribution, "other-greet", path="kernel.far.more")
    names: dict[str, object] = {}
    exec("from kernel.far import NAME, more", names)  # noqa: S102
    assert names["more"] is importlib.import_module("other_greet")
    assert names["NAME"] == "acme"


@pytest.mark.parametrize("name", ["words", "NAME"])
def test_what_a_lent_module_has_itself_nobody_else_lends(name: str, fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far")
    lend(fake_distribution, "other-greet", path=f"kernel.far.{name}")
    said = rf"other-greet 1.2 .* lends it, but acme-greet 1.2 .* lends kernel.far, which has '{name}' itself"
    with pytest.raises(LentModuleError, match=said) as caught:
        importlib.import_module(f"kernel.far.{name}")
    assert "KERNEL_PLUGINS=-acme-greet or KERNEL_PLUGINS=-other-greet" in str(caught.value)
    assert kernel.far.NAME == "acme"
    with rules.command_line(deny=["acme-greet"]):
        sys.modules.pop("kernel.far")
        assert importlib.import_module(f"kernel.far.{name}").NAME == "acme"


def test_one_package_may_lend_a_module_and_another_one_in_it(fake_distribution: Fake) -> None:
    modules = {"acme_far.__init__": "NAME = 'far'\n", "acme_deep": "NAME = 'deep'\n"}
    points = {"kernel_modules": {"kernel.far": "acme_far", "kernel.far.deep": "acme_deep"}}
    fake_distribution("acme-far", "1.0", entry_points=points, modules=modules)
    names = [importlib.import_module(path).NAME for path in ("kernel.far", "kernel.far.deep")]
    assert names == ["far", "deep"]


def test_a_denied_package_lends_nothing(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    with (
        rules.command_line(deny=["acme-greet"]),
        pytest.raises(ModuleNotFoundError, match="--deny acme-greet"),
    ):
        importlib.import_module("kernel.greet")
    assert "acme_greet" not in sys.modules
    assert importlib.import_module("kernel.greet").NAME == "acme"


def test_an_import_of_what_lies_in_a_denied_place_says_who_is_denied(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far.greet")
    with (
        rules.command_line(only=["something-else"]),
        pytest.raises(
            ModuleNotFoundError, match="acme-greet 1.2 lends what lies in it, but is denied by --only"
        ),
    ):
        importlib.import_module("kernel.far.greet")


def test_a_package_for_another_kernel_is_not_imported(fake_distribution: Fake) -> None:
    lend(fake_distribution, requires=["kernel-nlp<0.1"])
    with pytest.raises(LentModuleError, match="needs kernel-nlp<0.1"):
        importlib.import_module("kernel.greet")
    assert "acme_greet" not in sys.modules


def test_a_module_that_fails_names_its_package(fake_distribution: Fake) -> None:
    fake_distribution(
        "broken",
        "3.0",
        entry_points={"kernel_modules": {"kernel.greet": "broken_greet"}},
        modules={"broken_greet": "1 / 0\n"},
    )
    with pytest.raises(LentModuleError, match=r"broken 3.0.*ZeroDivisionError"):
        importlib.import_module("kernel.greet")


def test_a_module_that_one_of_our_packages_would_lend_names_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "kernel.discovery.known_names._PLACES", {"modules": {"kernel.greet": "kernel-nlp-greetings"}}
    )
    with pytest.raises(ModuleNotFoundError, match="pip install kernel-nlp-greetings"):
        importlib.import_module("kernel.greet.words")


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
@pytest.mark.parametrize(
    "line",
    [
        "import kernel.lang.norm_exceptions",
        "from kernel.lang.lt import Lithuanian",
        "from kernel.lang import lt",
    ],
)
def test_modules_that_nobody_lends_yet_are_told(line: str) -> None:
    with pytest.raises(ImportError, match=r"not there yet, see migrate\.md of the documentation"):
        exec(line)  # noqa: S102 (the line of the test)


def test_what_is_not_there_yet_is_no_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.discovery.known_names._AWAITED_MODULES", ("kernel.painting",))
    assert not hasattr(kernel, "painting")
    with pytest.raises(AttributeError, match=r"'kernel' has no attribute 'painting': it is not there yet"):
        kernel.painting.render  # noqa: B018
    with pytest.raises(ImportError, match="not there yet"):
        from kernel import painting  # noqa: F401


def test_unknown_modules_are_not_found_as_usual() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'kernel.no_such'"):
        importlib.import_module("kernel.no_such")
    assert not hasattr(kernel, "no_such")


def test_what_a_lent_module_does_not_contain_is_not_found(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    assert importlib.util.find_spec("kernel.greet.words") is not None
    assert importlib.util.find_spec("kernel.greet.other") is None
    with pytest.raises(ModuleNotFoundError, match="No module named 'kernel.greet.other'"):
        importlib.import_module("kernel.greet.other")


@pytest.mark.parametrize("first", ["kernel.greet", "acme_greet"])
def test_a_lent_module_may_import_itself_by_its_path(first: str, fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-greet",
        entry_points={"kernel_modules": {"kernel.greet": "acme_greet"}},
        modules={
            "acme_greet.__init__": "import kernel.greet\nfrom kernel.greet.words import HELLO\n",
            "acme_greet.words": "HELLO = 'hello'\n",
        },
    )
    module = importlib.import_module(first)
    assert module.HELLO == "hello"
    assert module is sys.modules["kernel.greet"] is sys.modules["acme_greet"]
    assert sys.modules["kernel.greet.words"] is sys.modules["acme_greet.words"]


@pytest.mark.parametrize("target", ["kernel.greet", "kernel.numeric.random"])
def test_a_package_lends_only_modules_of_its_own(target: str, fake_distribution: Fake) -> None:
    fake_distribution("acme-greet", entry_points={"kernel_modules": {"kernel.greet": target}})
    with pytest.raises(LentModuleError, match=f"acme-greet 1.0 lends {target}, which is not its own"):
        importlib.import_module("kernel.greet")


def test_an_object_is_no_module(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-greet",
        entry_points={"kernel_modules": {"kernel.greet": "acme_greet:NAME"}},
        modules=GREET,
    )
    with pytest.raises(LentModuleError, match="of type str, not a module"):
        importlib.import_module("kernel.greet")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("kernel.tokens", "kernel.tokens is the kernel's own"),
        ("kernel.tokens.greet", "kernel.tokens is the kernel's own"),
        ("kernel.random", "kernel.random is the kernel's own"),
        ("kernel.scorer.greet", "kernel.scorer is the kernel's own"),
        ("kernel.load", "kernel.load is the kernel's own"),
        ("kernel._greet", "kernel._greet is a private name"),
        ("kernel", "is not a path below kernel"),
        ("acme.greet", "is not a path below kernel"),
        ("kernel.greet-2", "is not a path below kernel"),
        ("acme-greet.greet.v1", "is not a path below kernel"),
    ],
)
def test_paths_that_nobody_may_lend_are_findings(
    path: str, reason: str, fake_distribution: Fake, box: Box
) -> None:
    lend(fake_distribution, path=path, requires=["kernel-nlp~=0.1.0"])
    result = box.run("plugins", "check", "acme-greet")
    assert result.exit_code == 1
    assert result.stdout.count("FAIL") == 1 and reason in result.stdout
    if path != "kernel":
        shown = box.run("registry", "show", path)
        assert (shown.exit_code, reason in shown.stderr) == (3, True)


def test_what_kernel_itself_has_is_not_replaced_by_a_lent_module(fake_distribution: Fake) -> None:
    load = kernel.load
    lend(fake_distribution, path="kernel.load")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("kernel.load")
    assert kernel.load is load


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("acme_greet:NAME", "'acme_greet:NAME' is not a module"),
        ("kernel.tokens", "kernel.tokens is not the package's own module"),
    ],
)
def test_targets_that_are_no_modules_are_findings(
    target: str, reason: str, fake_distribution: Fake, box: Box
) -> None:
    points = {"kernel_modules": {"kernel.greet": target}}
    fake_distribution("acme-greet", requires=["kernel-nlp~=0.1.0"], entry_points=points)
    output = box.run("plugins", "check", "acme-greet").stdout
    assert reason in output and output.endswith("1 failed\n")


def test_a_path_inside_of_what_another_package_lends_is_no_finding(fake_distribution: Fake, box: Box) -> None:
    lend(fake_distribution, requires=["kernel-nlp>=0.1,<0.2"])
    lend(fake_distribution, "other-greet", path="kernel.greet.more", requires=["kernel-nlp>=0.1,<0.2"])
    for distribution in ("acme-greet", "other-greet"):
        assert box.run("plugins", "check", distribution).stdout.endswith("nothing failed\n")


def test_commands_tell_of_lent_modules(fake_distribution: Fake, box: Box) -> None:
    lend(fake_distribution, requires=["kernel-nlp>=0.1,<0.2"])
    listed = [line for line in box.run("plugins", "list").stdout.splitlines() if "acme-greet" in line]
    assert " ".join(listed[0].split()) == "acme-greet 1.2 >=0.1,<0.2 ok 1 module ok"
    assert "modules  kernel.greet  acme_greet" in box.run("plugins", "show", "acme-greet").stdout
    rows = " ".join(box.run("registry", "list", "modules").stdout.split())
    assert "modules kernel.greet acme-greet 1.2" in rows
    assert "acme_greet" not in sys.modules
    shown = box.run("registry", "show", "kernel.greet").stdout
    assert shown == "kernel.greet  (modules, from acme-greet 1.2, acme_greet)\n\nGreetings.\n"
    checked = box.run("plugins", "check", "acme-greet", "--import").stdout
    assert "ok  modules  kernel.greet  acme_greet  " in checked
    assert checked.endswith("nothing failed\n") and "warn" not in checked


def test_functions_of_a_lent_module_travel_under_their_real_name(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-greet",
        entry_points={"kernel_modules": {"kernel.greet": "acme_greet"}},
        modules={"acme_greet": "def double(x):\n    return 2 * x\n\nclass Greeting: pass\n"},
    )
    module = importlib.import_module("kernel.greet")
    assert module.double.__module__ == "acme_greet"
    data = pickle.dumps((module.double, module.Greeting))
    assert b"acme_greet" in data and b"kernel" not in data
    assert pickle.loads(data) == (module.double, module.Greeting)


def test_a_lent_module_is_read_again_in_place(fake_distribution: Fake) -> None:
    folder = fake_distribution(
        "acme-greet",
        entry_points={"kernel_modules": {"kernel.greet": "acme_greet"}},
        modules={"acme_greet": "NAME = 'acme'\n"},
    )
    module = importlib.import_module("kernel.greet")
    (folder / "acme_greet.py").write_text("NAME = 'another acme'\n")
    assert importlib.reload(module) is module is importlib.import_module("acme_greet")
    assert kernel.greet.NAME == "another acme"


def test_inspect_and_pkgutil_find_the_real_module(fake_distribution: Fake) -> None:
    lend(fake_distribution, path="kernel.far.greet")
    module = importlib.import_module("kernel.far.greet")
    assert inspect.getsource(module) == GREET["acme_greet.__init__"]
    assert pkgutil.resolve_name("kernel.far.greet.words:HELLO") == "hello"
    assert [one.name for one in pkgutil.iter_modules(module.__path__)] == ["words"]
    assert list(pkgutil.iter_modules(kernel.far.__path__)) == []
    assert importlib.reload(kernel.far).greet is module
    own = {one.name for one in pkgutil.iter_modules(kernel.__path__)}
    assert {"config", "tokens"} <= own and not {"far", "random"} & own


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("kernel.greet", "kernel.greet is another name of acme_greet: python -m acme_greet\n"),
        (
            "kernel.greet.words",
            "kernel.greet.words is another name of acme_greet.words: python -m acme_greet.words\n",
        ),
        (
            "kernel.scorer",
            "kernel.scorer is another name of kernel.scores.scorer: python -m kernel.scores.scorer\n",
        ),
        ("kernel.nothing", "No module named kernel.nothing\n"),
    ],
)
def test_python_m_says_where_the_module_lies(module: str, message: str, fake_distribution: Fake) -> None:
    folder = fake_distribution(
        "acme-greet", entry_points={"kernel_modules": {"kernel.greet": "acme_greet"}}, modules=GREET
    )
    done = subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.endswith(f": {message}") and "Traceback" not in done.stderr


def test_lent_modules_are_found_in_worker_processes(fake_distribution: Fake, tmp_path: Path) -> None:
    component = """
from kernel.language import Language

@Language.component("greeter")
def greet(doc):
    doc.user_data["greeting"] = "hello " + doc.text
    return doc
"""
    folder = fake_distribution(
        "acme-greet",
        entry_points={"kernel_modules": {"kernel.far.greet": "acme_greet"}},
        modules={"acme_greet": component},
    )
    program = tmp_path / "program.py"
    program.write_text(
        "import kernel.far.greet\n"
        "from kernel.language import Language\n"
        "if __name__ == '__main__':\n"
        "    nlp = Language()\n"
        "    nlp.add_pipe('greeter')\n"
        "    docs = nlp.pipe(['you', 'me'], n_process=2)\n"
        "    print([doc.user_data['greeting'] for doc in docs])\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "['hello you', 'hello me']\n", done.stderr


def test_lent_modules_are_listed(fake_distribution: Fake) -> None:
    lend(fake_distribution)
    assert "kernel.greet" in registry.names("modules")
    assert "acme_greet" not in sys.modules
