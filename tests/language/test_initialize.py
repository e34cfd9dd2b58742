"""First weights, and the settings of initialising."""

import pytest

from kernel.component import Component
from kernel.config import Config
from kernel.errors import ConfigError, KernelError, KernelWarning, UsageError
from kernel.language import Language
from kernel.numeric import memory

from .learners import (
    example,
    shared,
    weights,
)

pytestmark = pytest.mark.usefixtures("learners")


def test_first_weights_do_not_depend_on_other_components():
    alone, together = Language(), shared("other", "target")
    alone.add_pipe("source")
    alone.add_pipe("target")
    for nlp in (alone, together):
        nlp.initialize(lambda nlp=nlp: [example(nlp, y=1.0)])
    assert weights(alone, "source") == weights(together, "source")
    assert weights(alone, "target") == weights(together, "target")
    assert weights(together, "other") != weights(together, "target")


def test_initialize_works_without_examples_and_refuses_a_list():
    nlp = shared()
    nlp.initialize()
    assert nlp("a b").cats
    with pytest.raises(UsageError, match="lambda"):
        nlp.initialize([example(nlp, y=1.0)])
    with pytest.raises(KernelError, match="no examples"):
        nlp.initialize(list)


def test_what_gives_no_examples_at_all_or_only_once_is_told():
    nlp = shared()
    one = example(nlp, y=1.0)
    for gives, what in ((lambda: None, "returned None"), (lambda: one, "returned one Example")):
        with pytest.raises(TypeError, match=rf"{what}\n.*lambda: examples"):
            nlp.initialize(gives)
    stream = iter([one])
    with pytest.raises(ValueError, match="gives them only once"):
        nlp.initialize(lambda: stream)


def test_begin_training_is_the_old_name():
    nlp = shared()
    with pytest.warns(KernelWarning, match="initialize"):
        assert nlp.begin_training() is not None


def test_settings_of_initialize_reach_the_components_and_are_checked():
    class Greedy(Component):
        def __call__(self, doc):
            return doc

        def initialize(self, get_examples, *, nlp=None, labels=()):
            self.cfg["labels"] = list(labels)

    Language.factory("greedy", func=lambda nlp, name: Greedy(name))
    nlp = Language()
    nlp.add_pipe("greedy")
    nlp.initialize(settings={"components": {"greedy": {"labels": ["A", "B"]}}})
    assert nlp.pipe_labels == {"greedy": ["A", "B"]}
    with pytest.raises(ConfigError, match="initialize.components.greedy.*lables.*\n.*labels"):
        nlp.initialize(settings={"components": {"greedy": {"lables": []}}})


def test_resuming_keeps_weights():
    nlp = shared()
    nlp.initialize(lambda: [example(nlp, y=1.0)])
    before = weights(nlp, "target")
    assert nlp.resume_training() is not None
    assert weights(nlp, "target") == before


def test_the_memory_that_training_takes_is_added_up_over_components(monkeypatch):
    def initialize(free, frozen=()):
        monkeypatch.setattr(memory, "free_memory", lambda: free)
        nlp = shared("one", "two")
        nlp.config = Config({**nlp.config, "training": {"frozen_components": list(frozen)}})
        nlp.initialize(lambda: [example(nlp, y=1.0)])

    # The source has 4 x 4 weights and 4 more, the others 4 and 1, of 4 bytes each; those before have theirs.
    source, one, two = 4 * 20, 4 * 5, 4 * 5
    needed = 4 * source + 4 * one + 5 * two
    initialize(needed)
    with pytest.raises(UsageError, match=r"'two': training needs .*and that of the other components .* more"):
        initialize(needed - 1)
    # What stays as it is takes no more.
    with (
        pytest.warns(KernelWarning, match="'one' is frozen, but new"),
        pytest.warns(KernelWarning, match="one won't learn"),
    ):
        initialize(needed - 4 * one, frozen=["one"])
