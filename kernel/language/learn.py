"""Training of a pipeline: first weights, one batch, evaluation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kernel import random
from kernel.config import resolve
from kernel.errors import ConfigError, DataError, UsageError
from kernel.language.build import interpolated_section
from kernel.language.links import link
from kernel.language.stream import Settings, failure, make_docs, run_batch
from kernel.listeners import Channel, shape_inference
from kernel.modelbytes import model_from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.language.core import Language
    from kernel.tokens import Doc
    from kernel.tokens.example import Example

NOT_EXAMPLES = "update learns from a list of Example objects, not from texts and annotations"
MAKE_EXAMPLES = "Make them with Example.from_dict(nlp.make_doc(text), annotations)."


def update(
    nlp: Language,
    examples: Iterable[Example],
    drop: float,
    sgd: Any,
    losses: dict[str, float] | None,
    settings: Settings,
    exclude: Iterable[str] | None,
    annotates: Iterable[str] | None,
) -> dict[str, float]:
    """See `Language.update`."""
    losses = {} if losses is None else losses
    examples = check_examples(examples, NOT_EXAMPLES)
    if not examples:
        return losses
    excluded = set(_training(nlp, "frozen_components") if exclude is None else exclude)
    annotating = set(_training(nlp, "annotating_components") if annotates is None else annotates)
    for name in excluded | annotating:
        nlp.get_pipe(name)
    link(nlp)
    # What annotating components predict belongs to this step; the caller's documents stay as they are.
    with _copies(examples if annotating else []), _channels(nlp) as channels:
        for name, component in nlp.pipeline:
            if hasattr(component, "update") and name not in excluded:
                _update_component(name, component, examples, drop, losses, settings.get(name, {}))
                _release(component, excluded)
            if name in annotating:
                _annotate(name, component, examples, settings)
        for channel in channels:
            channel.close()
    # A run that is in the middle of a step has an optimizer of its own.
    if sgd is None and random.current_step() is None:
        sgd = keep_optimizer(nlp, None)
    if sgd is not None and sgd is not False:
        for name, component in nlp.pipeline:
            if name not in excluded and getattr(component, "is_trainable", hasattr(component, "update")):
                component.finish_update(sgd)
    return losses


def _update_component(
    name: str,
    component: Any,
    examples: Sequence[Example],
    drop: float,
    losses: dict[str, float],
    settings: Any,
) -> None:
    with random.enter(name):
        try:
            component.update(examples, **{"drop": drop, "sgd": None, "losses": losses, **settings})
        except Exception as error:
            docs = [example.predicted for example in examples]
            raise failure(name, error, docs, verb="failed to learn") from error


def _release(component: Any, excluded: set[str]) -> None:
    """Tell a source that has just published not to wait for components that stay as they are."""
    channel = getattr(component, "channel", None)
    if isinstance(channel, Channel):
        for owner in channel.owners:
            if owner in excluded:
                channel.skip(owner)


def _annotate(name: str, component: Any, examples: list[Example], settings: Settings) -> None:
    docs = [example.predicted for example in examples]
    with random.enter(name):
        done, _ = run_batch([(name, component)], docs, settings)
    for example, doc in zip(examples, done, strict=True):
        example.predicted = doc


@contextmanager
def _copies(examples: Sequence[Example]) -> Iterator[None]:
    """Examples with copies of their predicted documents; what they have cached stays."""
    originals = [example.predicted for example in examples]
    try:
        for example, doc in zip(examples, originals, strict=True):
            example.predicted = doc.copy()
        yield
    finally:
        for example, doc in zip(examples, originals, strict=True):
            example.predicted = doc


@contextmanager
def _channels(nlp: Language) -> Iterator[list[Channel]]:
    channels = [c.channel for _, c in nlp.pipeline if isinstance(getattr(c, "channel", None), Channel)]
    try:
        yield channels
    except BaseException:
        for channel in channels:
            channel.reset()
        raise


def evaluate(
    nlp: Language,
    examples: Iterable[Example],
    batch_size: int,
    settings: Settings,
    per_component: bool,
) -> dict[str, Any]:
    """See `Language.evaluate`."""
    from kernel.scorer import Scorer

    examples = check_examples(examples, "evaluate takes a list of Example objects")
    start = perf_counter()
    for i in range(0, len(examples), batch_size):
        # Part of the speed; the documents to score may come from elsewhere.
        make_docs(nlp, [example.reference.text for example in examples[i : i + batch_size]], start=i)
    with _copies(examples):
        stream = (example.predicted for example in examples)
        docs = list(nlp.pipe(stream, batch_size=batch_size, component_cfg=settings))
        seconds = perf_counter() - start
        if len(docs) != len(examples):
            raise DataError(
                f"{len(examples) - len(docs)} of {len(examples)} documents could not be evaluated"
            )
        for example, doc in zip(examples, docs, strict=True):
            example.predicted = doc
        scores = Scorer(nlp).score(examples, per_component=per_component)
    scores["speed"] = sum(map(len, docs)) / seconds if seconds else 0.0
    return scores


def initialize(
    nlp: Language, get_examples: Callable[[], Iterable[Example]] | None, settings: dict[str, Any] | None
) -> None:
    """See `Language.initialize`."""
    get_examples = _checked_source(nlp, get_examples)
    given = interpolated_section(nlp, "initialize") if settings is None else settings
    settings = resolve(given, config=nlp.config, path="initialize")
    _call(settings.get("before_init"), nlp, "before_init")
    _initialize_vocab(nlp, settings)
    if hasattr(nlp.tokenizer, "initialize"):
        nlp.tokenizer.initialize(get_examples, nlp=nlp, **(settings.get("tokenizer") or {}))
    link(nlp)
    seed = interpolated_section(nlp, "training").get("seed") or 0
    components = settings.get("components") or {}
    for name in components:
        nlp.get_pipe(name)
    for name, component in nlp.pipeline:
        if name in nlp._sourced or not hasattr(component, "initialize"):
            continue
        arguments = components.get(name) or {}
        _check_arguments(name, component, arguments)
        random.seed_all(seed, "initialize", name)
        try:
            with shape_inference():
                component.initialize(get_examples, nlp=nlp, **arguments)
        except Exception as error:
            raise failure(name, error, verb="failed to initialize") from error
    if settings.get("init_tok2vec") and nlp.config.get("pretraining"):
        _load_pretrained(nlp, settings["init_tok2vec"])
    link(nlp)
    _call(settings.get("after_init"), nlp, "after_init")


def keep_optimizer(nlp: Language, sgd: Any) -> Any:
    """The pipeline's own optimizer: the given one, the one it has, or one from the config."""
    if sgd is not None:
        nlp._optimizer = sgd
    elif nlp._optimizer is None:
        nlp._optimizer = nlp.create_optimizer()
    return nlp._optimizer


def trained_models(nlp: Language) -> dict[str, Any]:
    frozen = set(_training(nlp, "frozen_components"))
    trainable = {name for name, c in nlp.pipeline if getattr(c, "is_trainable", hasattr(c, "update"))}
    return {name: m for name, m in nlp.all_models().items() if name in trainable - frozen}


def check_examples(examples: Any, message: str) -> list[Example]:
    """The examples as a list. `UsageError` if there is anything else among them."""
    from kernel.tokens.example import Example

    found: list[Any] = [examples] if isinstance(examples, str | Example) else list(examples)
    wrong = next((item for item in found if not isinstance(item, Example)), None)
    if wrong is not None or isinstance(examples, Example):
        kind = "a single Example" if isinstance(examples, Example) else type(wrong).__name__
        raise UsageError(f"{message} (found {kind})", hint=MAKE_EXAMPLES)
    return found


def _training(nlp: Language, key: str) -> list[str]:
    """A list in `[training]`, read once for as long as the config stays."""
    if nlp._training_settings is None:
        nlp._training_settings = interpolated_section(nlp, "training")
    return list(nlp._training_settings.get(key) or ())


def _checked_source(
    nlp: Language, get_examples: Callable[[], Iterable[Example]] | None
) -> Callable[[], Iterable[Example]]:
    if get_examples is None:
        from kernel.tokens import Doc
        from kernel.tokens.example import Example

        def dummy() -> Iterable[Example]:
            doc: Doc = Doc(nlp.vocab, words=["x", "y", "z"])
            return [Example(doc, doc)]

        return dummy
    if not callable(get_examples):
        raise UsageError(
            f"initialize needs a function that returns examples, not {type(get_examples).__name__}",
            hint="For a list of examples write nlp.initialize(lambda: examples).",
        )
    return get_examples


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


def _call(callback: Callable[[Any], Any] | None, nlp: Language, name: str) -> None:
    if callback is not None:
        callback(nlp)


def _initialize_vocab(nlp: Language, settings: dict[str, Any]) -> None:
    from kernel.language.loading import load_vectors, load_vocab_data

    if settings.get("lookups") is not None:
        nlp.vocab.lookups = settings["lookups"]
    if settings.get("vocab_data"):
        load_vocab_data(nlp, settings["vocab_data"])
    if settings.get("vectors"):
        load_vectors(nlp, settings["vectors"])


def _load_pretrained(nlp: Language, path: str) -> None:
    """Load the weights that pretraining made into the layer that `[pretraining]` names."""
    settings = interpolated_section(nlp, "pretraining")
    name, layer = settings.get("component", "tok2vec"), settings.get("layer", "")
    model = nlp.get_pipe(name).model
    if layer:
        if not model.has_ref(layer):
            raise ConfigError(f"pretraining.layer: the model of '{name}' has no layer called '{layer}'")
        model = model.get_ref(layer)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"initialize.init_tok2vec: can't read {path}: {error.strerror}") from error
    model_from_bytes(model, data, where=path)
