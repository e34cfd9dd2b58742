"""What a pipeline says of itself: config, meta, analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.config.origin import together
from kernel.errors import UsageError
from kernel.language.shown import ShownDict
from kernel.language.slots import Slot

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.vocab.vectors import Vectors

_HOW = (
    "Use add_pipe, replace_pipe and the other methods of the pipeline, or nlp.batch_size. For another pipeline change "
    "nlp.config.copy(), and give that to from_config."
)


def bring_config_up_to_date(
    config: Config, slots: Sequence[Slot], *, lang: str | None, batch_size: int
) -> None:
    """Set in a pipeline's config what the pipeline decides: the components, and in `[nlp]` what is said of them.

    That can't be changed there. All else is as it was written, and can: `[training.score_weights]` too, as what the
    components want stands in `score_weights`, and a run adds it.
    """
    own = {
        "lang": lang,
        "pipeline": [slot.name for slot in slots],
        "disabled": [slot.name for slot in slots if not slot.enabled],
        "batch_size": batch_size,
    }
    config["nlp"] = ShownDict({**(config.get("nlp") or {}), **own}, "nlp.config['nlp']", _HOW, only=own)
    blocks = {slot.name: dict(slot.block) for slot in slots}
    config["components"] = ShownDict(blocks, "nlp.config['components']", _HOW)


def whole_config(config: Config, slots: Sequence[Slot]) -> Config:
    """A config as it is saved: the pipeline's own, and where the weights of its components came from at first."""
    config = config.copy()
    for slot in slots:
        if slot.origin:
            config["components"][slot.name] = together(config["components"][slot.name], slot.origin)
    return config


def labels(slots: Iterable[Slot]) -> dict[str, list[str]]:
    """Component name -> labels, of the components that have any to show."""
    found = {}
    for slot in slots:
        own = getattr(slot.component, "labels", None)
        if own and not getattr(slot.component, "hide_labels", False):
            found[slot.name] = list(own)
    return found


def bring_up_to_date(
    meta: dict[str, Any], slots: Sequence[Slot], *, lang: str | None, vectors: Vectors
) -> None:
    """Set in a meta table what depends on the pipeline, and what every table has."""
    from kernel import __version__

    major, minor = __version__.split(".")[:2]
    defaults = {
        "name": "pipeline",
        "version": "0.0.0",
        "description": "",
        "author": "",
        "email": "",
        "url": "",
        "license": "",
        "performance": {},
    }
    for key, value in defaults.items():
        meta.setdefault(key, value)
    meta.update(
        lang=lang,
        kernel_version=f">={__version__},<{major}.{int(minor) + 1}",
        vectors={
            "width": vectors.width,
            "vectors": len(vectors),
            "keys": vectors.n_keys,
            "name": vectors.name,
            "mode": vectors.mode,
        },
        labels=labels(slots),
        pipeline=[slot.name for slot in slots if slot.enabled],
        components=[slot.name for slot in slots],
        disabled=[slot.name for slot in slots if not slot.enabled],
    )


# What `analyze` tells of a component.
KEYS = ("assigns", "requires", "scores", "retokenizes")


def analyze(slots: Sequence[Slot], keys: Sequence[str]) -> dict[str, Any]:
    """What components set, need and are scored by.

    summary: component -> key -> what it is. problems: component -> what it requires and nothing before it assigns. attrs:
    attribute -> the components that assign and that require it.
    """
    unknown = [key for key in keys if key not in KEYS]
    if unknown:
        raise UsageError(
            f"analyze_pipes tells {', '.join(KEYS)}, and nothing called {', '.join(map(repr, unknown))}"
        )
    problems: dict[str, list[str]] = {}
    attrs: dict[str, dict[str, list[str]]] = {}
    for slot in slots:
        problems[slot.name] = [name for name in _requires(slot) if not attrs.get(name, {}).get("assigns")]
        for key, names in (("assigns", slot.meta.assigns), ("requires", _requires(slot))):
            for name in names:
                attrs.setdefault(name, {"assigns": [], "requires": []})[key].append(slot.name)
    return {
        "summary": {slot.name: _summary(slot, keys) for slot in slots},
        "problems": problems,
        "attrs": attrs,
    }


def _requires(slot: Slot) -> list[str]:
    """What a component needs: as its factory says, and as it says itself for its settings."""
    return list(dict.fromkeys((*slot.meta.requires, *getattr(slot.component, "requires", ()))))


def _summary(slot: Slot, keys: Sequence[str]) -> dict[str, Any]:
    meta = slot.meta
    whole = {
        "assigns": list(meta.assigns),
        "requires": _requires(slot),
        "scores": list(meta.default_score_weights),
        "retokenizes": meta.retokenizes,
    }
    return {key: whole[key] for key in keys}


def lines(analysis: Mapping[str, Any]) -> list[str]:
    """An analysis for reading."""
    found = []
    for name, summary in analysis["summary"].items():
        found.append(name)
        for key, value in summary.items():
            text = str(value) if isinstance(value, bool) else ", ".join(value) or "-"
            found.append(f"  {key}: {text}")
    for name, missing in analysis["problems"].items():
        if missing:
            found.append(f"'{name}' requires {', '.join(missing)}, which nothing before it assigns")
    return found
