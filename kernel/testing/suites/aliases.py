"""The suite for names that stand for others, such as those that the same function has in configs of another program."""

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from kernel.registries.family import registry
from kernel.testing.suites.base import Suite


class AliasSuite(Suite):
    """A name for a function that has another one, of whatever kind: the other name goes through the suite of its kind.

    kind, name: as registered. stands_for: the other name, in the same registry. The function may be a wrapper with fewer arguments or
    other defaults, made with `functools.wraps`.
    """

    stands_for: ClassVar[str] = ""

    def function(self) -> Callable[..., Any]:
        """What is registered under the name."""
        found: Callable[..., Any] = registry.get(self.kind, self.name)
        return found

    def golden(self) -> Any:
        """What it stands for, and its arguments."""
        return {"stands for": self.stands_for, "arguments": self._arguments(self.function())}

    def test_is_the_other_function(self) -> None:
        other = registry.get(self.kind, self.stands_for)
        assert inspect.unwrap(self.function()) is inspect.unwrap(other), (
            f"{self.name} is another function than {self.stands_for}"
        )

    def test_takes_nothing_that_the_other_does_not_take(self) -> None:
        known = inspect.signature(registry.get(self.kind, self.stands_for)).parameters
        own = inspect.signature(self.function()).parameters
        missing = [name for name in own if name not in known]
        assert not missing, f"{self.stands_for} takes no {', '.join(missing)}"

    @staticmethod
    def _arguments(function: Callable[..., Any]) -> dict[str, str]:
        def shown(default: Any) -> str:
            if default is inspect.Parameter.empty:
                return "required"
            return getattr(default, "__name__", None) or repr(default)

        return {name: shown(one.default) for name, one in inspect.signature(function).parameters.items()}
