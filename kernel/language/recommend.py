"""What a factory recommends for a new config: its own block, what it shares, what the rest of the config should say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final


class _Shared:
    def __repr__(self) -> str:
        return "SHARED"


SHARED: Final = _Shared()
"""Stands in recommended settings for the layer that listens to the shared source."""


@dataclass(frozen=True)
class Recommendation:
    """One answer to `kernel init config`.

    settings: the component's block, without `factory`; SHARED in it becomes the listener of the chosen source. sources:
    factories of sources that SHARED can listen to, the best first; one that the user names himself comes before them.
    listener: makes the component a source: the block that goes in the place of SHARED in the others. sections: values
    of other sections, such as `{"training": {"accumulate_gradient": 3}}`. needs: dotted path of a value that only the
    user has -> what it is. comments: dotted path -> a line above it in the config. behind: factory of a component -> what is
    recommended besides where that one comes before, over the same settings and sections.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    listener: Mapping[str, Any] | None = None
    sections: Mapping[str, Any] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    behind: Mapping[str, Recommendation] = field(default_factory=dict)

    def after(self, earlier: Sequence[str]) -> Recommendation:
        """What is recommended in a pipeline where components of these factories come before."""
        found = self
        for other in (self.behind[name] for name in earlier if name in self.behind):
            found = replace(
                found,
                settings={**found.settings, **other.settings},
                sections={**found.sections, **other.sections},
                needs={**found.needs, **other.needs},
                comments={**found.comments, **other.comments},
            )
        return found

    @property
    def is_shared(self) -> bool:
        """Whether the component listens to a source."""
        return _holds(self.settings)

    def settings_with(self, listener: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with a listener in the place of SHARED."""
        return {key: _replaced(value, listener) for key, value in self.settings.items()}


Recommend = Callable[[str, str, bool], Recommendation | Mapping[str, Any]]
"""A function of the language, "efficiency" or "accuracy", and whether there is a GPU. A dict is the settings alone."""


def recommendation(recommend: Recommend | None, lang: str, optimize: str, gpu: bool) -> Recommendation:
    """What a factory recommends; nothing, if it has no such function."""
    if recommend is None:
        return Recommendation()
    answer = recommend(lang, optimize, gpu)
    return answer if isinstance(answer, Recommendation) else Recommendation(answer)


def _holds(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(item) for item in value.values())
    return value is SHARED


def _replaced(value: Any, listener: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replaced(item, listener) for key, item in value.items()}
    return dict(listener) if value is SHARED else value
