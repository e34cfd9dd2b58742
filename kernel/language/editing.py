"""Adding, replacing, renaming, removing and disabling the components of a pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kernel.errors import UsageError
from kernel.files.names import as_names
from kernel.language import order
from kernel.language.components import ComponentList
from kernel.language.create import create
from kernel.language.factories import check_factory_name
from kernel.language.keeping import keep_values, rename, values_of
from kernel.language.listening import channel_of, link, sources_of, with_copies
from kernel.language.slots import Slot, find, position
from kernel.language.source import copy_component

if TYPE_CHECKING:
    from kernel.config import Config


class EditableComponents(ComponentList):
    """Components that can be changed. Listeners are linked whenever they are."""

    def create_pipe(
        self,
        factory_name: str,
        name: str | None = None,
        *,
        config: Mapping[str, Any] | None = None,
        validate: bool = True,
    ) -> Any:
        """Make a component without adding it. validate: see `add_pipe`."""
        return create(
            self,
            factory_name,
            name or factory_name,
            config or {},
            validate=validate,
            given_by="config= of create_pipe",
        ).component

    def add_pipe(
        self,
        factory_name: str,
        name: str | None = None,
        *,
        before: str | int | None = None,
        after: str | int | None = None,
        first: bool | None = None,
        last: bool | None = None,
        source: ComponentList | None = None,
        replace_listeners: str | Iterable[str] = (),
        config: Mapping[str, Any] | None = None,
        raw_config: Config | None = None,
        validate: bool = True,
    ) -> Any:
        """Add a component, by default as the last one, and return it.

        factory_name: a registered factory, or with `source` the name of a component of that pipeline, whose settings
        and weights are copied. replace_listeners: listeners of the copy, as paths in its config, that become copies of
        what they listen to. config: settings over the factory's defaults. raw_config: the same with variables, as it is
        to be saved. validate: False passes settings of the wrong type on to the factory as they are.
        """
        check_factory_name(factory_name)
        name = order.check_new_name(self.slots, factory_name if name is None else name)
        place = order.insertion_index(self.slots, before=before, after=after, first=first, last=last)
        if source is not None and not isinstance(source, ComponentList):
            raise UsageError(
                f"source= takes a pipeline, not {source!r}",
                hint="Load the pipeline first: source=kernel.load(...).",
            )
        if source is not None and (config or raw_config):
            raise UsageError(
                f"the copy of a component keeps its settings: add_pipe('{factory_name}') takes source= or config=, not both"
            )
        if source is None and replace_listeners:
            raise UsageError(
                "replace_listeners= is for components that are taken from another pipeline, with source=",
                hint="For a component of this pipeline use nlp.replace_listeners.",
            )
        if source is None:
            slot = create(self, factory_name, name, config or {}, raw_config, validate=validate)
        else:
            slot = copy_component(
                self, source, factory_name, name, replace_listeners=replace_listeners, validate=validate
            )
        self.slots.insert(place, slot)
        link(self.slots)
        return slot.component

    def replace_pipe(
        self, name: str, factory_name: str, *, config: Mapping[str, Any] | None = None, validate: bool = True
    ) -> Any:
        """Put a new component in the place of one, under the same name. validate: see `add_pipe`."""
        old = find(self.slots, name)
        slot = create(
            self, factory_name, name, config or {}, validate=validate, given_by="config= of replace_pipe"
        )
        before = values_of(self.config, self.slots)
        del before["components"][name]
        self._put(replace(slot, enabled=old.enabled, place=old.place))
        keep_values(self.config, self.slots, before)
        return slot.component

    def rename_pipe(self, old_name: str, new_name: str) -> None:
        """Give a component another name, also where the config speaks of it."""
        before = values_of(self.config, self.slots)
        order.rename(self.slots, old_name, new_name)
        self._rename_in_config(before, old_name, new_name)

    def remove_pipe(self, name: str) -> tuple[str, Any]:
        """Take a component out; returns its name and the component. The config speaks of it no more."""
        before = values_of(self.config, self.slots)
        slot = self.slots.pop(position(self.slots, name))
        link(self.slots)
        self._rename_in_config(before, name, None)
        return slot.name, slot.component

    def _rename_in_config(self, before: dict[str, Any], old: str, new: str | None) -> None:
        """before: the values of the config under the old name."""
        block = before["components"].pop(old)
        if new is not None:
            before["components"][new] = block
        for config in (before, self.config):
            rename(config, old, new)
        keep_values(self.config, self.slots, before)

    def disable_pipe(self, name: str) -> None:
        """Keep a component, but don't run it."""
        self._put(replace(find(self.slots, name), enabled=False))

    def enable_pipe(self, name: str) -> None:
        self._put(replace(find(self.slots, name), enabled=True))

    def disable_pipes(self, *names: str | Iterable[str]) -> order.DisabledPipes:
        """Disable components, given one by one or as a list; in a `with` statement, for the block only. See `select_pipes`."""
        return self.select_pipes(disable=[name for given in names for name in as_names(given)])

    def select_pipes(
        self, *, disable: str | Iterable[str] | None = None, enable: str | Iterable[str] | None = None
    ) -> order.DisabledPipes:
        """Disable components, or all but those to `enable`; in a `with` statement, for the block only."""
        return order.select(self.slots, disable=disable, enable_only=enable)

    def relink(self) -> None:
        """Connect the listeners anew, after a model was changed by hand."""
        link(self.slots)

    def replace_listeners(self, tok2vec_name: str, pipe_name: str, listeners: str | Iterable[str]) -> None:
        """Make a component independent of a shared source: copies of its model replace the listeners.

        listeners: where they stand in the component's config, such as `["model.tok2vec"]`.
        """
        slot = find(self.slots, pipe_name)
        if channel_of(find(self.slots, tok2vec_name).component) is None:
            raise UsageError(f"other components can't listen to component '{tok2vec_name}'")
        heard = [(node, source) for node, source in sources_of(slot, self.slots) if source is not None]
        theirs = [(node, source) for node, source in heard if source.name == tok2vec_name]
        if not theirs:
            others = ", ".join(dict.fromkeys(source.name for _, source in heard))
            raise UsageError(
                f"component '{pipe_name}' doesn't listen to '{tok2vec_name}', so no listener can be replaced",
                hint=f"It listens to: {others or 'none'}.",
            )
        blocks = self.config.interpolate()["components"]
        made = with_copies(slot, theirs, self.slots, blocks, listeners)
        if slot.origin:
            # Who takes it from there again finds what is here now.
            before = slot.origin.get("replace_listeners") or []
            replaced = [*as_names(before), *as_names(listeners)]
            made = replace(made, origin={**slot.origin, "replace_listeners": replaced})
        self._put(made)

    def _put(self, slot: Slot) -> None:
        """Put a slot in the place of the one of the same name."""
        self.slots[position(self.slots, slot.name)] = slot
        link(self.slots)
