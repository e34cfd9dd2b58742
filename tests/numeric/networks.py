"""A small network, and its parameters as numbers."""

import numpy as np
from thinc.api import Linear, Maxout, chain

from kernel.numeric.ops import set_ops
from kernel.numeric.server import read

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def network(seed=0):
    np.random.seed(seed)
    return set_ops(chain(Maxout(3, 4, nP=2, normalize=True), Linear(2, 3)).initialize())


def backward(model, scale=1.0):
    Y, backprop = model.begin_update(X)
    backprop(Y * np.float32(scale))


def values(model):
    return [read(node, name).copy() for node in model.walk() for name in node.param_names]
