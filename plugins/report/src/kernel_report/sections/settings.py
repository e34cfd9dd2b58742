"""The config of each run: what differs from the defaults, then all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel_report.defaults import defaults
from kernel_report.leaves import ABSENT, leaves
from kernel_report.rendering import render
from kernel_report.run import Run
from kernel_report.section import Section

# Such as a config has them; others come after.
_ORDER = ("paths", "system", "variables", "plugins", "registry", "nlp", "components", "corpora", "training")
# Lines of a config that are shown.
MOST = 2000


@dataclass(frozen=True)
class Setting:
    """name: dotted. default: `ABSENT` where there is none, or it isn't known. is_changed: whether that differs from the value."""

    name: str
    value: Any
    default: Any
    is_changed: bool

    @property
    def section(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def key(self) -> str:
        return self.name.rpartition(".")[2]


def section(runs: Sequence[Run]) -> Section | None:
    """Of each run whose settings are known."""
    known = [run for run in runs if run.settings]
    if not known:
        return None
    parts = [(run, *_settings(run.settings)) for run in known]
    return Section(
        "Config",
        "config",
        render("settings.html", parts=parts, several=len(runs) > 1, most=MOST, absent=ABSENT),
    )


def _settings(settings: Mapping[str, Any]) -> tuple[list[Setting], str]:
    """All settings in the order of a config, and why the defaults are not known, "" if they are."""
    known, problem = defaults(settings)
    by_name = dict(leaves(known))
    return [_setting(name, value, by_name, problem) for name, value in _ordered(settings)], problem


def _setting(name: str, value: Any, known: Mapping[str, Any], problem: str) -> Setting:
    default = known.get(name, ABSENT)
    # A null without a default says that there is nothing, as does leaving it out.
    is_changed = default != value if default is not ABSENT else value is not None
    return Setting(name, value, default, not problem and is_changed)


def _ordered(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = [
        *(name for name in _ORDER if name in settings),
        *(name for name in settings if name not in _ORDER),
    ]
    return leaves({name: settings[name] for name in names})
