"""A `--code` file with a function of each kind that people write first."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

from pydantic import StrictBool

from kernel import hookimpl, registry
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example


@registry.callbacks("own.words_and_rules.v1")
def words_and_rules(extra_stop_words: list[str] = [], debug: StrictBool = False) -> Callable:  # noqa: B006
    """Stop words, and a rule that takes hyphens off the end of a word."""

    def change(cls: type[Language]) -> type[Language]:
        cls.Defaults.suffixes = (*cls.Defaults.suffixes, r"-+$")
        cls.Defaults.stop_words |= set(extra_stop_words)
        if debug:
            print("added", *sorted(extra_stop_words))
        return cls

    return change


@registry.callbacks("own.rules_as_the_field_adds_them.v1")
def rules_as_the_field_adds_them() -> Callable:
    def change(cls: type[Language]) -> type[Language]:
        cls.Defaults.suffixes = cls.Defaults.suffixes + (r"~+$",)
        cls.Defaults.prefixes = cls.Defaults.prefixes + [r"^~+"]
        return cls

    return change


@registry.callbacks("own.special_case.v1")
def special_case(text: str, parts: list[str]) -> Callable:
    """One word that is always cut into the same parts."""

    def change(nlp: Language) -> Language:
        nlp.tokenizer.add_special_case(text, [{"ORTH": part} for part in parts])
        return nlp

    return change


@registry.callbacks("own.note.v1")
def note(key: str = "note") -> Callable:
    """Writes the names of the components into the pipeline's meta."""

    def change(nlp: Language) -> Language:
        nlp.meta[key] = nlp.pipe_names
        return nlp

    return change


@registry.schedules("own.growing.v1")
def growing(start: float = 1.0, factor: float = 1.001) -> Iterator[float]:
    """A number that grows without end."""
    value = start
    while True:
        yield value
        value *= factor


@registry.readers("own.variants.v1")
def variants(source: Path) -> Callable[[Language], Iterator[Example]]:
    """Lines of "category<tab>text", over and over, each time with another letter in upper case."""

    def read(nlp: Language) -> Iterator[Example]:
        rows = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines()]
        labels = sorted({label for label, _ in rows})
        for number in count():
            label, text = rows[number % len(rows)]
            place = number % len(text)
            variant = text[:place] + text[place].upper() + text[place + 1 :]
            cats = {each: float(each == label) for each in labels}
            yield Example.from_dict(nlp.make_doc(variant), {"cats": cats})

    return read


@registry.readers("own.fixed.v1")
def fixed(path: Path) -> Callable[[Language], Iterator[Example]]:
    """Each line of the same file once."""

    def read(nlp: Language) -> Iterator[Example]:
        examples = variants(path)(nlp)
        yield from (next(examples) for _ in path.read_text(encoding="utf-8").splitlines())

    return read


@registry.batchers("own.distinct.v1")
def distinct(size: int) -> Callable[[Iterable[Example]], Iterator[list[Example]]]:
    """Batches in which no text is twice."""

    def cut(examples: Iterable[Example]) -> Iterator[list[Example]]:
        batch: dict[str, Example] = {}
        for example in examples:
            batch.setdefault(example.text, example)
            if len(batch) == size:
                yield list(batch.values())
                batch = {}
        if batch:
            yield list(batch.values())

    return cut


@Language.component("own_lowest", assigns=["doc.user_data"])
def lowest(doc: Doc) -> Doc:
    """A component without settings."""
    doc.user_data["lowest"] = min((token.text for token in doc), default="")
    return doc


class Numbers:
    """Keeps the tokens that look like numbers in a span group, and scores how many there are."""

    def __init__(self, name: str, group: str, spelled_out: bool) -> None:
        self.name = name
        self.group = group
        self.spelled_out = spelled_out

    def __call__(self, doc: Doc) -> Doc:
        doc.spans[self.group] = [
            doc[token.i : token.i + 1]
            for token in doc
            if token.text.isdigit() or (self.spelled_out and token.lower_ in ("one", "two", "three"))
        ]
        return doc

    def score(self, examples: Iterable[Example], **settings: object) -> dict[str, float]:
        return {"numbers": float(sum(len(example.predicted.spans[self.group]) for example in examples))}


@Language.factory(
    "own_numbers",
    default_config={"group": "numbers", "spelled_out": False},
    default_score_weights={"numbers": 0.5},
)
def make_numbers(nlp: Language, name: str, group: str, spelled_out: bool) -> Numbers:
    return Numbers(name, group, spelled_out)


class BatchSizes:
    """Writes the sizes of the batches to standard output, and whether a text was in one twice."""

    @hookimpl
    def update(self, batch: list[Example]) -> None:
        texts = [example.text for example in batch]
        print("batch of", len(texts), "twice" if len(set(texts)) < len(texts) else "once", "each")


@registry.callbacks("own.batch_sizes.v1")
def batch_sizes() -> BatchSizes:
    return BatchSizes()
