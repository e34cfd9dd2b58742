"""Scores of states that come one after the other, against the formula and against scores of any states."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_architectures.transition import steps as module
from kernel_architectures.transition.transition_based_parser import build_transition_model

from kernel.numeric.ops import set_ops
from kernel.testing.device import StandInOps

from .test_transition_based_parser import by_hand, vectors_layer

SHAPES = [
    {"pieces": pieces, "use_upper": use_upper, "extra": extra, "hidden": hidden}
    for pieces in (1, 2, 3)
    for use_upper in (True, False)
    for extra, hidden in ((True, 4), (False, 9))
]


def parser(*, pieces=2, use_upper=True, extra=False, hidden=4, n_actions=5, dtype="float64"):
    model = set_ops(
        build_transition_model(vectors_layer(6), "parser", extra, hidden, pieces, use_upper, n_actions)
    )
    model.initialize()
    rng = np.random.default_rng(1)
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, rng.normal(size=node.get_param(name).shape).astype(dtype))
    return model


def random_states(rng, n_slots, n_tokens, n_states):
    """(n_slots, n_states), a third of them without a token."""
    return np.where(rng.random((n_slots, n_states)) < 0.3, -1, rng.integers(0, n_tokens, (n_slots, n_states)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("is_train", [False, True])
def test_scores_are_those_of_the_formula(shape, is_train):
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(n, 6)) for n in (4, 0, 7)]
    model = parser(**shape)
    scores, _ = model(docs, is_train)
    tokens = np.array([9, 2, 3, 10, 4])
    for _ in range(2):
        steps = scores.steps(tokens)
        for n_states in (1, 2, 40):
            ids = random_states(rng, scores.n_slots, len(tokens), n_states)
            expected = by_hand(model, docs, np.append(tokens, -1)[ids.T])
            np.testing.assert_allclose(steps.score(ids), expected, atol=1e-12)
        single = steps.single(1, 4)
        ids = random_states(rng, scores.n_slots, 3, 20)
        expected = by_hand(model, docs, np.array([2, 3, 10, -1])[ids.T])
        for state, row in zip(ids.T.tolist(), expected, strict=True):
            np.testing.assert_allclose(single(state), row, atol=1e-12)
        np.testing.assert_allclose(
            scores.score(np.array([[9] * scores.n_slots])),
            by_hand(model, docs, np.array([[9] * scores.n_slots])),
            atol=1e-12,
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_gradients_are_those_of_the_same_states_at_once(shape, dropout):
    rng = np.random.default_rng(3)
    docs = [rng.normal(size=(n, 6)) for n in (4, 5)]
    tokens = [np.array([0, 1, 2, 3]), np.array([3, 8, 4])]
    states = [
        [random_states(rng, 13 if shape["extra"] else 8, len(some), n) for n in (1, 3, 40)] for some in tokens
    ]
    d_scores = [rng.normal(size=(44, 5)) for _ in tokens]
    found = []
    for in_steps in (True, False):
        model = parser(**shape)
        model.attrs["dropout_rate"] = dropout
        model.attrs["unseen_classes"] = {3}
        np.random.seed(0)
        scores, finish = model.begin_update(docs)
        results = []
        if in_steps:
            for some, all_ids in zip(tokens, states, strict=True):
                steps = scores.steps(some, keep=True)
                alone = [steps.score(ids) for ids in all_ids]
                results.append((*scores.learn_from(steps, some), np.concatenate(alone)))
        else:
            for some, all_ids in zip(tokens, states, strict=True):
                ids = np.append(some, -1)[np.concatenate(all_ids, axis=1).T]
                table, backprop = scores.begin_update(ids.astype(np.int32))
                results.append((table, backprop, table))
        for (table, backprop, same), d_table in zip(results, d_scores, strict=True):
            np.testing.assert_array_equal(table, same)
            found.append(table)
            backprop(d_table.copy())
        finish(None)
        for node in model.walk():
            found += [node.get_grad(name) for name in node.param_names]
    half = len(found) // 2
    for ours, expected in zip(found[:half], found[half:], strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-10)


def test_weights_that_change_are_noticed():
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(5, 6))]
    model = parser(hidden=9)
    ids = random_states(rng, 8, 5, 3)
    before = model.predict(docs).steps(np.arange(5)).score(ids)
    kept = model.attrs["rows"].get(model.layers[1], model.get_ref("lower"))
    model.predict(docs)
    assert model.attrs["rows"].get(model.layers[1], model.get_ref("lower")) is kept
    for node in (model.layers[1], model.get_ref("lower")):
        node.set_param("b", node.get_param("b") + 1)
        after = model.predict(docs).steps(np.arange(5)).score(ids)
        assert not np.allclose(before, after)
        np.testing.assert_allclose(
            after, by_hand(model, docs, np.append(np.arange(5), -1)[ids.T]), atol=1e-12
        )
        before = after


def test_no_more_tokens_are_prepared_than_memory_is_meant_for():
    scores = parser(hidden=128, pieces=3, dtype="float32").predict([np.ones((3, 6), "float32")])
    assert scores.at_once == module.TABLE_BYTES // (8 * 128 * 3 * 4)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_device_computes_what_the_cpu_computes(shape):
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(n, 6)).astype("float32") for n in (4, 5)]
    tokens = np.array([1, 5, 8, 2])
    ids = random_states(rng, 13 if shape["extra"] else 8, 4, 30)
    d_scores = rng.normal(size=(30, 5)).astype("float32")
    results = []
    for ops in (None, StandInOps()):
        model = set_ops(parser(**shape, dtype="float32"), ops)
        given = [model.ops.asarray(doc) for doc in docs]
        predicted = model.predict(given).steps(tokens)
        single = predicted.single(0, 4)(ids[:, 0].tolist()).copy()
        scores, finish = model.begin_update(given)
        steps = scores.steps(tokens, keep=True)
        first = steps.score(ids)
        table, backprop = scores.learn_from(steps, tokens)
        backprop(d_scores.copy())
        finish(None)
        assert {type(array) for array in (single, first, table)} == {np.ndarray}
        grads = [
            model.ops.to_numpy(node.get_grad(name)) for node in model.walk() for name in node.param_names
        ]
        results.append([predicted.score(ids), single, first, table, *grads])
    for cpu, device in zip(*results, strict=True):
        np.testing.assert_allclose(cpu, device, rtol=1e-4, atol=1e-4)


def test_memory_is_used_again_when_nobody_has_it():
    docs = [np.ones((5, 6), "float32")]
    model = parser(dtype="float32")
    first, second = model.predict(docs), model.predict(docs)
    tables = [each.steps(np.arange(5))._table for each in (first, second)]
    assert not np.shares_memory(*tables)
    del first
    third = model.predict(docs)
    assert np.shares_memory(third.steps(np.arange(3))._table, tables[0])
