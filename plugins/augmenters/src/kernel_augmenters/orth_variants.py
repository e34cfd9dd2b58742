"""Other forms of punctuation, such as quotation marks and dashes: for each part-of-speech tag, what may be written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.config.ranges import Fraction
from kernel.errors import ConfigError
from kernel.numeric.random import current
from kernel.tokens import Doc
from kernel.tokens.columns import values_of
from kernel.training import Example
from kernel.vocab import attrs
from kernel_augmenters.lower_case import lowered
from kernel_augmenters.making import Augmenter, example_of, happens
from kernel_augmenters.respelling import respelled

OrthVariants = dict[str, list[dict[str, list[Any]]]]
_FORM = 'It is {"single": [{"tags": [...], "variants": [".", "!"]}], "paired": [{"tags": [...], "variants": [["(", ")"]]}]}.'


def create_orth_variants_augmenter(
    level: Fraction, lower: Fraction, orth_variants: OrthVariants
) -> Augmenter:
    """Write punctuation in another way in some examples.

    level: the share of these examples. lower: the share of these that are in lower case, too. orth_variants: under "single" lists
    of words that may stand for each other in tokens with one of the "tags" (fine-grained ones, `token.tag_`), under "paired" lists
    of pairs (opening, closing); if there are two tags, the first is that of what opens. All tokens of an example that a list is about
    get the same of its variants.
    """
    check(orth_variants)

    def augment(nlp: Any, example: Example) -> Iterator[Example]:
        if not happens(level):
            yield example
            return
        reference = with_variants(example.reference, orth_variants)
        yield example_of(nlp, example, lowered(reference) if happens(lower) else reference)

    return augment


def with_variants(doc: Doc, orth_variants: Mapping[str, Sequence[Mapping[str, Any]]]) -> Doc:
    """A copy with variants drawn by chance, the document itself if it has what was drawn."""
    words, numbers = doc.words(), values_of(doc, attrs.TAG).tolist()
    texts = {number: doc.vocab.strings[number] for number in set(numbers)}
    tags = [texts[number] for number in numbers]
    changed: dict[int, str] = {}
    for row in orth_variants.get("single", ()):
        drawn = str(_one_of(row["variants"]))
        for place in _places(tags, row):
            if words[place] in row["variants"]:
                changed[place] = drawn
    for row in orth_variants.get("paired", ()):
        pair = _one_of(row["variants"])
        opening, closing = ({each[side] for each in row["variants"]} for side in (0, 1))
        is_open = False
        for place in _places(tags, row):
            word = words[place]
            if word not in opening | closing:
                continue
            if len(row["tags"]) == 2:
                opens = tags[place] == row["tags"][0]
            else:
                # A mark that opens and closes, such as ", opens where none is open.
                opens = not is_open if word in opening & closing else word in opening
            changed[place], is_open = str(pair[0 if opens else 1]), opens
    return respelled(doc, {place: word for place, word in changed.items() if word != words[place]})


def check(orth_variants: Any) -> None:
    """ConfigError for a table of another form."""
    if not isinstance(orth_variants, Mapping) or not set(orth_variants) <= {"single", "paired"}:
        raise ConfigError('orth_variants has other keys than "single" and "paired"', hint=_FORM)
    for kind, rows in orth_variants.items():
        for row in rows:
            if not isinstance(row, Mapping) or set(row) != {"tags", "variants"} or not row["variants"]:
                raise ConfigError(f"orth_variants: {row!r} of {kind} has no tags and variants", hint=_FORM)
            for variant in row["variants"]:
                is_pair = isinstance(variant, list | tuple) and len(variant) == 2
                texts = list(variant) if is_pair else [variant]
                is_right = is_pair == (kind == "paired")
                if not is_right or not all(isinstance(text, str) and text.strip() for text in texts):
                    raise ConfigError(f"orth_variants: {variant!r} is no variant of {kind}", hint=_FORM)


def _one_of(variants: Sequence[Any]) -> Any:
    return variants[int(current().integers(len(variants)))]


def _places(tags: Sequence[str], row: Mapping[str, Any]) -> list[int]:
    return [place for place, tag in enumerate(tags) if tag in row["tags"]]
