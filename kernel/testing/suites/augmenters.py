"""The suite for augmenters."""

from typing import Any

from kernel.language import Language
from kernel.numeric.random import seed_all
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


def _content(example: Example) -> Any:
    return example.predicted.to_json(), example.reference.to_json()
