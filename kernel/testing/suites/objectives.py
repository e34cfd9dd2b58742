"""The suite for pretraining objectives."""

from kernel.testing.suites.base import Suite


class ObjectiveSuite(Suite):
    """A function of the registry `objectives`: returns a function that makes the model to pretrain.

    No command consumes objectives yet. Until one does, this only checks that the function can be built.
    """

    kind = "objectives"

    def test_returns_a_function(self) -> None:
        assert callable(self.build()), "an objective returns a function of vocab and encoder"
