"""First weights of a pipeline: vectors, labels, shapes, and weights that are drawn or loaded."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any

from kernel.component import NoExamples
from kernel.config import resolve
from kernel.config.sources import problem_at
from kernel.config.values import VARIABLE, show_value
from kernel.errors import ConfigError, DataError, KernelError, MissingVectors, UsageError, WrongType, warn
from kernel.language import pretrained
from kernel.language.build import interpolated_section
from kernel.language.learn import trained_models
from kernel.language.listening import channel_of, check_hearing, link, listeners_of, with_sources
from kernel.language.shapes import check_listeners, take_widths, try_out, watched
from kernel.language.stream import failure
from kernel.language.vocab_data import check_vectors_of, load_vectors, load_vocab_data
from kernel.listeners import shape_inference
from kernel.numeric import random
from kernel.numeric.bytes import model_digest
from kernel.numeric.memory import check_memory, to_come
from kernel.registries.blame import naming

if TYPE_CHECKING:
    from kernel.language.components import ComponentList
    from kernel.tokens.example import Example


def initialize(
    nlp: ComponentList, get_examples: Callable[[], Iterable[Example]] | None, settings: dict[str, Any] | None
) -> None:
    """See `Language.initialize`."""
    get_examples = _checked_source(nlp, get_examples)
    given = interpolated_section(nlp, "initialize") if settings is None else settings
    settings = resolve(given, config=nlp.config, path="initialize", registry=nlp.registry)
    _call(settings.get("before_init"), nlp, "before_init")
    link(nlp.slots)
    check_hearing(nlp.slots)
    _check_first(get_examples)
    _initialize_vocab(nlp, settings)
    check_vectors_of((slot for slot in nlp.slots if slot.copied), nlp.vocab.vectors)
    if hasattr(nlp.tokenizer, "initialize"):
        nlp.tokenizer.initialize(get_examples, nlp=nlp, **(settings.get("tokenizer") or {}))
    link(nlp.slots)
    _check_roles(nlp)
    if not (settings.get("init_tok2vec") or settings.get("after_init")):
        _warn_of_new(nlp)
    check_listeners(nlp.pipeline)
    if settings.get("init_tok2vec"):
        pretrained.check(nlp, settings["init_tok2vec"])
    seed = interpolated_section(nlp, "training").get("seed") or 0
    components = settings.get("components") or {}
    for name in components:
        nlp.get_pipe(name)
    memory = {name: to_come(model) for name, model in trained_models(nlp).items()}
    for slot in nlp.slots:
        name, component = slot.name, slot.component
        if slot.copied and components.get(name):
            _warn_of_unused(name, components[name])
        if not slot.enabled or slot.copied or not hasattr(component, "initialize"):
            continue
        arguments = components.get(name) or {}
        _check_arguments(name, component, arguments)
        random.seed_all(seed, "initialize", name)
        try:
            with shape_inference(), _watched(name, component):
                component.initialize(get_examples, nlp=nlp, **arguments)
        except ConfigError:
            raise
        except MissingVectors as error:
            raise _without_vectors(nlp, settings.get("vectors"), error) from error
        except Exception as error:
            raise failure(name, error, verb="failed to initialize") from error
        take_widths(nlp.pipeline)
        check_listeners(nlp.pipeline)
        if hasattr(getattr(component, "model", None), "walk"):
            # What the training of the others takes that have their weights.
            check_memory(component.model, name, others=sum(memory.values()) - memory.get(name, 0))
            if name in memory:
                memory[name] = to_come(component.model)
        _try_out(name, component, get_examples)
    if settings.get("init_tok2vec"):
        pretrained.load(nlp, settings["init_tok2vec"])
        check_vectors_of(nlp.slots, nlp.vocab.vectors)
    link(nlp.slots)
    _call(settings.get("after_init"), nlp, "after_init")
    _check_weights_heard(nlp)


def _warn_of_unused(name: str, arguments: Iterable[str]) -> None:
    warn(
        f"[initialize.components.{name}] is not used ({', '.join(arguments)}): '{name}' is taken from a trained pipeline, and keeps "
        "its labels and weights"
    )


def _watched(name: str, component: Any) -> AbstractContextManager[None]:
    model = getattr(component, "model", None)
    return watched(model, f"components.{name}") if hasattr(model, "walk") else nullcontext()


def _try_out(name: str, component: Any, get_examples: Callable[[], Iterable[Example]]) -> None:
    model = getattr(component, "model", None)
    docs = [example.x for example in islice(get_examples(), 1)]
    if hasattr(model, "walk") and any(map(len, docs)):
        with shape_inference():
            try_out(model, docs, f"components.{name}")


def _check_roles(nlp: ComponentList) -> None:
    """Frozen and annotating components exist, and a frozen source runs for those that listen to it."""
    frozen, annotating = nlp.frozen_components, nlp.annotating_components
    for role, names in (("frozen", frozen), ("annotating", annotating)):
        for name in names:
            if name not in nlp.component_names:
                hint = f"It has: {', '.join(nlp.component_names)}."
                raise ConfigError(
                    f"training.{role}_components: the pipeline has no component '{name}'", hint=hint
                )
    running, trained = with_sources(nlp.slots, annotating), trained_models(nlp)
    for slot in nlp.slots:
        name, channel = slot.name, channel_of(slot.component)
        if channel is None:
            continue
        learning = [owner for owner in channel.owners if owner not in frozen]
        kept = [owner for owner in channel.owners if owner in frozen]
        if not slot.enabled and channel.owners:
            raise ConfigError(
                f"nlp.disabled: '{name}' does not run, so {', '.join(channel.owners)} would get nothing from it",
                hint=f"Enable '{name}', or disable what listens to it.",
            )
        if name in frozen and name not in running and learning:
            raise ConfigError(
                f"training.frozen_components: '{name}' is frozen, so {', '.join(learning)} would get nothing from it",
                hint=f"Add '{name}' to training.annotating_components too, or replace the listeners by copies.",
            )
        if name in trained and kept:
            warn(
                f"{', '.join(kept)} won't learn, but listens to '{name}', which will change: scores may drop"
            )
        if slot.enabled and trained and name not in (*frozen, *trained):
            warn(
                f"nothing that learns listens to '{name}', so it learns nothing: its weights stay as they are"
            )


def _warn_of_new(nlp: ComponentList) -> None:
    new = [
        slot for slot in nlp.slots if slot.enabled and not slot.copied and slot.name in nlp.frozen_components
    ]
    for name in [slot.name for slot in new if getattr(slot.component, "is_trainable", False)]:
        warn(
            f"'{name}' is frozen, but new: it keeps the weights that are drawn for it now. Take it from a trained pipeline (source)"
        )


def _check_weights_heard(nlp: ComponentList) -> None:
    """Components that are taken from another pipeline listen to the weights that they have learnt with.

    `ConfigError` for a frozen one that does not, a warning for one that can learn anew.
    """
    digests: dict[str, str] = {}
    for slot in nlp.slots:
        others = []
        for listener in listeners_of(slot.component) if slot.enabled and slot.copied else ():
            state = listener.attrs["listener"]
            if not state.learnt_with or state.channel is None:
                continue
            source = state.channel.name
            if source not in digests:
                digests[source] = model_digest(nlp.get_pipe(source).model)
            if digests[source] != state.learnt_with:
                others.append(source)
        if not others:
            continue
        sources = " and ".join(f"'{name}'" for name in dict.fromkeys(others))
        what = f"listens to {sources}, with other weights than where it was taken from"
        advice = f"Take {sources} from there too (source), or give '{slot.name}' copies: replace_listeners."
        if slot.name in nlp.frozen_components:
            raise ConfigError(
                f"training.frozen_components: '{slot.name}' is frozen, but {what}: what it predicts would mean nothing",
                hint=advice,
            )
        warn(f"'{slot.name}' {what}: it has to learn anew. {advice}")


def _checked_source(
    nlp: ComponentList, get_examples: Callable[[], Iterable[Example]] | None
) -> Callable[[], Iterable[Example]]:
    if get_examples is None:
        return NoExamples(nlp.vocab)
    if not callable(get_examples):
        raise WrongType(
            f"initialize needs a function that returns examples, not {type(get_examples).__name__}",
            hint="For a list of examples write nlp.initialize(lambda: examples).",
        )
    return get_examples


def _check_first(get_examples: Callable[[], Iterable[Example]]) -> None:
    from kernel.tokens.example import Example

    examples = get_examples()
    if not isinstance(examples, Iterable):
        what = "None" if examples is None else f"one {type(examples).__name__}"
        raise WrongType(
            f"initialize needs a function that returns examples, and this one returned {what}",
            hint="Make a list of the examples, and write nlp.initialize(lambda: examples).",
        )
    if isinstance(examples, Iterator) and get_examples() is examples:
        raise UsageError(
            "initialize needs a function that gives the examples anew at each call, but this one returns the same "
            f"{type(examples).__name__} again, which gives them only once",
            hint="Make a list of the examples, and write nlp.initialize(lambda: examples).",
        )
    first = next(iter(examples), None)
    if first is not None and not isinstance(first, Example):
        raise DataError(
            f"the examples must be Example objects, not {type(first).__name__}",
            hint="A reader returns a corpus: a function that yields kernel.training.Example objects.",
        )


def _check_arguments(name: str, component: Any, arguments: dict[str, Any]) -> None:
    parameters = inspect.signature(component.initialize).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    known = [key for key in parameters if key not in ("get_examples", "nlp")]
    unknown = [key for key in arguments if key not in known]
    if unknown:
        raise ConfigError(
            f"initialize.components.{name}: the component does not take {', '.join(unknown)}",
            hint=f"It takes: {', '.join(known) or 'nothing'}.",
        )


def _call(callback: Callable[[Any], Any] | None, nlp: ComponentList, name: str) -> None:
    if callback is not None:
        with naming(f"initialize.{name}"):
            callback(nlp)


def _initialize_vocab(nlp: ComponentList, settings: dict[str, Any]) -> None:
    if settings.get("lookups") is not None:
        nlp.vocab.lookups = settings["lookups"]
    if settings.get("vocab_data"):
        load_vocab_data(nlp.vocab, settings["vocab_data"])
    if settings.get("vectors"):
        try:
            load_vectors(nlp.vocab, settings["vectors"])
        except KernelError as error:
            raise _without_vectors(nlp, settings["vectors"], error) from error


def _without_vectors(nlp: ComponentList, where: Any, error: KernelError) -> ConfigError:
    """The error that names the setting whose vectors can't be loaded, and the way on without them."""
    config = nlp.config
    raw = VARIABLE.fullmatch(str((config.get("initialize") or {}).get("vectors")))
    key = raw[1].replace(":", ".") if raw else "initialize.vectors"
    leave_out = f"--{key} null, and " if where else ""
    advice = (
        f"Give a pipeline with vectors, --{key} PATH, or train without: {leave_out}include_static_vectors = false "
        "in every model that has it."
    )
    hint = f"{error.hint} {advice}".strip()
    problem = problem_at(
        config.sources, "initialize.vectors", error.message, value=show_value(where), suggestion=hint
    )
    return ConfigError(problem)
