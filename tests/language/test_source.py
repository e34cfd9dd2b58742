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
