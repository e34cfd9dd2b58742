"""A complete config for a list of components, from what their factories recommend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kernel.config import Config
from kernel.config.sources import FILE, Source
from kernel.discovery.known_names import refusal
from kernel.errors import RegistryError, UsageError
from kernel.language.factories import FactoryMeta, find_factory
from kernel.language.recommend import Recommendation, recommendation
from kernel.registries.family import chosen_by
from kernel.training.prepare import add_section, fill_config, pipeline_class
from kernel.training.score import score_weights

# Dotted path -> a line above it in every config.
COMMENTS = {
    "paths": "Set these here or on the command line: --paths.train FILE --paths.dev FILE",
    "training.patience": "Stop after this many steps without a better score; 0 never does.",
    "training.max_epochs": "0 means no limit.",
    "training.eval_frequency": "Evaluate, and save, every so many steps.",
    "training.score_weights": "The share of each score in the one that decides which model is the best; null hides it.",
}
# The same where the size of a batch is a schedule.
GROWING = {"training.batcher.size": "Words per batch: few at first, so that early steps come quickly."}


@dataclass
class NewConfig:
    """A filled config, and what was decided on the way.

    gpu: whether it is one for a GPU. added: source -> components that listen to it and made it part of the pipeline.
    needs: dotted path of a value that only the user has -> what it is. notes: what did not go as asked.
    """

    config: Config
    gpu: bool
    added: dict[str, list[str]] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def new_config(
    lang: str,
    names: Sequence[str],
    *,
    optimize: str = "efficiency",
    gpu: bool = False,
    rules: Mapping[str, Any] | None = None,
    section: str | None = None,
) -> NewConfig:
    """The config of a pipeline of the named factories, with their shared sources in front.

    rules: `[plugins]` and `[registry]` of the config. section: one that a package supplies, to be there too. RegistryError if none
    does. `UsageError` for a component that is not installed; the nearest name and the package that has it are in the hint.
    """
    if not hasattr(pipeline_class({"nlp": {"lang": lang}, **(rules or {})}), "factory"):
        raise UsageError(
            f"'{lang}' is a class of pipelines without component factories, so no config can be written for it"
        )
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated or not names:
        raise UsageError(
            f"'{repeated}' is named twice" if repeated else "a pipeline needs at least one component"
        )
    plan = _Plan(lang, optimize, gpu, rules or {}, section)
    for name in names:
        plan.add(name)
    missing = plan.choose_sources(names)
    if missing and gpu:
        result = new_config(lang, names, optimize=optimize, gpu=False, rules=rules, section=section)
        result.notes.insert(
            0,
            f"there is no component '{missing[0]}' here, so this config is the one for the CPU, "
            f"which --gpu-id 0 trains on a GPU as well. {missing[1]}",
        )
        return result
    if missing:
        raise UsageError(f"no installed component has shared token vectors: {missing[0]}", hint=missing[1])
    return plan.result(names)


class _Plan:
    def __init__(
        self, lang: str, optimize: str, gpu: bool, rules: Mapping[str, Any], section: str | None
    ) -> None:
        self.lang, self.optimize, self.gpu, self.section = lang, optimize, gpu, section
        self.rules, self.registry = rules, chosen_by(rules)
        self.metas: dict[str, FactoryMeta] = {}
        self.found: dict[str, Recommendation] = {}
        self.source_of: dict[str, str] = {}

    def add(self, name: str) -> None:
        try:
            _, meta = find_factory(name, self.lang, self.registry)
        except RegistryError as error:
            if type(error) is not RegistryError:
                raise
            reason = refusal("factories", name)
            because = f": {reason}" if reason else ""
            raise UsageError(f"there is no component '{name}'{because}", hint=error.hint) from None
        self.metas[name] = meta
        self.found[name] = recommendation(meta.recommend, self.lang, self.optimize, self.gpu)

    def choose_sources(self, names: Sequence[str]) -> tuple[str, str] | None:
        """Decide what each component listens to; returns a source that is missing, and how to get it."""
        named = [name for name in names if self.found[name].listener is not None]
        for name in names:
            rec = self.found[name]
            if not rec.is_shared:
                continue
            options = [*named, *rec.sources]
            source = next((one for one in options if self._is_here(one)), None)
            if source is None:
                if not options:
                    return "none is known", ""
                return options[0], self.registry.factories.unknown(options[0]).hint
            if source not in self.found:
                self.add(source)
            if self.found[source].listener is None:
                raise UsageError(f"'{name}' can't listen to '{source}', which recommends no listener")
            self.source_of[name] = source
        return None

    def _is_here(self, name: str) -> bool:
        return self.registry.has("factories", self.registry.name_for_language("factories", name, self.lang))

    def result(self, names: Sequence[str]) -> NewConfig:
        heard = list(dict.fromkeys(self.source_of.values()))
        idle = [name for name in names if self.found[name].listener is not None and name not in heard]
        notes = []
        if idle and len(idle) < len(names):
            notes = [f"'{name}' is left out: no component listens to it" for name in idle]
            names = [name for name in names if name not in idle]
        pipeline = [*heard, *(name for name in names if name not in heard)]
        added = {
            source: [name for name, own in self.source_of.items() if own == source]
            for source in heard
            if source not in names
        }
        for number, name in enumerate(pipeline):
            self.found[name] = self.found[name].after(pipeline[:number])
        needs = {path: text for name in pipeline for path, text in self.found[name].needs.items()}
        return NewConfig(self._config(pipeline, needs), self.gpu, added, needs, notes)

    def _config(self, pipeline: list[str], needs: Mapping[str, str]) -> Config:
        config = Config({"paths": {"train": None, "dev": None}, **self.rules})
        for name in pipeline:
            config = config.merge(dict(self.found[name].sections))
        config = config.merge({"nlp": {"lang": self.lang, "pipeline": pipeline}})
        config["components"] = {name: self._block(name) for name in pipeline}
        config = Config(config, is_interpolated=False)
        cls = pipeline_class(config)
        if self.section is not None:
            config = add_section(cls, config, self.section)
        config = fill_config(cls, config)
        weights = {
            key: weight for name in pipeline for key, weight in self.metas[name].default_score_weights.items()
        }
        config["training"]["score_weights"] = score_weights(weights, config["training"]["score_weights"])
        _add_comments(config, {path: f"Needed: {text}." for path, text in needs.items()})
        for name in pipeline:
            _add_comments(config, self.found[name].comments)
        _add_comments(config, COMMENTS)
        if isinstance(config["training"]["batcher"].get("size"), Mapping):
            _add_comments(config, GROWING)
        return config

    def _block(self, name: str) -> dict[str, Any]:
        source = self.source_of.get(name)
        listener = self.found[source].listener if source else None
        return {"factory": name, **self.found[name].settings_with(listener or {})}


def _add_comments(config: Config, comments: Mapping[str, str]) -> None:
    for path, text in comments.items():
        source = config.sources.get(path) or Source(FILE, "new config")
        config.sources[path] = replace(source, comments=(*source.comments, f"# {text}"))
