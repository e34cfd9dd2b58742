"""Training of a pipeline: one batch, evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kernel.errors import DataError, UnknownLabel, UsageError, WrongType
from kernel.files.names import as_names
from kernel.language.listening import channel_of, channels_of, link, with_sources
from kernel.language.order import warn_of_unknown
from kernel.language.stream import Settings, failure, run_batch
from kernel.language.tokenized import make_docs
from kernel.listeners import Channel
from kernel.numeric import random
from kernel.numeric.server import forget_gradients
from kernel.rehearsal import REMEMBER, Teacher, has_weights, teacher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.language.components import ComponentList
    from kernel.tokens import Doc
    from kernel.tokens.example import Example

NOT_EXAMPLES = "update learns from a list of Example objects, not from texts and annotations"
_NOT_REHEARSED = "rehearse takes a list of Example objects, whose annotations are not looked at"
_REHEARSE_EXAMPLES = "Make them of documents: Example(doc, doc)."
MAKE_EXAMPLES = "Make them with Example.from_dict(nlp.make_doc(text), annotations)."

_KEEPS_LABELS = (
    "A component that is taken from a trained pipeline (source) keeps the labels it has: give it new ones in Python "
    "(nlp.get_pipe(...).add_label, then nlp.to_disk, and name that directory as source), or train it anew, with factory in "
    "place of source."
)


def update(
    nlp: ComponentList,
    examples: Iterable[Example],
    drop: float,
    sgd: Any,
    losses: dict[str, float] | None,
    settings: Settings,
    exclude: str | Iterable[str] | None,
    annotates: str | Iterable[str] | None,
    optimizer: Callable[[], Any],
) -> dict[str, float]:
    """See `Language.update`. optimizer: gives the pipeline's own."""
    return _learn(nlp, examples, drop, sgd, losses, settings, exclude, annotates, optimizer, _How())


def rehearse(
    nlp: ComponentList,
    examples: Iterable[Example],
    drop: float,
    sgd: Any,
    losses: dict[str, float] | None,
    settings: Settings,
    exclude: str | Iterable[str] | None,
    annotates: str | Iterable[str] | None,
    weight: float,
    optimizer: Callable[[], Any],
) -> dict[str, float]:
    """See `Language.rehearse`. optimizer: gives the pipeline's own."""
    if not any(_remembers(component) for _, component in nlp.pipeline):
        raise UsageError("the pipeline has nothing to rehearse", hint=REMEMBER)
    link(nlp.slots)
    excluded = set(nlp.frozen_components if exclude is None else as_names(exclude))
    excluded |= _idle(nlp, excluded)
    # One that was written for another pipeline class may not take a weight.
    how = _How(is_rehearsal=True, settings={} if weight == 1.0 else {"weight": weight})
    return _learn(nlp, examples, drop, sgd, losses, settings, excluded, annotates, optimizer, how)


def remember(nlp: ComponentList, names: str | Iterable[str] | None) -> None:
    """Give components a teacher, what they know now, and take that of all others away.

    names: the components; by default all. What they listen to is remembered with them. Those that are disabled, and those
    without weights, know nothing.
    """
    link(nlp.slots)
    own = [slot.name for slot in nlp.slots if channel_of(slot.component) is None]
    given = own if names is None else as_names(names)
    for name in given:
        nlp.get_pipe(name)
    wanted = with_sources(nlp.slots, given)
    sources: dict[Channel, Teacher] = {}
    for slot in nlp.slots:
        component = slot.component
        can_rehearse, channel = hasattr(component, "teacher"), channel_of(component)
        made = None
        is_wanted = slot.enabled and slot.name in wanted and (can_rehearse or channel is not None)
        if is_wanted and has_weights(component.model):
            made = teacher(slot.name, component.model, getattr(component, "output_names", ()), sources)
        if can_rehearse:
            component.teacher = made
        if channel is not None and made is not None:
            sources[channel] = made


@dataclass(frozen=True)
class _How:
    """What every component does with a batch. settings: for those that rehearse."""

    is_rehearsal: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    def method(self, component: Any) -> str:
        """The name of the method: a source of shared vectors does the same for both, it hands out its vectors."""
        return "rehearse" if self.is_rehearsal and channel_of(component) is None else "update"


def _remembers(component: Any) -> bool:
    """Whether a component has something to rehearse; one that knows of no teachers, and can rehearse, says so itself."""
    if channel_of(component) is not None or not callable(getattr(component, "rehearse", None)):
        return False
    return getattr(component, "teacher", component) is not None


def _idle(nlp: ComponentList, excluded: set[str]) -> set[str]:
    """The components without anything to rehearse, and the sources that no other one listens to."""
    found: set[str] = set()
    # Whoever listens to a source comes after it.
    for name, component in reversed(nlp.pipeline):
        channel = channel_of(component)
        heard = channel is not None and not (found | excluded).issuperset(channel.owners)
        if not heard and not _remembers(component):
            found.add(name)
    return found


def _learn(
    nlp: ComponentList,
    examples: Iterable[Example],
    drop: float,
    sgd: Any,
    losses: dict[str, float] | None,
    settings: Settings,
    exclude: str | Iterable[str] | None,
    annotates: str | Iterable[str] | None,
    optimizer: Callable[[], Any],
    how: _How,
) -> dict[str, float]:
    losses = {} if losses is None else losses
    if how.is_rehearsal:
        examples = check_examples(examples, _NOT_REHEARSED, _REHEARSE_EXAMPLES)
    else:
        examples = check_examples(examples, NOT_EXAMPLES)
    check_optimizer(sgd)
    if not examples:
        return losses
    excluded = set(nlp.frozen_components if exclude is None else as_names(exclude))
    annotating = set(nlp.annotating_components if annotates is None else as_names(annotates))
    warn_of_unknown([slot.name for slot in nlp.slots], excluded, "exclude")
    for name in annotating:
        nlp.get_pipe(name)
    # One that can't be made is to be known before anything is computed.
    sgd = optimizer() if sgd is None else sgd
    link(nlp.slots)
    annotating = with_sources(nlp.slots, annotating)
    copied = {slot.name for slot in nlp.slots if slot.copied}
    # What annotating components predict belongs to this step; the caller's documents stay as they are.
    with (
        _copies(nlp, examples if annotating else []),
        _channels(nlp) as channels,
        ExitStack() as teachers,
    ):
        running = [*channels]
        for name, component in nlp.pipeline:
            if how.is_rehearsal:
                running += _heard(component, examples, teachers)
            if hasattr(component, how.method(component)) and name not in excluded:
                own = {"drop": drop, "sgd": None, "losses": losses, **settings.get(name, {})}
                _learn_component(name, component, examples, own, how, copied=name in copied)
                _release(component, excluded)
            if name in annotating:
                _annotate(name, component, examples, settings, running)
        for channel in channels:
            channel.close()
        if sgd is not False:
            _step(nlp, excluded, sgd)
    return losses


def _step(nlp: ComponentList, excluded: set[str], sgd: Any) -> None:
    for name, component in nlp.pipeline:
        # One without it has done all that it does in `update`.
        if name not in excluded and _learns(component) and hasattr(component, "finish_update"):
            component.finish_update(sgd)


def _learns(component: Any) -> bool:
    return bool(getattr(component, "is_trainable", hasattr(component, "update")))


def _learn_component(
    name: str, component: Any, examples: Sequence[Example], settings: Any, how: _How, *, copied: bool
) -> None:
    method = how.method(component)
    with random.enter(f"rehearse {name}" if how.is_rehearsal else name):
        try:
            getattr(component, method)(examples, **settings, **(how.settings if method == "rehearse" else {}))
        except Exception as error:
            docs = [example.predicted for example in examples]
            if copied and isinstance(error, UnknownLabel):
                error.hint = _KEEPS_LABELS
            verb = "failed to rehearse" if how.is_rehearsal else "failed to learn"
            raise failure(name, error, docs, verb=verb) from error


def _heard(component: Any, examples: Sequence[Example], until: ExitStack) -> list[Channel]:
    """Let the teachers that listen to that of a source hear it, until something is over: it computes once for all of them."""
    source: Teacher | None = getattr(component, "teacher", None)
    docs = [example.predicted for example in examples]
    if source is None or not source.channel.owners or not any(map(len, docs)):
        return []
    until.enter_context(source.heard(docs, component.model.ops))
    return [source.channel]


def _release(component: Any, excluded: set[str]) -> None:
    """Tell a source that has just published not to wait for components that stay as they are."""
    channel = channel_of(component)
    if channel is not None:
        for owner in channel.owners:
            if owner in excluded:
                channel.skip(owner)


def _annotate(
    name: str, component: Any, examples: list[Example], settings: Settings, channels: list[Channel]
) -> None:
    docs = [example.predicted for example in examples]
    with random.enter(name):
        done, _ = run_batch([(name, component)], docs, settings, channels=channels)
    for example, doc in zip(examples, done, strict=True):
        example.predicted = doc


@contextmanager
def _copies(nlp: ComponentList, examples: Sequence[Example]) -> Iterator[None]:
    """Examples with copies of their predicted documents; what they have cached stays."""
    originals = [example.predicted for example in examples]
    try:
        for example, doc in zip(examples, originals, strict=True):
            example.predicted = _copy(nlp, doc)
        yield
    finally:
        for example, doc in zip(examples, originals, strict=True):
            example.predicted = doc


def _copy(nlp: ComponentList, doc: Doc) -> Doc:
    """A copy of a document, on which the sources have run that have run on the document."""
    made = doc.copy()
    for channel in channels_of(nlp.components):
        channel.carry(doc, made)
    return made


@contextmanager
def _channels(nlp: ComponentList) -> Iterator[list[Channel]]:
    channels = channels_of(nlp.pipeline)
    try:
        yield channels
    except BaseException:
        for channel in channels:
            channel.reset()
        # Half of a step would go into the next one.
        for model in nlp.all_models().values():
            forget_gradients(model)
        raise


def evaluate(
    nlp: ComponentList,
    examples: Iterable[Example],
    batch_size: int,
    per_component: bool,
    pipe: Callable[[Iterable[Doc]], Iterable[Doc] | None],
    scorer: Any = None,
    scorer_cfg: Mapping[str, Any] = MappingProxyType({}),
    predicted: Callable[[list[Example]], object] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """See `Language.evaluate`. pipe: runs the pipeline; None is its answer where another process counts the scores."""
    from kernel.scores.scorer import Scorer

    examples = check_examples(examples, "evaluate takes a list of Example objects")
    start = perf_counter()
    for i in range(0, len(examples), batch_size):
        # Part of the speed only. What has its own words, or is too long for the tokenizer, was not tokenized before either.
        references = [example.reference for example in examples[i : i + batch_size]]
        texts = [doc.text for doc in references if not doc.has_unknown_spaces]
        texts = [text for text in texts if len(text) <= nlp.max_length]
        make_docs(nlp.tokenizer, texts, max_length=nlp.max_length)
    with _copies(nlp, examples):
        annotated = pipe(example.predicted for example in examples)
        if annotated is None:
            return {}
        docs = []
        for doc in annotated:
            docs.append(doc)
            if progress is not None:
                progress(len(docs), len(examples))
        seconds = perf_counter() - start
        if len(docs) != len(examples):
            raise DataError(
                f"{len(examples) - len(docs)} of {len(examples)} documents could not be evaluated"
            )
        for example, doc in zip(examples, docs, strict=True):
            example.predicted = doc
        if predicted is not None:
            predicted(examples)
        counting = scorer or Scorer(nlp, **scorer_cfg)
        # A scorer of one's own may know of no tables by component.
        scores = counting.score(examples, **({"per_component": True} if per_component else {}))
    scores["speed"] = sum(map(len, docs)) / seconds if seconds else 0.0
    return scores


def trained_models(nlp: ComponentList) -> dict[str, Any]:
    """Component name -> model of the enabled components that learn: not frozen, and not sources that nobody teaches."""
    frozen, learning = set(nlp.frozen_components), set[str]()
    # Who listens comes after its source.
    for name, component in reversed(nlp.pipeline):
        channel = channel_of(component)
        taught = channel is None or channel.learns_alone or learning.intersection(channel.owners)
        if taught and _learns(component) and name not in frozen:
            learning.add(name)
    return {name: model for name, model in nlp.all_models().items() if name in learning}


def check_optimizer(sgd: Any) -> None:
    """`WrongType` for what is neither an optimizer nor False nor None."""
    if not (sgd is None or sgd is False or (callable(sgd) and not isinstance(sgd, type))):
        raise WrongType(
            f"sgd= takes an optimizer, not {sgd!r}",
            hint="Make one with nlp.create_optimizer(), or leave sgd= out.",
        )


def check_examples(examples: Any, message: str, hint: str = MAKE_EXAMPLES) -> list[Example]:
    """The examples as a list. `WrongType` if there is anything else among them."""
    from kernel.tokens.example import Example

    found: list[Any] = [examples] if isinstance(examples, str | Example) else list(examples)
    wrong = next((item for item in found if not isinstance(item, Example)), None)
    if wrong is not None or isinstance(examples, Example):
        kind = "a single Example" if isinstance(examples, Example) else type(wrong).__name__
        raise WrongType(f"{message} (found {kind})", hint=hint)
    return found


def predict(nlp: ComponentList, name: str, examples: Sequence[Example]) -> Any:
    """What a component predicts for copies of the documents, annotated by the components before it."""
    docs = [_copy(nlp, example.predicted) for example in examples]
    steps = list(takewhile(lambda step: step[0] != name, nlp.pipeline))
    docs, _ = run_batch(steps, docs, {}, channels=channels_of(nlp.components))
    return nlp.get_pipe(name).predict(docs)


def sample_examples(nlp: ComponentList) -> list[Example]:
    """An example of three words without annotations."""
    from kernel.tokens import Doc
    from kernel.tokens.example import Example

    docs = [Doc(nlp.vocab, words=["x", "y", "z"]) for _ in range(2)]
    return [Example(docs[0], docs[1])]
