"""Connects listeners to their sources, and replaces them by copies of the source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kernel.errors import UsageError
from kernel.listeners import Channel, find_listeners

if TYPE_CHECKING:
    from kernel.language.components import ComponentList


def link(nlp: ComponentList) -> None:
    """Connect every enabled component's listeners to the nearest source before it that they match."""
    sources: list[tuple[str, Channel]] = []
    listening = {name: listeners_of(component) for name, component in nlp.components}
    for name, component in nlp.components:
        channel = getattr(component, "channel", None)
        if isinstance(channel, Channel):
            channel.clear()
            channel.name = name
        for listener in listening[name]:
            # The source may have left the pipeline.
            listener.attrs["listener"].channel = None
            listener.attrs["listener"].owner = name
    for name, component in nlp.components:
        if nlp.is_enabled(name):
            heard: list[Channel] = []
            for listener in listening[name]:
                source = next(
                    (c for n, c in reversed(sources) if listener.attrs["listener"].matches(n)), None
                )
                if source is not None:
                    source.add(listener, name)
                    if source not in heard:
                        heard.append(source)
            if hasattr(component, "channels"):
                component.channels = heard
        channel = getattr(component, "channel", None)
        if isinstance(channel, Channel):
            sources.append((name, channel))


def listeners_of(component: Any) -> list[Any]:
    """The listener layers in a component's model."""
    model = getattr(component, "model", None)
    return find_listeners(model) if hasattr(model, "walk") else []


def replace_listeners(nlp: ComponentList, source: str, name: str, paths: Sequence[str]) -> None:
    """Give a component copies of a source's model in place of its listeners, and note it in its config.

    paths: where they stand in the component's config, such as `["model.tok2vec"]`.
    """
    config = nlp.get_pipe_config(name)
    replace_with_copy(nlp.get_pipe(name), config, name, nlp, source, paths)
    nlp._pipe_configs[name] = config
    link(nlp)


def replace_with_copy(
    component: Any, config: dict[str, Any], name: str, nlp: ComponentList, source: str, paths: Sequence[str]
) -> None:
    """Replace the listeners of a component, and their blocks in its config, by the model of a source in `nlp`."""
    upstream: Any = nlp.get_pipe(source) if source else None
    if not isinstance(getattr(upstream, "channel", None), Channel):
        raise UsageError(
            f"component '{source}' is no source that others can listen to"
            if source
            else f"component '{name}' listens to no source of its pipeline, so no listener can be replaced"
        )
    listeners = [node for node in listeners_of(component) if node.attrs["listener"].matches(source)]
    if len(paths) != len(listeners):
        raise UsageError(
            f"component '{name}' has {len(listeners)} listeners to '{source}', but replace_listeners names "
            f"{len(paths)}: {', '.join(paths) or 'none'}"
        )
    # Without variables: what they refer to may not be in the config that the copy goes into.
    block = nlp.config.interpolate()["components"][source]["model"]  # type: ignore[attr-defined]
    for path, listener in zip(paths, listeners, strict=True):
        _set_path(config, path, block, name)
        replace_node(component.model, listener, upstream.model.copy())


def replace_node(model: Any, old: Any, new: Any) -> None:
    """Put another layer in the place of one, also where references point to it."""
    for node in list(model.walk()):
        for position, layer in enumerate(node.layers):
            if layer is old:
                node.layers[position] = new
        for ref in node.ref_names:
            if node.maybe_get_ref(ref) is old:
                node.set_ref(ref, new)


def _set_path(config: dict[str, Any], path: str, value: Any, name: str) -> None:
    *parents, last = path.split(".")
    place = config
    for part in parents:
        place = place.get(part, {})
    if not isinstance(place.get(last), dict):
        raise UsageError(
            f"components.{name}.{path} is no block of the config, so no listener can be replaced there"
        )
    place[last] = value
