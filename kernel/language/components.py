"""The components of a pipeline, and what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from kernel.config import Config, default_config
from kernel.errors import UsageError
from kernel.language import facts
from kernel.language.defaults import Defaults
from kernel.language.factories import FactoryMeta
from kernel.language.keeping import keep_values, values_of
from kernel.language.shown import ShownDict, ShownList
from kernel.language.slots import Slot, find
from kernel.registries.family import Registries, chosen_by
from kernel.visible import visible

if TYPE_CHECKING:
    from kernel.tokens.example import Example
    from kernel.vocab import Vocab

_Defaults = Defaults
T = TypeVar("T")
_HOW = "Use add_pipe, remove_pipe, rename_pipe, replace_pipe, enable_pipe or disable_pipe."


class ComponentList:
    """Named components in their order, each enabled or disabled, and the config and meta table of the whole.

    What works on a pipeline takes it as this; `Language` adds how it is changed, run and trained.
    """

    lang: ClassVar[str | None] = None
    Defaults: ClassVar[type[_Defaults]] = Defaults
    from_config: ClassVar[Callable[..., Any]]
    vocab: Vocab
    tokenizer: Any
    # The one that the config made; another may have taken its place since.
    built_tokenizer: Any
    max_length: int
    batch_size: int
    path: Path | None

    def __init__(self, *, meta: Mapping[str, Any] | None = None, config: Config | None = None) -> None:
        # A record of every component, disabled ones too, in order. Only the methods of the pipeline change the list.
        self.slots: list[Slot] = []
        self._config = None if config is None else config.copy()
        self._meta = dict(meta or {})
        # The latest text of a config that was saved, and found to be one that can be loaded.
        self.loadable_config = ""
        self._ops: Any = None

    def __repr__(self) -> str:
        """The class, what runs, and what doesn't."""
        running = ", ".join(slot.name for slot in self.slots if slot.enabled)
        off = ", ".join(slot.name for slot in self.slots if not slot.enabled)
        lang = f" of {self.lang!r}" if self.lang else ""
        shown = running or ("none runs" if off else "no components")
        return f"<{type(self).__name__}{lang}: {shown}{f'; disabled: {off}' if off else ''}>"

    # The components.

    @property
    def components(self) -> list[tuple[str, Any]]:
        """(name, component) of all components, disabled ones too."""
        return self._shown("components", [(slot.name, slot.component) for slot in self.slots])

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        """(name, component) of the enabled components."""
        return self._shown("pipeline", [(slot.name, slot.component) for slot in self.slots if slot.enabled])

    @property
    def component_names(self) -> list[str]:
        return self._shown("component_names", [slot.name for slot in self.slots])

    @property
    def pipe_names(self) -> list[str]:
        return self._shown("pipe_names", [slot.name for slot in self.slots if slot.enabled])

    @property
    def disabled(self) -> list[str]:
        return self._shown("disabled", [slot.name for slot in self.slots if not slot.enabled])

    @property
    def pipe_factories(self) -> dict[str, str]:
        """Component name -> factory name."""
        return ShownDict({slot.name: slot.meta.name for slot in self.slots}, "nlp.pipe_factories", _HOW)

    @property
    def pipe_labels(self) -> dict[str, list[str]]:
        """Component name -> labels, of the components that have any."""
        return ShownDict(facts.labels(self.slots), "nlp.pipe_labels", "Use add_label of the component.")

    @property
    def factory_names(self) -> list[str]:
        """All factories that are installed or registered."""
        return ShownList(
            self.registry.factories.names(), "nlp.factory_names", "Register one with @Language.factory."
        )

    @property
    def registry(self) -> Registries:
        """What the pipeline finds functions in: `kernel.registry` as `[plugins]` and `[registry]` of its config want it."""
        return chosen_by(self._config)

    def _shown(self, name: str, items: list[T]) -> list[T]:
        return ShownList(items, f"nlp.{name}", _HOW)

    def is_enabled(self, name: str) -> bool:
        """Whether a component runs. `UsageError` if there is none of the name."""
        return find(self.slots, name).enabled

    def has_pipe(self, name: str) -> bool:
        """Whether there is an enabled component of a name; `component_names` has the disabled ones too."""
        return name in self.pipe_names

    def get_pipe(self, name: str) -> Any:
        """The component of a name. `UsageError` if there is none."""
        return find(self.slots, name).component

    def get_pipe_meta(self, name: str) -> FactoryMeta:
        return find(self.slots, name).meta

    def get_pipe_config(self, name: str) -> Config:
        """A copy of the component's block of the config."""
        return find(self.slots, name).block.copy()

    # The whole.

    @property
    def written_config(self) -> Config | None:
        """The config that the pipeline was made from, its own object; None if it was made from none."""
        return self._config

    @property
    def config(self) -> Config:
        """The config of the pipeline as it is now, with variables; the pipeline's own.

        What is changed in it counts from then on, but for the components and what `[nlp]` says of them: they can't be
        changed there, which an error says. `copy()` gives one of your own.
        """
        if self._config is None:
            self._config = default_config().merge(self.Defaults.config)
        facts.bring_config_up_to_date(self._config, self.slots, lang=self.lang, batch_size=self.batch_size)
        return self._config

    @config.setter
    def config(self, value: Config) -> None:
        # The settings of components stay what they are, whatever their variables refer to from now on.
        names = (value.get("nlp") or {}).get("pipeline")
        if names and list(names) != list(self.component_names):
            raise UsageError(
                f"this is the config of another pipeline, of {', '.join(map(str, names))}; "
                f"this one has: {', '.join(self.component_names) or 'no components'}",
                hint="Make a pipeline of it with from_config.",
            )
        before = values_of(self.config, self.slots)
        self._config = value.copy()
        keep_values(self.config, self.slots, before, sections=False)

    @property
    def meta(self) -> dict[str, Any]:
        """Name, version, labels, performance and the like; the returned dict is the pipeline's own."""
        facts.bring_up_to_date(self._meta, self.slots, lang=self.lang, vectors=self.vocab.vectors)
        return self._meta

    @meta.setter
    def meta(self, value: dict[str, Any]) -> None:
        self._meta = value

    def analyze_pipes(self, *, keys: Iterable[str] = facts.KEYS, pretty: bool = False) -> dict[str, Any]:
        """What each component sets, needs and is scored by, and which needs nothing before it meets.

        keys: what of it to tell. pretty: print it too.
        """
        found = facts.analyze([slot for slot in self.slots if slot.enabled], list(keys))
        if pretty:
            print(visible("\n".join(facts.lines(found))))
        return found

    # What training asks.

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
            if getattr(component, "hide_labels", False):
                continue
            if getattr(component, "labels", ()) and hasattr(component, "gold_labels"):
                found[name] = sorted(set(component.gold_labels(examples)) - set(component.labels))
        return {name: labels for name, labels in found.items() if labels}

    @property
    def score_weights(self) -> dict[str, float | None]:
        """Share of each score in the final one, as the enabled components want it; None hides a score."""
        return {k: v for s in self.slots if s.enabled for k, v in s.score_weights.items()}

    @property
    def score_sources(self) -> dict[str, str]:
        """Score -> the enabled component that says it delivers it."""
        return {k: s.name for s in self.slots if s.enabled for k in s.score_weights}

    @property
    def frozen_components(self) -> list[str]:
        """Names in `[training]` of the components that training leaves as they are."""
        return self._training_names("frozen_components")

    @property
    def copied_components(self) -> list[str]:
        """Names of the components whose weights were taken from another pipeline."""
        return [slot.name for slot in self.slots if slot.copied]

    @property
    def annotating_components(self) -> list[str]:
        """Names in `[training]` of the components whose predictions the later ones see in training."""
        return self._training_names("annotating_components")

    def _training_names(self, key: str) -> list[str]:
        # Read for every batch: it is slow to interpolate a config, and few have variables here.
        section = (self.config if self._config is None else self._config).get("training") or {}
        names = section.get(key) if isinstance(section, Mapping) else None
        if names and (not isinstance(names, list | tuple) or any("$" in str(name) for name in names)):
            names = (self.config.interpolate().get("training") or {}).get(key)
        return ShownList(names or (), f"nlp.{key}", f"Change nlp.config['training']['{key}'].")

    # Its models.

    @property
    def ops(self) -> Any:
        """Where the models compute."""
        from kernel.numeric.device import current_ops

        if self._ops is None:
            self._ops = current_ops()
        return self._ops

    def to_device(self, gpu_id: int) -> Self:
        """Move all models to a GPU, or with -1 to the CPU."""
        from kernel.numeric.ops import get_ops, set_ops

        self._ops = get_ops(gpu_id)
        for model in self.all_models().values():
            set_ops(model, self._ops)
        return self

    def all_models(self) -> dict[str, Any]:
        """Component name -> model of all components that have one."""
        return {name: c.model for name, c in self.components if hasattr(getattr(c, "model", None), "walk")}
