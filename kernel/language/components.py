"""The components of a pipeline and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kernel.language import build, order
from kernel.language.factories import FactoryMeta
from kernel.language.links import link, replace_listeners
from kernel.language.source import copy_component
from kernel.registries.family import Registries, chosen_by

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.tokens.example import Example
    from kernel.vocab import Vocab


class ComponentList:
    """Named components in their order, each enabled or disabled. Listeners are linked whenever it changes."""

    lang: ClassVar[str | None] = None
    vocab: Vocab

    def __init__(self) -> None:
        self._components: list[tuple[str, Any]] = []
        self._disabled: set[str] = set()
        self._pipe_meta: dict[str, FactoryMeta] = {}
        self._pipe_configs: dict[str, Config] = {}
        # Components whose weights were taken from another pipeline: initialize leaves them alone.
        self._sourced: set[str] = set()
        self._ops: Any = None
        self._config: Config | None = None

    @property
    def components(self) -> list[tuple[str, Any]]:
        """(name, component) of all components, disabled ones too."""
        return list(self._components)

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        """(name, component) of the enabled components."""
        return [(name, component) for name, component in self._components if name not in self._disabled]

    @property
    def component_names(self) -> list[str]:
        return [name for name, _ in self._components]

    @property
    def pipe_names(self) -> list[str]:
        return [name for name, _ in self.pipeline]

    @property
    def disabled(self) -> list[str]:
        return [name for name, _ in self._components if name in self._disabled]

    @property
    def pipe_factories(self) -> dict[str, str]:
        """Component name -> factory name."""
        return {name: self._pipe_meta[name].name for name in self.component_names}

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        """Component name -> labels, of the components that have any."""
        return {name: list(c.labels) for name, c in self._components if getattr(c, "labels", None)}

    @property
    def example_type(self) -> type[Example]:
        """The class of the examples that it learns from."""
        from kernel.tokens.example import Example

        return Example

    def label_data(self) -> dict[str, Any]:
        """Component name -> labels as its `initialize` takes them, None if it has none, of the enabled components."""
        return {name: getattr(component, "label_data", None) for name, component in self.pipeline}

    def unknown_labels(self, examples: Sequence[Example]) -> dict[str, list[str]]:
        """Component name -> labels in the gold annotations that the component can't predict, sorted."""
        found = {}
        for name, component in self.pipeline:
            if getattr(component, "labels", ()) and hasattr(component, "gold_labels"):
                found[name] = sorted(set(component.gold_labels(examples)) - set(component.labels))
        return {name: labels for name, labels in found.items() if labels}

    @property
    def factory_names(self) -> list[str]:
        """All factories that are installed or registered."""
        return self.registry.factories.names()

    @property
    def registry(self) -> Registries:
        """What the pipeline finds functions in: `kernel.registry` as `[plugins]` and `[registry]` of its config want it."""
        return chosen_by(self._config)

    def is_enabled(self, name: str) -> bool:
        return name not in self._disabled

    def has_pipe(self, name: str) -> bool:
        return name in self.component_names

    def get_pipe(self, name: str) -> Any:
        """The component of a name. `UsageError` if there is none."""
        return self._components[order.position(self, name)][1]

    def get_pipe_meta(self, name: str) -> FactoryMeta:
        order.position(self, name)
        return self._pipe_meta[name]

    def get_pipe_config(self, name: str) -> Config:
        """A copy of the component's block of the config."""
        order.position(self, name)
        return self._pipe_configs[name].copy()

    def create_pipe(
        self, factory_name: str, name: str | None = None, *, config: Mapping[str, Any] | None = None
    ) -> Any:
        """Make a component without adding it."""
        return build.create_component(self, factory_name, name or factory_name, config or {})[0]

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
        config: Mapping[str, Any] | None = None,
        raw_config: Config | None = None,
        validate: bool = True,
    ) -> Any:
        """Add a component, by default as the last one, and return it.

        factory_name: a registered factory, or with `source` the name of a component of that pipeline, whose settings
        and weights are copied. config: settings over the factory's defaults. raw_config: the same with variables, as
        it is to be saved. validate: accepted for compatibility; settings are always checked.
        """
        name = order.check_new_name(self, factory_name if name is None else name)
        place = order.place(self, before=before, after=after, first=first, last=last)
        if source is not None:
            return self._insert_copy(source, factory_name, name, place=place)
        component, meta, block = build.create_component(self, factory_name, name, config or {}, raw_config)
        return self._insert(place, name, component, meta, block)

    def _insert_copy(
        self,
        source: ComponentList,
        taken: str,
        name: str,
        *,
        replace: Sequence[str] = (),
        place: int | None = None,
    ) -> Any:
        component, meta, block = copy_component(self, source, taken, name, replace=replace)
        self._sourced.add(name)
        return self._insert(len(self._components) if place is None else place, name, component, meta, block)

    def _insert(self, place: int, name: str, component: Any, meta: FactoryMeta, block: Config) -> Any:
        self._components.insert(place, (name, component))
        self._pipe_meta[name], self._pipe_configs[name] = meta, block
        link(self)
        return component

    def replace_pipe(
        self, name: str, factory_name: str, *, config: Mapping[str, Any] | None = None, validate: bool = True
    ) -> Any:
        """Put a new component in the place of one, under the same name."""
        place = order.position(self, name)
        component, meta, block = build.create_component(self, factory_name, name, config or {})
        self._components[place] = (name, component)
        self._pipe_meta[name], self._pipe_configs[name] = meta, block
        self._sourced.discard(name)
        link(self)
        return component

    def rename_pipe(self, old_name: str, new_name: str) -> None:
        order.rename(self, old_name, new_name)
        link(self)

    def remove_pipe(self, name: str) -> tuple[str, Any]:
        """Take a component out; returns its name and the component."""
        removed = self._components.pop(order.position(self, name))
        self._pipe_meta.pop(name)
        self._pipe_configs.pop(name)
        self._disabled.discard(name)
        self._sourced.discard(name)
        link(self)
        return removed

    def disable_pipe(self, name: str) -> None:
        """Keep a component, but don't run it."""
        order.position(self, name)
        self._disabled.add(name)
        link(self)

    def enable_pipe(self, name: str) -> None:
        order.position(self, name)
        self._disabled.discard(name)
        link(self)

    def select_pipes(
        self, *, disable: str | Iterable[str] | None = None, enable: str | Iterable[str] | None = None
    ) -> order.DisabledPipes:
        """Disable components, or all but those to `enable`; in a `with` statement, for the block only."""
        return order.select(self, disable=disable, enable=enable)

    def relink(self) -> None:
        """Connect the listeners anew, after a model was changed by hand."""
        link(self)

    def replace_listeners(self, tok2vec_name: str, pipe_name: str, listeners: Sequence[str]) -> None:
        """Make a component independent of a shared source: see `kernel.language.links`."""
        replace_listeners(self, tok2vec_name, pipe_name, listeners)

    @property
    def ops(self) -> Any:
        """Where the models compute."""
        from kernel.numeric.ops import get_ops

        if self._ops is None:
            self._ops = get_ops(-1)
        return self._ops

    def to_device(self, gpu_id: int) -> Self:
        """Move all models to a GPU, or with -1 to the CPU."""
        from kernel.numeric.ops import get_ops, place

        self._ops = get_ops(gpu_id)
        for model in self.all_models().values():
            place(model, self._ops)
        return self

    def all_models(self) -> dict[str, Any]:
        """Component name -> model of all components that have one."""
        return {name: c.model for name, c in self._components if hasattr(getattr(c, "model", None), "walk")}
