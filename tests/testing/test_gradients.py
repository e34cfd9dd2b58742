"""Gradients compared with finite differences."""

import pytest
from thinc.api import Linear, Softmax, chain

from kernel.testing import check_gradients


def test_gradients_of_thinc_layers() -> None:
    import numpy as np

    X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    model = chain(Linear(4, 3), Linear(2, 4)).initialize(X)
    before = model.to_bytes()
    check_gradients(model, X)
    assert model.to_bytes() == before
    classifier = chain(Linear(4, 3), Softmax(3, 4)).initialize(X)
    check_gradients(classifier, X, cross_entropy=True)
    with pytest.raises(AssertionError, match="of layer '.*' is wrong"):
        check_gradients(classifier, X)
