"""Components that are copied from other pipelines."""

import pytest

from kernel.language import Language

from .learners import (
    example,
    shared,
    weights,
)

pytestmark = pytest.mark.usefixtures("learners")


def test_a_copied_component_keeps_its_weights_and_learns_on():
    source = shared()
    source.initialize(lambda: [example(source, y=1.0)])
    source.update([example(source, y=5.0)])
    nlp = Language()
    nlp.add_pipe("source", source=source)
    nlp.add_pipe("target", source=source)
    assert weights(nlp, "target") == weights(source, "target")
    optimizer = nlp.initialize(lambda: [example(nlp, y=1.0)])
    assert weights(nlp, "target") == weights(source, "target")
    nlp.update([example(nlp, y=1.0)], sgd=optimizer)
    assert weights(nlp, "target") != weights(source, "target")


def test_a_component_that_only_writes_files_is_copied_with_its_data():
    class Words:
        def __init__(self):
            self.words = []

        def __call__(self, doc):
            return doc

        def to_disk(self, path, exclude=()):
            if self.words:
                path.write_text(" ".join(self.words))

        def from_disk(self, path, exclude=()):
            self.words = path.read_text().split()

    Language.factory("words", func=lambda nlp, name: Words())
    source = Language()
    source.add_pipe("words").words = ["ice", "tea"]
    assert Language().add_pipe("words", source=source).words == ["ice", "tea"]
    source.get_pipe("words").words = []
    assert Language().add_pipe("words", source=source).words == []
