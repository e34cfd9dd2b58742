"""The suite for scorers."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, ClassVar

from kernel.language import Language
from kernel.testing.goldens import differences, plain
from kernel.testing.samples import sample_examples
from kernel.testing.suites.base import Suite
from kernel.tokens import Doc
from kernel.training import Example


class ScorerSuite(Suite):
    """A function of the registry `scorers`: returns a function of examples that gives metric -> value.

    perfect: metrics that are 1 if every document is predicted as annotated. arguments: what the component hands the
    scorer besides the examples, such as its labels. unbounded: metrics that may exceed 1.
    """

    kind = "scorers"
    perfect: ClassVar[tuple[str, ...]] = ()
    arguments: ClassVar[Mapping[str, Any]] = {}
    unbounded: ClassVar[tuple[str, ...]] = ()

    def gold(self) -> list[Example]:
        """Annotated examples; each call makes new ones."""
        return sample_examples(Language())

    def score(self, examples: Any) -> dict[str, Any]:
        """The scores of some examples."""
        return dict(self.build()(examples, **self.arguments))

    def right(self) -> list[Example]:
        """Every document predicted as it is annotated."""
        return [Example(example.reference.copy(), example.reference) for example in self.gold()]

    def partly_right(self) -> list[Example]:
        """Every second document predicted as annotated, the others not annotated."""
        examples = self.gold()
        for example in examples[::2]:
            example.predicted = example.reference.copy()
        return examples

    def golden(self) -> Any:
        return {"right": self.score(self.right()), "partly": self.score(self.partly_right())}

    def test_what_is_right_scores_one(self) -> None:
        scores = self.score(self.right())
        for name in self.perfect:
            assert name in scores, f"there is no score {name}; there are: {', '.join(scores)}"
            assert abs(scores[name] - 1) < 1e-6, f"{name} of perfect predictions is {scores[name]}"

    def test_scores_lie_between_zero_and_one(self) -> None:
        for examples in (self.gold(), self.right(), self.partly_right()):
            for name, value in _numbers(self.score(examples)):
                if name not in self.unbounded:
                    assert -1e-9 <= value <= 1 + 1e-9, f"{name} is {value}"

    def test_less_right_scores_less(self) -> None:
        found = [self.score(examples) for examples in (self.right(), self.partly_right(), self.gold())]
        for name in self.perfect:
            for better, worse in pairwise(each.get(name) for each in found):
                assert better is None or worse is None or better >= worse - 1e-9, (
                    f"{name}: {better} and {worse}"
                )

    def test_no_examples_are_no_crash(self) -> None:
        for name, value in _numbers(self.score([])):
            assert 0 <= value <= 1 or name in self.unbounded

    def test_documents_without_tokens_or_annotation_are_no_crash(self) -> None:
        nlp = Language()
        bare = [
            Example(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words))
            for words in ([], ["One", "two"])
        ]
        self.score(bare)
        right = self.right()
        words = [token.text for token in right[0].reference]
        bare.append(Example(right[0].predicted, Doc(right[0].reference.vocab, words=words)))
        self.score([*bare, *right])

    def test_the_order_of_the_examples_does_not_matter(self) -> None:
        one, other = self.score(self.partly_right()), self.score(self.partly_right()[::-1])
        assert not differences(plain(one), plain(other)), "the scores depend on the order of the examples"

    def test_examples_may_come_from_a_generator(self) -> None:
        def generate() -> Iterator[Example]:
            yield from self.right()

        assert plain(self.score(generate())) == plain(self.score(self.right()))

    def test_scoring_changes_no_document(self) -> None:
        examples = self.partly_right()
        before = [(each.predicted.to_json(), each.reference.to_json()) for each in examples]
        self.score(examples)
        assert [(each.predicted.to_json(), each.reference.to_json()) for each in examples] == before


def _numbers(scores: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in scores.items():
        if isinstance(value, Mapping):
            yield from _numbers({f"{name}.{key}": each for key, each in value.items()})
        elif value is not None and not isinstance(value, str):
            yield name, float(value)
