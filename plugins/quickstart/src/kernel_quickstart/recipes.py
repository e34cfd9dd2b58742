"""What a component recommends for a language, for efficiency or accuracy, and for CPU or GPU."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kernel.config import Config
from kernel.config.sections import schema_of
from kernel.errors import KernelError
from kernel.language.create import fill_settings
from kernel.language.factories import FactoryMeta, find_factory
from kernel.language.recommend import Recommendation, recommendation
from kernel.registries.blame import naming
from kernel.registries.family import registry
from kernel_quickstart.functions import Functions
from kernel_quickstart.trees import tree, written

Recipe = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """What is chosen besides the components."""

    lang: str
    optimize: str
    gpu: bool


@dataclass(frozen=True)
class Recommended:
    """registered: the name of the factory for the language. meta: what is known of it. answer: what it recommends."""

    registered: str
    meta: FactoryMeta
    answer: Recommendation


def recommended(name: str, choice: Choice) -> Recommended:
    """What the factory of a component recommends. `KernelError` if it can't be used, or fails."""
    registered, meta = find_factory(name, choice.lang)
    with naming(f"the recommendation of {registry.origin('factories', registered)} for '{name}'"):
        answer = recommendation(meta.recommend, choice.lang, choice.optimize, choice.gpu)
    return Recommended(registered, meta, answer)


def recipe(made: Recommended, functions: Functions) -> Recipe:
    """It as plain data. functions: takes what the blocks name. `WrongType` for what can't be written in a config."""
    answer, meta = made.answer, made.meta
    functions.add("factories", made.registered)
    functions.add_blocks([meta.default_config, answer.listener])
    for one in (answer, *answer.behind.values()):
        functions.add_blocks([one.settings, one.sections])
    return {
        "factory": made.registered,
        "defaults": tree(meta.default_config),
        "weights": tree(meta.default_score_weights),
        "sources": list(answer.sources),
        "listener": None if answer.listener is None else tree(answer.listener),
        **_changing(answer),
        "behind": [[other, _changing(one)] for other, one in answer.behind.items()],
    }


def refused(error: KernelError) -> Recipe:
    """A recipe that says why there is none."""
    return {"error": {"message": error.message, "hint": error.hint}}


def asked(
    section: str,
    name: str,
    made: Recommended,
    listeners: Mapping[str, Mapping[str, Any]],
    functions: Functions,
) -> dict[str, dict[str, Any]]:
    """What a section that the user asks for recommends because of a component, by the source that this listens to; "" for none.

    Nothing where the section has no use for it. It is the first one of use in a pipeline that decides. listeners: by their sources.
    """
    found = {}
    for source, listener in (listeners if made.answer.is_shared else {"": {}}).items():
        settings = made.answer.settings_with(listener)
        block = fill_settings(made.registered, made.meta, settings, f"components.{name}", None, registry)
        config = {"nlp": {"pipeline": [name]}, "components": {name: {"factory": name, **block}}}
        with suppress(KernelError):
            answer = Config.from_str(schema_of(section).recommend(config))
            functions.add_blocks(answer)
            found[source] = written(answer)
    return found


def _changing(found: Recommendation) -> Recipe:
    """What may be another one behind some component."""
    return {
        "settings": tree(found.settings),
        "sections": tree(found.sections),
        "needs": [list(pair) for pair in found.needs.items()],
        "comments": [list(pair) for pair in found.comments.items()],
    }
