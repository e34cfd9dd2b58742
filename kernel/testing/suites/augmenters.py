"""The suite for augmenters."""

from typing import Any

from kernel.language import Language
from kernel.numeric.random import seed_all
from kernel.state import copied, is_stateful
from kernel.testing.samples import sample_examples
from kernel.testing.suites.base import Suite
from kernel.training import Example


class AugmenterSuite(Suite):
    """A function of the registry `augmenters`: returns a function of pipeline and example that gives examples.

    Corpus readers call it for every example, in every epoch.
    """

    kind = "augmenters"

    def examples(self, nlp: Any) -> list[Example]:
        """Examples to augment; each call makes new ones."""
        return sample_examples(nlp)

    def augmented(self) -> list[list[Example]]:
        """What becomes of each example."""
        nlp = Language()
        seed_all(self.seed, self.name)
        augment = self.build()
        return [list(augment(nlp, example)) for example in self.examples(nlp)]

    def golden(self) -> Any:
        return [[_content(example) for example in made] for made in self.augmented()]

    def test_gives_examples(self) -> None:
        for made in self.augmented():
            assert made, "an example vanished; an augmenter yields at least one for each"
            assert all(isinstance(example, Example) for example in made)

    def test_annotations_fit_the_words(self) -> None:
        for example in (example for made in self.augmented() for example in made):
            assert example.predicted.text == example.reference.text, "the two documents have different texts"
            for span in example.reference.ents:
                assert 0 <= span.start < span.end <= len(example.reference)
            assert len(example.get_aligned("TAG", as_string=True)) == len(example.predicted)

    def test_the_example_itself_is_not_changed(self) -> None:
        nlp = Language()
        augment = self.build()
        for example in self.examples(nlp):
            before = _content(example)
            list(augment(nlp, example))
            assert _content(example) == before, "the augmenter changed the example that it was given"

    def test_equal_seeds_give_equal_examples(self) -> None:
        one, other = (self.golden() for _ in range(2))
        assert one == other

    def test_what_it_keeps_from_example_to_example_is_its_state(self) -> None:
        """A streamed run that is resumed augments what comes, not what came."""
        nlp = Language()
        examples = self.examples(nlp)
        straight, expected, states = self.build(), [], []
        for number, example in enumerate(examples):
            states.append(copied(straight.state(), self.name) if is_stateful(straight) else None)
            expected.append(self._made(straight, nlp, example, number))
        for cut, state in enumerate(states):
            resumed = self.build()
            if is_stateful(resumed):
                resumed.restore(state)
            found = [
                self._made(resumed, nlp, example, number)
                for number, example in enumerate(examples[cut:], start=cut)
            ]
            assert found == expected[cut:], "what becomes of an example depends on those before it: " + (
                "its state() does not hold all of that"
                if is_stateful(resumed)
                else "it needs state() and restore()"
            )

    def _made(self, augment: Any, nlp: Any, example: Example, number: int) -> Any:
        seed_all(self.seed, self.name, number)
        return [_content(made) for made in augment(nlp, example)]


def _content(example: Example) -> Any:
    return example.predicted.to_json(), example.reference.to_json()
