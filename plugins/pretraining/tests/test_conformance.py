"""The section goes through the suite of its kind."""

from collections.abc import Callable, Iterator

import pytest

from kernel import registry
from kernel.testing import SectionSuite


@pytest.fixture(autouse=True)
def functions() -> Iterator[None]:
    """A function that stands where the section wants a batcher and an objective."""
    with registry.restored():

        @registry.misc("test.function.v1")
        def make() -> Callable[..., None]:
            return print

        yield


class TestPretraining(SectionSuite):
    name = "pretraining"
    section = """
[pretraining]
component = "tok2vec"

[pretraining.batcher]
@misc = "test.function.v1"

[pretraining.objective]
@misc = "test.function.v1"

[pretraining.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.001
"""
