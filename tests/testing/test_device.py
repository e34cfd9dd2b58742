"""The pretended device: arrays that refuse the host's, and compute the same."""

import numpy as np
import pytest
from thinc.api import Linear, Relu, chain

from kernel.testing.device import DeviceArray, StandInOps, on_pretended_device, to_device


def test_arrays_of_the_host_are_refused():
    ops = StandInOps()
    array, host = ops.asarray([[1.0, 2.0]]), np.ones((1, 2))
    for mix in (
        lambda: array + host,
        lambda: host * array,
        lambda: ops.xp.concatenate([array, host]),
        lambda: np.vstack([array, host]),
        lambda: array.__setitem__(0, np.ones(2)),
        lambda: array[np.array([0])],
        lambda: ops.xp.linalg.norm(host),
    ):
        with pytest.raises(TypeError, match="use ops.asarray or ops.to_numpy"):
            mix()


def test_numbers_and_its_own_arrays_are_welcome():
    ops = StandInOps()
    array = ops.asarray([[1.0, 2.0], [3.0, 4.0]])
    for found, expected in (
        (array + 1, [[2, 3], [4, 5]]),
        (array @ array, [[7, 10], [15, 22]]),
        (ops.xp.exp(array * 0), [[1, 1], [1, 1]]),
        (array[ops.asarray([1])], [[3, 4]]),
        (ops.xp.split(array, [1])[1], [[3, 4]]),
        (ops.flatten([array, array])[2:], [[1, 2], [3, 4]]),
    ):
        assert isinstance(found, DeviceArray) and ops.to_numpy(found).tolist() == expected
    assert type(ops.to_numpy(array)) is np.ndarray
    assert ops.to_numpy(array, byte_order=">").dtype.byteorder == ">"


@pytest.mark.parametrize(("name", "argument"), [("einsum", {"out": None}), ("take", {"mode": "clip"})])
def test_what_functions_of_the_device_do_not_take(name, argument):
    with pytest.raises(TypeError, match=f"takes no argument '{next(iter(argument))}'"):
        getattr(StandInOps().xp, name)(to_device(np.ones(2)), **argument)


def test_a_model_computes_the_same_there():
    model = chain(Relu(3, 4), Linear(2, 3)).initialize()
    inputs = np.random.default_rng(0).normal(size=(5, 4)).astype("f")
    expected, backprop = model.begin_update(inputs)
    gradient = backprop(expected)
    there = on_pretended_device(model.copy())
    found, backprop = there.begin_update(to_device(inputs))
    assert isinstance(found, DeviceArray)
    assert np.allclose(np.asarray(found), expected)
    assert np.allclose(np.asarray(backprop(found)), gradient, atol=1e-6)
    assert [type(one) for one in to_device((inputs, [inputs]))[1]] == [DeviceArray]
