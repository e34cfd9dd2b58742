"""Gradients that are taken out shard by shard, added up elsewhere, and put back make the step of one process."""

import numpy as np
import pytest
from thinc.api import Adam

from kernel.numeric.parameters import Parameters

from .networks import backward, network, values

STEPS = ([1.0], [0.5, 2.0], [1.0, -3.0, 0.25], [], [2.0, 1.0])


def alone(steps):
    model, optimizer = network(), Adam(0.1)
    parameters = Parameters({"a": model})
    for scales in steps:
        for shard, scale in enumerate(scales):
            backward(model, scale)
            parameters.collect(shard)
        parameters.step(optimizer)
    return values(model)


def taken(steps, *, is_last):
    model, optimizer = network(), Adam(0.1)
    parameters = Parameters({"a": model})
    buffers = set()
    for scales in steps:
        rows = []
        for shard, scale in enumerate(scales):
            backward(model, scale)
            row, touched = parameters.take(is_last=is_last and shard == len(scales) - 1)
            assert touched == parameters.paths
            rows.append(row)
        buffers |= {row.ctypes.data for row in rows}
        if rows:
            total = rows[0].copy()
            for row in rows[1:]:
                total += row
            parameters.put(total, touched)
        parameters.step(optimizer)
        assert not parameters.gradients.any() and not parameters.touched
    return values(model), len(buffers)


@pytest.mark.parametrize("is_last", [False, True])
def test_what_is_taken_and_put_back_is_what_one_process_adds_up(is_last):
    found, buffers = taken(STEPS, is_last=is_last)
    for one, other in zip(found, alone(STEPS), strict=True):
        np.testing.assert_array_equal(one, other)
    # The same memory again in every step: never more than a step has shards.
    assert buffers <= 3


def test_the_last_shard_is_not_copied():
    model = network()
    parameters = Parameters({"a": model})
    backward(model)
    row, _ = parameters.take(is_last=True)
    assert np.shares_memory(row, parameters.gradients) and row.any()
    parameters.put(row, parameters.paths)
    assert parameters.touched == parameters.paths


@pytest.mark.parametrize("is_last", [False, True])
def test_nothing_is_left_of_a_step_that_is_broken_off(is_last):
    model = network()
    parameters = Parameters({"a": model})
    for _ in range(5):
        backward(model)
        first, _ = parameters.take()
        backward(model, 2.0)
        second, _ = parameters.take(is_last=is_last)
        np.testing.assert_allclose(second, 2 * first, rtol=1e-5)
        parameters.zero_gradients()
        assert not parameters.gradients.any() and not parameters.touched
    backward(model)
    again, _ = parameters.take(is_last=is_last)
    np.testing.assert_array_equal(again, first)


def test_a_model_that_grows_has_rows_of_its_new_size():
    model, other = network(), network(1)
    parameters = Parameters({"a": model})
    backward(model)
    one, _ = parameters.take()
    parameters.zero_gradients()
    parameters = Parameters({"a": model, "b": other})
    backward(other)
    two, touched = parameters.take()
    assert two.size == 2 * one.size and touched == [path for path in parameters.paths if path[0] == "b"]
    assert not two[: one.size].any()
