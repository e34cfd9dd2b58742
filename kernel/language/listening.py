"""Listeners and their sources: connected, replaced by copies of the source, and looked for where no source comes before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from kernel.config import Config
from kernel.config.blocks import block_of
from kernel.config.signatures import of_function
from kernel.config.sources import problem, problem_at
from kernel.config.variables import interpolate
from kernel.errors import ConfigError, KernelError, Problem, UsageError
from kernel.files.names import as_names
from kernel.language.factories import FactoryMeta, find_factory
from kernel.language.shapes import Layers, take_widths
from kernel.language.slots import Slot, position
from kernel.listeners import ANY, Channel, find_listeners
from kernel.numeric.copies import copy_model, point_to
from kernel.numeric.ops import set_ops
from kernel.registries.family import Registries, chosen_by
from kernel.saving.directories import CONFIG, locate

# What only sources assign.
_SHARED = "doc.tensor"


def link(slots: Iterable[Slot]) -> None:
    """Connect every enabled component's listeners to the nearest source before it that they match."""
    slots = list(slots)
    sources: list[Channel] = []
    listening = {slot.name: listeners_of(slot.component) for slot in slots}
    for slot in slots:
        channel = channel_of(slot.component)
        if channel is not None:
            channel.clear()
            channel.name = slot.name
        for listener in listening[slot.name]:
            # The source may have left the pipeline.
            listener.attrs["listener"].channel = None
            listener.attrs["listener"].owner = slot.name
    for slot in slots:
        if slot.enabled:
            heard: list[Channel] = []
            for listener in listening[slot.name]:
                source = next(
                    (one for one in reversed(sources) if listener.attrs["listener"].matches(one)), None
                )
                if source is not None:
                    source.add(listener, slot.name)
                    if source not in heard:
                        heard.append(source)
            if hasattr(slot.component, "channels"):
                slot.component.channels = heard
        channel = channel_of(slot.component)
        if channel is not None:
            sources.append(channel)
    take_widths([(slot.name, slot.component) for slot in slots])


def channel_of(component: Any) -> Channel | None:
    """What a source publishes to; None for a component that is no source."""
    channel = getattr(component, "channel", None)
    return channel if isinstance(channel, Channel) else None


def channels_of(components: Iterable[tuple[str, Any]]) -> list[Channel]:
    """The channels of the sources among components."""
    return [channel for _, component in components if (channel := channel_of(component)) is not None]


def channels_around(components: Sequence[tuple[str, Any]]) -> list[Channel]:
    """The channels of the sources among components, and those that they listen to: a source may have run before."""
    found = channels_of(components)
    for _, component in components:
        found += [channel for channel in getattr(component, "channels", ()) if channel not in found]
    return found


def listeners_of(component: Any) -> list[Any]:
    """The listener layers in a component's model."""
    model = getattr(component, "model", None)
    return find_listeners(model) if hasattr(model, "walk") else []


def with_sources(slots: Iterable[Slot], names: Collection[str]) -> set[str]:
    """The names of linked components, and of the sources that those listen to: who is to predict needs what they publish."""
    found = set(names)
    # A source comes before whoever listens to it.
    for slot in reversed(list(slots)):
        if slot.name in found:
            heard = (listener.attrs["listener"].channel for listener in listeners_of(slot.component))
            found |= {channel.name for channel in heard if channel is not None}
    return found


def sources_of(slot: Slot, slots: Sequence[Slot]) -> list[tuple[Any, Slot | None]]:
    """The listeners of a component, each with the source that it takes: the nearest before it that it matches, if there is one.

    slots: the components of its pipeline, disabled ones too.
    """
    before = slots[: position(slots, slot.name)]
    sources = [
        (other, channel) for other in reversed(before) if (channel := channel_of(other.component)) is not None
    ]
    return [
        (listener, next((slot for slot, one in sources if listener.attrs["listener"].matches(one)), None))
        for listener in listeners_of(slot.component)
    ]


def with_copies(
    slot: Slot,
    heard: Sequence[tuple[Any, Slot]],
    slots: Sequence[Slot],
    blocks: Mapping[str, Any],
    paths: str | Iterable[str],
) -> Slot:
    """Put copies of their sources' models in the place of a component's listeners; returns its slot with the block that says so.

    heard: listeners in the component's model, and their sources. slots, blocks: the pipeline of the sources and its `[components]`,
    interpolated: what variables refer to may not be in the config that the copy goes into. paths: where the listeners to
    replace stand in the component's config, such as `["model.tok2vec"]`.
    """
    chosen = _chosen(slot, heard, as_names(paths))
    block = slot.block.copy()
    copies = []
    for path, listener, source in chosen:
        *parents, last = path.split(".")
        around = _at(block, parents)
        made, around[last] = _stand_in(listener, around[last], *_copy_of(source, slots, blocks))
        copies.append(made)
    # From here on nothing fails: one listener is not replaced without the others.
    for (_, listener, _), made in zip(chosen, copies, strict=True):
        set_ops(made, listener.ops)
        slot.component.model = _exchanged(slot.component.model, listener, made)
    return replace(slot, block=block)


def _copy_of(source: Slot, slots: Sequence[Slot], blocks: Mapping[str, Any]) -> tuple[Any, Any]:
    """A copy of a source's model, and of the block that makes it. Where it listens itself, it has copies of those sources."""
    whole = {"model": deepcopy(blocks[source.name].get("model"))}
    if not isinstance(whole["model"], Mapping):
        raise UsageError(
            f"the config has no block components.{source.name}.model to put in the place of a listener"
        )
    model = copy_model(source.component.model)
    inner = zip(listeners_of(source.component), find_listeners(model), strict=True)
    for (original, listener), (_, heard) in zip(inner, sources_of(source, slots), strict=True):
        *parents, last = _place(original).split(".")
        if heard is None or not isinstance(_at(whole, [*parents, last]), Mapping):
            raise UsageError(
                f"'{source.name}' listens itself, to what no copy can be put in the place of: replace its own listeners first"
            )
        around = _at(whole, parents)
        made, around[last] = _stand_in(listener, around[last], *_copy_of(heard, slots, blocks))
        model = _exchanged(model, listener, made)
    return model, whole["model"]


def _stand_in(listener: Any, block: Any, copy: Any, source_block: Any) -> tuple[Any, Any]:
    """What is put in the place of a listener, and the block that makes it. block: that of the listener."""
    in_its_place = listener.attrs["listener"].in_its_place
    return (copy, source_block) if in_its_place is None else in_its_place(copy, source_block, listener, block)


def _exchanged(model: Any, old: Any, new: Any) -> Any:
    """The model with another layer in the place of one, which may be the whole of it."""
    if model is old:
        return new
    replace_node(model, old, new)
    return model


def replace_node(model: Any, old: Any, new: Any) -> None:
    """Put another layer in the place of one, also where references point to it."""
    for node in list(model.walk()):
        for number, layer in enumerate(node.layers):
            if layer is old:
                node.layers[number] = new
        for ref in node.ref_names:
            if node.maybe_get_ref(ref) is old:
                node.set_ref(ref, new)
        point_to(node, {id(old): new})


def _chosen(
    slot: Slot, heard: Sequence[tuple[Any, Slot]], paths: Sequence[str]
) -> list[tuple[str, Any, Slot]]:
    """(path, listener, source) of the listeners that stand at some paths. `UsageError` unless each path has one of its own."""
    name = slot.name
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise UsageError(f"replace_listeners names components.{name}.{twice} twice")
    places = [_place(listener) for listener, _ in heard]
    known = [place for place in places if place]
    where = ", ".join(known) or "none of them has a block of its own in the config"
    hint = f"The listeners of '{name}' that can be replaced: {where}."
    if not paths:
        raise UsageError(f"replace_listeners names no listener of '{name}'", hint=hint)
    for path in paths:
        if not isinstance(_at(slot.block, path.split(".")), dict):
            raise UsageError(
                f"components.{name}.{path} is not a block of the config, so no listener can be replaced there",
                hint=hint,
            )
    if not any(places) and len(paths) == len(heard) and len({source.name for _, source in heard}) == 1:
        # Nobody remembers which block made which; it doesn't matter either.
        return [(path, *pair) for path, pair in zip(paths, heard, strict=True)]
    for path in paths:
        if path not in places:
            raise UsageError(f"components.{name}.{path} is not the block of a listener", hint=hint)
    return [(path, *heard[places.index(path)]) for path in paths]


def _place(listener: Any) -> str:
    """The path of the block that made a listener, inside of its component; "" if none made it, or nobody remembers which."""
    block = block_of(listener)
    return block.path.split(".", 2)[-1] if block is not None and block.path.count(".") > 1 else ""


def _at(block: Any, parts: Sequence[str]) -> Any:
    """What a path leads to, None if to nothing."""
    for part in parts:
        block = block.get(part) if isinstance(block, Mapping) else None
    return block


class _Part(NamedTuple):
    """A component as its config describes it. meta: None if its factory is not known."""

    meta: FactoryMeta | None
    settings: Mapping[str, Any]
    replaced: Sequence[str]
    is_copy: bool

    @property
    def may_be_source(self) -> bool:
        return self.meta is None or not self.meta.assigns or self.is_source

    @property
    def is_source(self) -> bool:
        return self.meta is not None and (self.meta.shares or _SHARED in self.meta.assigns)


def unheard_in_config(config: Config) -> list[Problem]:
    """The listeners of a filled config that stand before their source, or have none. Unknown parts get the benefit of doubt."""
    names, parts, registry = _parts(config)
    known = [name for name in names if parts[name].is_source]
    problems = []
    for number, (name, part) in enumerate(parts.items()):
        before = [other for other in names[:number] if parts[other].may_be_source]
        for path, upstream in _listeners(part.settings, "", registry):
            if path in part.replaced or any(upstream in (ANY, other) for other in before):
                continue
            where = f"components.{name}" if part.is_copy else f"components.{name}.{path}"
            message, details = _said(name, upstream, names, known, path if part.is_copy else "")
            problems.append(problem_at(config.sources, where, message, key=True, **details))
    return problems


def heard_in_config(config: Config, name: str) -> set[str]:
    """A component of a filled config and those that it listens to, which may listen to others: what it can't be without."""
    names, parts, registry = _parts(config)
    if name not in parts:
        return {name}
    before = [other for other in names[: names.index(name)] if parts[other].may_be_source]
    found = {name}
    for path, upstream in _listeners(parts[name].settings, "", registry):
        # What a source gives is not known here: the nearest of each factory.
        near = {_factory_of(parts[other]): other for other in before if upstream in (ANY, other)}
        if path not in parts[name].replaced:
            found |= {one for source in near.values() for one in heard_in_config(config, source)}
    return found


def _factory_of(part: _Part) -> str:
    return "" if part.meta is None else part.meta.name


def _parts(config: Config) -> tuple[list[str], dict[str, _Part], Registries]:
    """The names of the pipeline, what the config says of each, and where their functions are."""
    registry = chosen_by(config)
    plain, _ = interpolate(config, config.sources, escaped=not config.is_interpolated)
    nlp, blocks = plain.get("nlp"), plain.get("components")
    if not (isinstance(nlp, dict) and isinstance(blocks, dict) and isinstance(nlp.get("pipeline"), list)):
        return [], {}, registry  # The check of the sections says what is wrong with them.
    names = [name for name in nlp["pipeline"] if isinstance(name, str)]
    lang = nlp.get("lang")
    lang = lang if isinstance(lang, str) else None
    return names, {name: _part(name, blocks.get(name), lang, registry) for name in names}, registry


def check_hearing(slots: Sequence[Slot]) -> None:
    """Raise ConfigError for the listeners of linked and enabled components that are connected to no source."""
    names = [slot.name for slot in slots]
    channels = {slot.name: channel_of(slot.component) for slot in slots if slot.enabled}
    known = [slot.name for slot in slots if channel_of(slot.component) is not None]
    problems = []
    for slot in slots:
        for listener in listeners_of(slot.component) if slot.enabled else ():
            state = listener.attrs["listener"]
            if state.channel is None:
                layers = Layers(slot.component.model, f"components.{slot.name}")
                path, place = layers.where(listener, "nO", -1)
                message, details = _said(slot.name, state.upstream, names, known, "")
                others = [
                    channel
                    for name in names[: names.index(slot.name)]
                    if (channel := channels.get(name)) is not None and state.upstream in (ANY, name)
                ]
                if others:
                    message = (
                        f"its listener takes {state.takes}, but '{others[-1].name}' gives {others[-1].gives}"
                    )
                    details["suggestion"] = (
                        f"Take the listener that belongs to '{others[-1].name}', or put a source of {state.takes} before "
                        f"'{slot.name}': kernel.Tok2VecListener.v1 listens to a tok2vec, kernel.TransformerListener.v1 to a transformer."
                    )
                problems.append(problem(message, path.partition(" (")[0], place, **details))
    if problems:
        raise ConfigError(problems)


def _said(
    name: str, upstream: str, names: Sequence[str], sources: Sequence[str], copied: str
) -> tuple[str, dict[str, str]]:
    """The message about a listener, and its details. copied: its path in a component that was taken from elsewhere."""
    order = ", ".join(names)
    wanted = "a shared source" if upstream == ANY else f"'{upstream}'"
    message = f"'{name}' listens to {wanted}, but none comes before it in the pipeline: {order}"
    later = [other for other in sources if upstream in (ANY, other) and other in names[names.index(name) :]]
    if upstream != ANY:
        message = f"'{name}' listens to {wanted}, which does not come before it in the pipeline: {order}"
    if later:
        advice = f"Put '{later[0]}' before '{name}' in nlp.pipeline."
    elif upstream != ANY and sources:
        advice = f"Sources of this pipeline: {', '.join(sources)}. Name one as upstream."
    else:
        advice = f"Add the component that '{name}' shares, such as tok2vec, before it"
        more = f", or give '{name}' a copy of its own: replace_listeners = [\"{copied}\"]"
        advice += f"{more}." if copied else ", or a model without a listener."
    return message, {
        "expected": f"the source of a listener before '{name}' in nlp.pipeline",
        "suggestion": advice,
    }


def _part(name: str, block: Any, lang: str | None, registry: Registries) -> _Part:
    block = block if isinstance(block, Mapping) else {}
    replaced = block.get("replace_listeners")
    replaced = [replaced] if isinstance(replaced, str) else replaced
    # A saved block says both: the settings that the component had, and where it came from.
    is_copy = "source" in block and "factory" not in block
    if is_copy:
        block = block_of_source(block, str(block.get("component") or name))
    meta = None
    if isinstance(block.get("factory"), str):
        with suppress(KernelError):
            meta = find_factory(block["factory"], lang, registry)[1]
    return _Part(meta, block, replaced if isinstance(replaced, (list, tuple)) else (), is_copy)


def block_of_source(block: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The block of the pipeline that a component is taken from, if that can be read."""
    with suppress(KernelError, OSError):
        file = Path(str(block["source"])) / CONFIG
        found = Config.from_disk(
            file if file.is_file() else locate(str(block["source"])) / CONFIG
        ).interpolate()
        return (found.get("components") or {}).get(name) or {}
    return {}


def _listeners(block: Any, path: str, registry: Registries) -> Iterator[tuple[str, str]]:
    """(path inside the component, upstream) of every block that makes a listener."""
    if isinstance(block, (list, tuple)):
        block = {str(number): item for number, item in enumerate(block)}
    if not isinstance(block, Mapping):
        return
    name = block.get("@architectures")
    if isinstance(name, str) and registry.has("architectures", name):
        with suppress(KernelError):
            parameters = of_function(registry.get("architectures", name), name).parameters
            # What every listener takes, and nothing else does.
            if {"upstream", "grad_factor"} <= set(parameters):
                yield path, str(block.get("upstream", parameters["upstream"].default))
    for key, value in block.items():
        yield from _listeners(value, f"{path}.{key}" if path else str(key), registry)
