"""What is said when a plugin fails or a name is unknown, and the exit codes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.errors import PluginLoadError, RegistryError
from kernel.registries import loading
from kernel.registries.family import registry
from kernel.testing.box import Box

Fake = Callable[..., Path]


def broken(fake: Fake, source: str, *requires: str) -> PluginLoadError:
    fake(
        "acme-nlp",
        "1.2",
        requires=requires,
        entry_points={
            "kernel_readers": {"acme-nlp.R.v1": "acme_broken:make", "acme-nlp.Fine.v1": "acme_fine:make"}
        },
        modules={"acme_broken": source, "acme_fine": "def make(): pass\n"},
    )
    fake("bystander", entry_points={"kernel_readers": {"bystander.R.v1": "bystander:make"}})
    with pytest.raises(PluginLoadError) as info:
        registry.get("readers", "acme-nlp.R.v1")
    return info.value


def test_a_failing_import_has_the_whole_address(fake_distribution: Fake) -> None:
    error = broken(fake_distribution, "x = 1\nraise KeyError('gone')\n")
    assert re.fullmatch(
        r"readers: 'acme-nlp.R.v1' of acme-nlp 1.2 \(acme_broken:make\) can't be imported: "
        r"KeyError: 'gone' \(.*acme_broken.py:2\)",
        error.message,
    )
    assert isinstance(error.__cause__, KeyError)
    assert "bystander" not in str(error)
    assert (error.kind, error.name) == ("readers", "acme-nlp.R.v1")
    assert (error.distribution, error.version, error.target) == ("acme-nlp", "1.2", "acme_broken:make")
    assert error.exit_code == 3


@pytest.mark.parametrize(
    ("module", "requires", "hint"),
    [
        ("slack_sdk_x", ['slack-sdk-x>=3; extra == "slack"'], "pip install 'acme-nlp[slack]'"),
        ("slack_sdk_x.web", ["other", "Slack.SDK.X ; extra == 'slack'"], "pip install 'acme-nlp[slack]'"),
        (
            "cv2",
            ['opencv-python; extra == "all"', 'opencv-python; extra == "images"'],
            "pip install 'acme-nlp[images]'",
        ),
        ("slack_sdk_x", ["slack-sdk-x>=3"], "pip install 'slack-sdk-x>=3'"),
        ("slack_sdk_x", ["slack-sdk>=3"], "The fault is in the package acme-nlp or in what it needs."),
        ("acme_broken.more", [], "declares a module that it doesn't contain"),
    ],
)
def test_a_missing_module_names_what_to_install(
    module: str, requires: list[str], hint: str, fake_distribution: Fake
) -> None:
    assert hint in broken(fake_distribution, f"import {module}\n", *requires).hint


@pytest.mark.parametrize(
    "source", ["raise SystemExit(3)", "class Odd(BaseException): pass\nraise Odd('x')", "def (", ""]
)
def test_whatever_a_plugin_raises(source: str, fake_distribution: Fake) -> None:
    error = broken(fake_distribution, source)
    assert error.__cause__ is not None
    assert registry.get("readers", "acme-nlp.Fine.v1")() is None


def test_an_interruption_is_not_the_plugins_fault(fake_distribution: Fake) -> None:
    with pytest.raises(KeyboardInterrupt):
        broken(fake_distribution, "raise KeyboardInterrupt")


def test_a_slow_import_is_announced(
    fake_distribution: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loading, "SLOW", 0.01)
    fake_distribution(
        "acme-nlp",
        "1.2",
        entry_points={"kernel_readers": {"acme-nlp.R.v1": "acme_slow:make"}},
        modules={"acme_slow": "import time\ntime.sleep(0.3)\ndef make(): pass\n"},
    )
    registry.get("readers", "acme-nlp.R.v1")
    assert capsys.readouterr().err == "importing acme_slow from acme-nlp 1.2\n"
    registry.get("readers", "acme-nlp.R.v1")
    assert capsys.readouterr().err == ""


def test_an_unknown_name_imports_nothing(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-nlp",
        entry_points={
            "kernel_readers": {"acme-nlp.Rows.v1": "acme_poison:make"},
            "kernel_augmenters": {"acme-nlp.Row.v1": "acme_poison:make"},
        },
        modules={"acme_poison": "raise SystemExit\n"},
    )
    before = set(sys.modules)
    with pytest.raises(RegistryError) as info:
        registry.get("readers", "acme-nlp.Row.v1")
    assert "Did you mean 'acme-nlp.Rows.v1'?" in info.value.hint
    assert "The name exists in: augmenters." in info.value.hint
    assert not {name for name in set(sys.modules) - before if name.startswith(("acme", "kernel_"))}


def test_new_registries_are_declared_by_their_entry_points(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-nlp",
        entry_points={"kernel_acme_getters": {"acme.Get.v1": "acme_get:make"}},
        modules={"acme_get": "def make(size: int = 3): return size\n"},
    )
    assert "acme_getters" in registry.kinds()
    assert registry.resolve({"a": {"@acme_getters": "acme.Get.v1", "size": "5"}}) == {"a": 5}


def test_what_others_made_for_thinc_is_usable(fake_distribution: Fake) -> None:
    fake_distribution(
        "acme-layers",
        entry_points={"thinc_layers": {"acme.Twice.v1": "acme_twice:make"}},
        modules={"acme_twice": "def make(): return 'layer'\n"},
    )
    assert registry.origin("layers", "acme.Twice.v1").distribution == "acme-layers"
    assert registry.resolve({"a": {"@layers": "acme.Twice.v1"}}) == {"a": "layer"}


FAILING = """
from kernel import hookimpl, registry

class Failing:
    @hookimpl
    def step_end(self):
        raise OSError("disk on fire")

@registry.callbacks("acme.Failing.v1")
def failing():
    return Failing()
"""


@pytest.mark.parametrize(
    ("code", "args"),
    [
        (0, []),
        (1, ["--code", "functions.py", "--training.callbacks.x", '{"@callbacks": "acme.Failing.v1"}']),
        (2, ["--training.max_stepz", "3"]),
        (2, ["--no-such-option"]),
        (2, ["--corpora.train.path", "nothing.txt"]),
        (2, ["--training.batcher.@batchers", "no.Batches.v1"]),
        (3, ["--code", "broken.py"]),
        (3, ["--training.callbacks.x", '{"@callbacks": "acme-nlp.Bad.v1"}']),
        (3, ["--training.callbacks.x", '{"@callbacks": "acme-nlp.Junk.v1"}']),
    ],
)
def test_exit_codes(code: int, args: list[str], numbers: Box, fake_distribution: Fake) -> None:
    # 130, an interruption, is tested with the commands.
    fake_distribution(
        "acme-nlp",
        entry_points={
            "kernel_callbacks": {"acme-nlp.Bad.v1": "acme_bad:make", "acme-nlp.Junk.v1": "acme_junk:make"}
        },
        modules={"acme_bad": "1 / 0\n", "acme_junk": "make = 5\n"},
    )
    numbers.code(FAILING)
    numbers.code("1 / 0\n", "broken.py")
    result = numbers.run("train", "config.cfg", "--code", "numeric.py", *args)
    assert result.exit_code == code, result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-callbacks", "kernel-nlp-batchers")
@pytest.mark.parametrize(
    ("code", "args"),
    [(3, []), (2, ["--training.max_stepz", "3"])],
)
def test_a_broken_factory_is_the_fault_of_its_package(
    code: int, args: list[str], box: Box, fake_distribution: Fake
) -> None:
    fake_distribution(
        "acme-nlp",
        entry_points={"kernel_factories": {"acme": "acme_bad:make"}},
        modules={"acme_bad": "1 / 0\n"},
    )
    fake_distribution(
        "acme-languages",
        entry_points={"kernel_languages": {"qq": "acme_qq:Qq"}},
        modules={"acme_qq": "from kernel.language import Language\nclass Qq(Language):\n    lang = 'qq'\n"},
    )
    box.config(
        """
        [nlp]
        lang = "qq"
        pipeline = ["x"]
        [components]
        [components.x]
        factory = "acme"
        [corpora]
        [training]
        """
    )
    for command in ("debug config", "train"):
        result = box.run(*command.split(), "config.cfg", *args)
        assert "can't be imported" in result.stdout + result.stderr
        assert result.exit_code == code
