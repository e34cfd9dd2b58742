"""What all suites share: building the registered thing, keeping the tests whole, recorded outputs."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from kernel.config import resolve
from kernel.testing import goldens as recorded

UPDATE = "KERNEL_UPDATE_GOLDENS"


class Suite:
    """Tests of one registered thing. A subclass says which, and pytest runs the tests that it inherits.

    kind: the registry. name: the registered name. settings: its arguments, as a config would write them. exempt: tests
    that don't apply, each with the reason; they are skipped and the reason is shown. goldens: a JSON file with outputs
    recorded earlier, for a test that the output is still the same; run pytest with KERNEL_UPDATE_GOLDENS=1 to record
    it; a relative path starts at the folder of the test module. seed: of everything random.

    A test of the suite can't be overridden or removed but through `exempt`, or with a test that is marked
    `pytest.mark.xfail(reason=...)`: otherwise a class that says it conforms might not.
    """

    kind: ClassVar[str] = ""
    name: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, Any]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}
    goldens: ClassVar[Path | None] = None
    seed: ClassVar[int] = 0
    _whole: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if cls.__module__.startswith("kernel.testing."):
            cls._whole = frozenset(name for name in dir(cls) if name.startswith("test_"))
            return
        for name in cls._whole & set(vars(cls)):
            if not _is_excused(vars(cls)[name]):
                raise TypeError(
                    f"{cls.__name__}.{name} replaces a test of the suite; say why it doesn't apply: "
                    f'exempt = {{"{name}": "..."}}, or mark yours with pytest.mark.xfail(reason="...")'
                )
        for name, reason in vars(cls).get("exempt", {}).items():
            if name not in cls._whole:
                known = ", ".join(sorted(cls._whole))
                raise TypeError(f"{cls.__name__}.exempt names {name!r}, but the suite has: {known}")
            if not isinstance(reason, str) or not reason.strip():
                raise TypeError(f"{cls.__name__}.exempt gives no reason for {name!r}")
            setattr(cls, name, _skipped(reason))
        if cls.name and cls.goldens is not None:
            cls.test_output_is_as_recorded = _output_is_as_recorded  # type: ignore[attr-defined]

    def build(self, **changes: Any) -> Any:
        """What the registered function returns for the settings, with some of them changed."""
        block = {f"@{self.kind}": self.name, **self.settings, **changes}
        return resolve(block, path=self.name)

    def golden(self) -> Any:
        """Output on fixed input, as plain data, for the test against the recorded one."""
        raise NotImplementedError(f"{type(self).__name__} needs golden() to have a recorded output")

    def test_no_test_of_the_suite_is_missing(self) -> None:
        missing = sorted(name for name in self._whole if not callable(getattr(type(self), name, None)))
        assert not missing, f"tests of the suite were removed: {', '.join(missing)}"


def exercised(module: ModuleType) -> set[tuple[str, str]]:
    """(kind, name) of every registered thing that the suites of a test module cover."""
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Suite)]
    return {(each.kind, each.name) for each in found if each.name}


def _recorded_in(suite: type[Suite]) -> Path:
    """The file of recorded outputs. A relative path starts at the module of the class that names it."""
    owner = next(each for each in suite.__mro__ if vars(each).get("goldens") is not None)
    module = Path(str(sys.modules[owner.__module__].__file__))
    return module.parent.joinpath(vars(owner)["goldens"])


def _is_excused(test: Any) -> bool:
    marks = getattr(test, "pytestmark", [])
    return any(
        mark.name in ("xfail", "skip") and str(mark.kwargs.get("reason", "")).strip() for mark in marks
    )


def _skipped(reason: str) -> Any:
    @pytest.mark.skip(reason=reason)
    def skipped(self: Suite) -> None: ...

    return skipped


def _output_is_as_recorded(self: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _recorded_in(type(self))
    monkeypatch.chdir(tmp_path)
    key, found = f"{self.kind}: {self.name}", recorded.plain(self.golden())
    if os.environ.get(UPDATE):
        recorded.record(file, key, found)
    expected = recorded.read(file)
    assert key in expected, f"{file} has no output of {key}; record it with {UPDATE}=1"
    differences = recorded.differences(found, expected[key])
    assert not differences, (
        f"{self.name} no longer does what it did: a published version keeps its behaviour, a change is a new version\n"
        + "\n".join(differences)
    )
