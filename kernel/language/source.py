"""Components taken over, with their weights, from other pipelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.errors import ConfigError, KernelError, Problem, warn
from kernel.language.factories import FactoryMeta
from kernel.language.links import link, listeners_of, replace_with_copy

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.language.components import ComponentList
    from kernel.language.core import Language


class Sources:
    """Pipelines named by `source = "..."` in a config, each loaded once."""

    def __init__(self) -> None:
        self._loaded: dict[str, Language] = {}

    def add(self, nlp: Language, name: str, block: Mapping[str, Any], config: Config) -> None:
        """Add the component that a block with a source describes."""
        where = str(block["source"])
        if where not in self._loaded:
            from kernel.language.loading import load

            try:
                self._loaded[where] = load(where)
            except ConfigError:
                raise
            except KernelError as error:
                raise ConfigError(_problem(config, f"components.{name}.source", error)) from error
        source = self._loaded[where]
        taken = block.get("component") or name
        if not source.has_pipe(taken):
            text = f"the pipeline {where} has no component '{taken}'; it has: {', '.join(source.component_names)}"
            raise ConfigError(_problem(config, f"components.{name}", KernelError(text)))
        nlp._insert_copy(source, taken, name, replace=block.get("replace_listeners") or ())


def copy_component(
    nlp: ComponentList, source: ComponentList, taken: str, name: str, *, replace: Sequence[str] = ()
) -> tuple[Any, FactoryMeta, Config]:
    """Make a component like one of another pipeline, with its settings and weights.

    replace: listeners that become copies of the source they listen to, as paths in the component's config.
    """
    from kernel.language.build import create_component

    original = source.get_pipe(taken)
    block = source.config.interpolate()["components"][taken]  # type: ignore[attr-defined]
    for text in source.vocab.strings:
        nlp.vocab.strings.add(text)
    component, meta, config = create_component(nlp, block["factory"], name, block)
    if hasattr(original, "to_bytes") and hasattr(component, "from_bytes"):
        component.from_bytes(original.to_bytes())
    if replace:
        link(source)
        listener = next(iter(listeners_of(original)), None)
        channel = listener.attrs["listener"].channel if listener is not None else None
        upstream = channel.name if channel is not None else ""
        replace_with_copy(component, config, name, source, upstream, replace)
    _compare_vectors(nlp, source, name)
    return component, meta, config


def _compare_vectors(nlp: ComponentList, source: ComponentList, name: str) -> None:
    theirs, ours = source.vocab.vectors, nlp.vocab.vectors
    if len(theirs) and not len(ours):
        return
    if len(theirs) and theirs.to_bytes() != ours.to_bytes():
        warn(
            f"component '{name}' was trained with other static vectors than this pipeline has; "
            "if it uses them, its predictions will differ"
        )


def _problem(config: Config, path: str, error: KernelError) -> Problem:
    file, line, column = config.where(path) or (None, None, None)
    return Problem(
        error.message, file=file, line=line, column=column, path=path, suggestion=error.hint or None
    )
