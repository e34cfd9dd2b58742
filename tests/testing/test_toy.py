"""A run that needs no plugin."""

import pytest

from kernel.registries.family import registry
from kernel.testing.toy import toy_run
from kernel.training.loop import train


def test_it_trains_by_the_real_loop_and_leaves_nothing_behind():
    with toy_run() as run:
        losses = [info.losses["line"] for info in train(run)]
        assert len(losses) == run.step == 6 and losses[-1] < losses[0]
        assert registry.has("languages", "toy")
    assert not registry.has("languages", "toy")


def test_names_vanish_after_an_error_too():
    with pytest.raises(ZeroDivisionError), toy_run():
        raise ZeroDivisionError
    assert not registry.has("languages", "toy")
