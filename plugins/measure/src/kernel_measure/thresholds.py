"""The scores of a pipeline for each of several thresholds of a component."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from kernel.component import BatchComponent
from kernel.config.signatures import type_hints
from kernel.errors import DataError, UsageError, warn
from kernel.language import Language
from kernel.language.listening import channels_of
from kernel.language.stream import run_batch
from kernel.training import Example
from kernel_measure.documents import numbers_of

Trial = tuple[float, float | None]


class Setting:
    """A number among the settings of a component, or null where one may be: the entry of its `cfg`, or its attribute. A dot leads into a table.

    UsageError if the component or the setting is not there.
    """

    def __init__(self, nlp: Language, name: str, key: str) -> None:
        if name not in nlp.pipe_names:
            raise UsageError(
                f"the pipeline has no component {name!r}", hint=f"It has: {', '.join(nlp.pipe_names)}."
            )
        self.component, self.key = nlp.get_pipe(name), key
        if not self._fits(key, self.value):
            known = ", ".join(sorted(self._known(nlp, name)))
            raise UsageError(
                f"component {name!r} has no number {key!r} among its settings",
                hint=f"It has: {known}." if known else "It has none.",
            )

    @property
    def value(self) -> Any:
        """What it is set to; None if it is not there."""
        table, last = self._place()
        return table.get(last) if isinstance(table, dict) else getattr(table, last, None)

    def set(self, value: Any) -> None:
        """Set it."""
        table, last = self._place()
        if isinstance(table, dict):
            table[last] = value
        else:
            setattr(table, last, value)

    def _place(self) -> tuple[Any, str]:
        *outer, last = self.key.split(".")
        table = getattr(self.component, "cfg", {})
        for part in outer:
            table = table.get(part) if isinstance(table, dict) else None
        if isinstance(table, dict) and (last in table or outer):
            return table, last
        return self.component, last

    def _known(self, nlp: Language, name: str) -> Iterator[str]:
        cfg = getattr(self.component, "cfg", {})
        yield from (key for key, value in cfg.items() if self._fits(key, value))
        settings = nlp.get_pipe_config(name)
        yield from (
            key for key in settings if key not in cfg and self._fits(key, getattr(self.component, key, None))
        )

    def _fits(self, key: str, value: Any) -> bool:
        """Whether the value of a setting is a number, or null for a number that is not given."""
        return _is_number(value) or (value is None and key in self._numbers)

    @cached_property
    def _numbers(self) -> frozenset[str]:
        """The settings that may be numbers, as the class says."""
        hints = type_hints(type(self.component).__init__)
        return frozenset(key for key, hint in hints.items() if not {int, float}.isdisjoint(_choices(hint)))


def trials(
    nlp: Language, examples: Sequence[Example], name: str, key: str, score: str, thresholds: Sequence[float]
) -> Iterator[Trial]:
    """Each threshold, and the score that the pipeline gets with it; None where nothing was measured.

    Where the component says that it looks at the setting only after its prediction (`late_settings`), and gives the score itself, it
    predicts once for all thresholds. Otherwise the pipeline is evaluated for each of them. The setting is put back in the end.
    """
    setting = Setting(nlp, name, key)
    before = setting.value
    component = setting.component
    try:
        late = isinstance(component, BatchComponent) and key in component.late_settings
        predicted = Predicted(nlp, name, examples) if late else None
        for threshold in thresholds:
            setting.set(threshold)
            try:
                scores = nlp.evaluate(examples) if predicted is None else predicted.scores()
                if predicted is not None and not _has(scores, score):
                    predicted, scores = None, nlp.evaluate(examples)
            except DataError as error:
                # With a very low threshold there may be more to find than anybody can hold.
                warn(f"{key} = {threshold:g}: {error.message}")
                yield threshold, None
            else:
                yield threshold, find(scores, score)
    finally:
        setting.set(before)


def find(scores: Mapping[str, Any], name: str) -> float | None:
    """A score of a table, or with a dot of a table in it. UsageError if there is no such number."""
    numbers = dict(numbers_of(scores))
    if name in numbers:
        return numbers[name]
    if _has(scores, name):
        return None
    plain = [key for key, value in scores.items() if key in numbers or value is None]
    tables = [key for key, value in scores.items() if isinstance(value, Mapping) and value]
    hint = f"There are: {', '.join(sorted(plain))}."
    if tables:
        inner = next(key for key in numbers if key.startswith(f"{tables[0]}."))
        hint += f" And those of tables, such as {inner}: {', '.join(sorted(tables))}."
    raise UsageError(f"no score is called {name!r}", hint=hint)


class Predicted:
    """What a component predicts for examples, computed once, of which annotations are made as often as needed."""

    def __init__(self, nlp: Language, name: str, examples: Sequence[Example]) -> None:
        self._component = nlp.get_pipe(name)
        self._batches: list[tuple[list[Example], Any]] = []
        steps = list(takewhile(lambda step: step[0] != name, nlp.pipeline))
        channels = channels_of(nlp.components)
        for start in range(0, len(examples), nlp.batch_size):
            some = examples[start : start + nlp.batch_size]
            docs, _ = run_batch(steps, [example.predicted.copy() for example in some], {}, channels=channels)
            predictions = self._component.predict(docs)
            # Copies: what sources have computed for the documents goes with them.
            made = [Example(doc.copy(), example.reference) for doc, example in zip(docs, some, strict=True)]
            self._batches.append((made, predictions))

    def scores(self) -> dict[str, Any]:
        """The scores of the component as it is set now."""
        done = []
        for examples, predictions in self._batches:
            copies = [Example(example.predicted.copy(), example.reference) for example in examples]
            self._component.set_annotations([example.predicted for example in copies], predictions)
            done += copies
        found: dict[str, Any] = self._component.score(done)
        return found


def _has(scores: Mapping[str, Any], name: str) -> bool:
    """Whether there is a score of a name, measured or not."""
    place: Any = scores
    for part in name.split("."):
        if not isinstance(place, Mapping) or part not in place:
            return name in dict(numbers_of(scores))
        place = place[part]
    return place is None or _is_number(place)


def _choices(hint: Any) -> set[type]:
    """The types that a value of a type hint may have: of `Fraction | None` they are float and None."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _choices(get_args(hint)[0])
    if origin in (Union, UnionType):
        return {choice for part in get_args(hint) for choice in _choices(part)}
    return {hint} if isinstance(hint, type) else set()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
