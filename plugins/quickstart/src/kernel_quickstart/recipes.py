"""What a component recommends for a language, for efficiency or accuracy, and for CPU or GPU."""

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True)
class Choice:
    """What is chosen besides the components."""

    lang: str
    optimize: str
    gpu: bool


def recipe(name: str, choice: Choice, functions: Functions) -> dict[str, Any]:
    """All that the page has to know of a component, as plain data; `error` alone if it can't be used.

    functions: takes what the blocks name.
    """
    try:
        registered, meta, found = _recommended(name, choice)
        functions.add("factories", registered)
        for block in (meta.default_config, found.listener, *_blocks(found)):
            functions.add_blocks(block)
        return {
            "factory": registered,
            "defaults": tree(meta.default_config),
            "weights": tree(meta.default_score_weights),
            "sources": list(found.sources),
            "listener": None if found.listener is None else tree(found.listener),
            **_changing(found),
            "behind": [[other, _changing(one)] for other, one in found.behind.items()],
        }
    except KernelError as error:
        return refused(error)


def asked(
    section: str,
    name: str,
    choice: Choice,
    sources: Mapping[str, Mapping[str, Any]],
    functions: Functions,
) -> dict[str, dict[str, Any]]:
    """What a section that the user asks for recommends because of a component, by the source that this listens to; "" for none.

    Nothing where the section has no use for it. It is the first one of use in a pipeline that decides. sources: with their listeners.
    """
    registered, meta, recommended = _recommended(name, choice)
    found = {}
    for source, listener in (sources if recommended.is_shared else {"": {}}).items():
        settings = recommended.settings_with(listener)
        block = fill_settings(registered, meta, settings, f"components.{name}", None, registry)
        config = {"nlp": {"pipeline": [name]}, "components": {name: {"factory": name, **block}}}
        with suppress(KernelError):
            answer = Config.from_str(schema_of(section).recommend(config))
            functions.add_blocks(answer)
            found[source] = written(answer)
    return found


def listeners(names: Iterable[str], choice: Choice) -> dict[str, Mapping[str, Any]]:
    """The listeners of those components that are sources."""
    found = {}
    for name in names:
        with suppress(KernelError):
            listener = _recommended(name, choice)[2].listener
            if listener is not None:
                found[name] = listener
    return found


def _recommended(name: str, choice: Choice) -> tuple[str, FactoryMeta, Recommendation]:
    """The registered name of a factory, what is known of it, and what it recommends."""
    registered, meta = find_factory(name, choice.lang)
    with naming(f"the recommendation of {registry.origin('factories', registered)} for '{name}'"):
        return registered, meta, recommendation(meta.recommend, choice.lang, choice.optimize, choice.gpu)


def refused(error: KernelError) -> dict[str, Any]:
    """A recipe that says why there is none."""
    return {"error": {"message": error.message, "hint": error.hint}}


def _blocks(found: Recommendation) -> list[Mapping[str, Any]]:
    return [part for one in (found, *found.behind.values()) for part in (one.settings, one.sections)]


def _changing(found: Recommendation) -> dict[str, Any]:
    """What may be another one behind some component."""
    return {
        "settings": tree(found.settings),
        "sections": tree(found.sections),
        "needs": [list(pair) for pair in found.needs.items()],
        "comments": [list(pair) for pair in found.comments.items()],
    }
