from __future__ import annotations

import numpy as np
import pytest
from kernel_architectures.transition.transition_based_parser import build_transition_model
from kernel_architectures.transition.transition_based_parser_v1 import build_transition_model_v1
from kernel_architectures.transition.transition_based_parser_v3 import build_transition_model_v3
from thinc.api import Model

from kernel.errors import ConfigError
from kernel.numeric.ops import set_ops
from kernel.testing.device import StandInOps


def vectors_layer(width):
    """Token vectors as they come, with a weight each so that their gradient can be read."""

    def forward(model, docs, is_train):
        weights = model.get_param("W")

        def backprop(d_out):
            model.inc_grad("W", sum((d * x).sum(axis=0) for d, x in zip(d_out, docs, strict=True)))
            return d_out

        return [doc * weights for doc in docs], backprop

    model = Model("vectors", forward, dims={"nO": width}, params={"W": None})
    model.set_param("W", np.ones(width, "float32"))
    return model


def make_model(
    *, pieces=2, use_upper=True, extra=False, n_actions=5, width=6, hidden=4, dtype="float32", zero=False
):
    model = set_ops(
        build_transition_model(vectors_layer(width), "ner", extra, hidden, pieces, use_upper, n_actions)
    )
    np.random.seed(0)
    model.initialize()
    rng = np.random.default_rng(1)
    for node in model.walk():
        for name in node.param_names:
            value = node.get_param(name)
            node.set_param(name, (value if zero else rng.normal(size=value.shape)).astype(dtype))
    return model


def random_states(rng, lengths, n_slots, n_states=None):
    """One state a token, or so many at random tokens; about half of them inside an entity."""
    tokens, starts, offset = [], [], 0
    for length in lengths:
        for token in range(offset, offset + length):
            tokens.append(token)
            starts.append(int(rng.integers(offset, token)) if token > offset and rng.random() < 0.5 else -1)
        offset += length
    ids = np.full((len(tokens), n_slots), -1, dtype=np.int32)
    for row, (token, start) in enumerate(zip(tokens, starts, strict=True)):
        inside = (
            []
            if start < 0
            else ([start, token - 1] if n_slots == 3 else list(range(start, token))[: n_slots - 1])
        )
        ids[row, : 1 + len(inside)] = [token, *inside]
    return ids if n_states is None else ids[rng.integers(0, len(ids), n_states)]


def by_hand(model, docs, ids):
    """The scores of the states, one at a time."""
    project, lower = model.layers[1:3]
    vectors = np.concatenate(docs) * model.layers[0].get_param("W")
    vectors = vectors @ project.get_param("W").T + project.get_param("b")
    W, b, pad = (lower.get_param(name) for name in ("W", "b", "pad"))
    rows = []
    for state in ids:
        total = b.copy()
        for slot, token in enumerate(state):
            total = total + (pad[slot] if token < 0 else W[slot] @ vectors[token])
        upper = model.maybe_get_ref("upper")
        hidden = total.max(axis=0) if len(total) > 1 else (np.maximum(total[0], 0) if upper else total[0])
        rows.append(hidden if upper is None else upper.get_param("W") @ hidden + upper.get_param("b"))
    return np.array(rows)


SHAPES = [
    {"pieces": pieces, "use_upper": use_upper, "extra": extra}
    for pieces in (1, 2, 3)
    for use_upper in (True, False)
    for extra in (True, False)
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("is_train", [False, True])
def test_scores_are_those_of_the_plain_formula(shape, is_train):
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(n, 6)) for n in (4, 0, 7, 1)]
    model = make_model(**shape, dtype="float64")
    scores, _ = model(docs, is_train)
    assert (scores.n_tokens, scores.n_slots) == (12, 6 if shape["extra"] else 3)
    outside = np.full((12, scores.n_slots), -1, dtype=np.int32)
    outside[:, 0] = np.arange(12)
    actions = np.array([4, 0, 2])
    expected = by_hand(model, docs, outside)
    for start, stop in ((0, 12), (3, 9), (11, 12)):
        for chosen in (actions, None, actions[:1], actions):
            found = scores.score_alone(start, stop, chosen)
            wanted = expected[start:stop] if chosen is None else expected[start:stop, chosen]
            np.testing.assert_allclose(found, wanted, atol=1e-12)
    for n_states in (1, 5, 30, 3):
        ids = random_states(rng, (4, 0, 7, 1), scores.n_slots, n_states)
        np.testing.assert_allclose(scores.score(ids), by_hand(model, docs, ids), atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("outside_first", [True, False])
def test_gradients_are_the_derivatives_of_the_scores(shape, outside_first):
    rng = np.random.default_rng(3)
    docs = [rng.normal(size=(n, 6)) for n in (4, 5)]
    model = make_model(**shape, dtype="float64")
    ids = random_states(rng, (4, 5), 6 if shape["extra"] else 3, None if outside_first else 13)
    scores, finish = model.begin_update(docs)
    if outside_first:
        scores.score_alone(0, len(ids), np.array([0]))
    found, backprop = scores.begin_update(ids)
    np.testing.assert_allclose(found, by_hand(model, docs, ids), atol=1e-12)
    d_scores = rng.normal(size=found.shape)
    backprop(d_scores.copy())
    finish(None)
    step = 1e-6
    for node in model.walk():
        for name in node.param_names:
            value, gradient = node.get_param(name), node.get_grad(name)
            for at in {tuple(int(rng.integers(size)) for size in value.shape) for _ in range(12)}:
                old = value[at]
                value[at] = old + step
                above = (by_hand(model, docs, ids) * d_scores).sum()
                value[at] = old - step
                below = (by_hand(model, docs, ids) * d_scores).sum()
                value[at] = old
                assert gradient[at] == pytest.approx((above - below) / (2 * step), abs=1e-7, rel=1e-7), (
                    node.name,
                    name,
                )


def test_scores_of_tokens_alone_notice_weights_that_change():
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(5, 6))]
    model = make_model(dtype="float64")
    outside = np.full((5, 3), -1, dtype=np.int32)
    outside[:, 0] = np.arange(5)
    before = model.predict(docs).score_alone(0, 5)
    for node in (model.layers[1], model.get_ref("lower"), model.get_ref("upper")):
        for name in node.param_names:
            node.set_param(name, node.get_param(name) + rng.normal(size=node.get_param(name).shape))
            after = model.predict(docs).score_alone(0, 5)
            assert not np.allclose(before, after)
            np.testing.assert_allclose(after, by_hand(model, docs, outside), atol=1e-12)
            before = after


def test_dropout_is_the_same_for_scoring_and_learning():
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(30, 6)).astype("float32")]
    model = make_model(hidden=16)
    model.attrs["dropout_rate"] = 0.5
    ids = random_states(rng, (30,), 3)
    scores, _ = model.begin_update(docs)
    single = np.concatenate([scores.score(ids[i : i + 1]) for i in range(30)])
    outside = np.full_like(ids, -1)
    outside[:, 0] = np.arange(30)
    of_outside = scores.score(outside)
    learned, _ = scores.begin_update(ids)
    np.testing.assert_allclose(single, learned, rtol=1e-4, atol=1e-5)
    for start, stop in ((0, 30), (7, 12)):
        np.testing.assert_allclose(
            scores.score_alone(start, stop), of_outside[start:stop], rtol=1e-4, atol=1e-5
        )
    assert not np.allclose(learned, by_hand(model, docs, ids))
    np.testing.assert_allclose(
        model.predict(docs).score(ids), by_hand(model, docs, ids), rtol=1e-4, atol=1e-4
    )


def test_large_batches_are_scored_in_blocks_without_a_difference():
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(5000, 6)).astype("float32")]
    model = make_model()
    ids = random_states(rng, (5000,), 3)
    np.testing.assert_allclose(
        model.predict(docs).score(ids), by_hand(model, docs, ids), rtol=1e-3, atol=1e-4
    )


def test_the_scores_of_a_new_model_are_zero():
    model = make_model(zero=True)
    scores = model.predict([np.ones((3, 6), "float32")])
    assert not scores.score(np.array([[0, -1, -1], [2, 0, 1]], dtype=np.int32)).any()


@pytest.mark.parametrize("use_upper", [True, False])
def test_new_actions_are_masked_and_keep_the_scores_of_the_old(use_upper):
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(6, 6)).astype("float32")]
    ids = random_states(rng, (6,), 3)
    model = make_model(use_upper=use_upper)
    before = model.predict(docs).score(ids)
    model.attrs["resize_output"](model, 7)
    after = model.predict(docs).score(ids)
    np.testing.assert_allclose(after[:, :5], before, rtol=1e-5)
    assert (after[:, 5:] == np.finfo("float32").min).all()
    scores, _ = model.begin_update(docs)
    _, backprop = scores.begin_update(ids)
    backprop(np.ones((6, 7), "float32"))
    assert not model.get_ref("upper" if use_upper else "lower").get_grad("b")[..., 5:].any()
    model.attrs["unseen_classes"].clear()
    assert np.isfinite(model.predict(docs).score(ids)).all()
    assert (model.predict(docs).score(ids)[:, 5:] > np.finfo("float32").min).all()


def test_the_number_of_actions_may_come_after_the_model():
    model = set_ops(build_transition_model(vectors_layer(6), "ner", False, 4, 2, True))
    model.attrs["resize_output"](model, 9)
    model.initialize()
    assert model.predict([np.ones((2, 6), "float32")]).score(np.array([[0, -1, -1]], np.int32)).shape == (
        1,
        9,
    )
    assert not model.attrs["unseen_classes"]


def test_a_batch_without_tokens():
    model = make_model()
    scores, finish = model.begin_update([np.zeros((0, 6), "float32")])
    found, backprop = scores.begin_update(np.zeros((0, 3), np.int32))
    backprop(found)
    finish(None)
    assert found.shape == (0, 5)


@pytest.mark.parametrize(("state_type", "extra", "slots"), [("parser", False, 8), ("parser", True, 13)])
def test_the_parser_has_its_slots(state_type, extra, slots):
    model = build_transition_model(vectors_layer(6), state_type, extra, 4, 2, True, 3)
    assert model.get_ref("lower").get_dim("nF") == slots


def test_an_unknown_state_type_is_named():
    with pytest.raises(ConfigError, match="'ner', 'parser', not 'tagger'"):
        build_transition_model(vectors_layer(6), "tagger", False, 4, 2, True)
    with pytest.raises(ConfigError, match="maxout_pieces"):
        build_transition_model(vectors_layer(6), "ner", False, 4, 0, True)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_device_computes_what_the_cpu_computes(shape):
    rng = np.random.default_rng(0)
    docs = [rng.normal(size=(n, 6)).astype("float32") for n in (4, 0, 5)]
    ids = random_states(rng, (4, 0, 5), 6 if shape["extra"] else 3)
    outside = np.full_like(ids, -1)
    outside[:, 0] = np.arange(9)
    d_scores = rng.normal(size=(9, 7)).astype("float32")
    results = []
    for ops in (None, StandInOps()):
        model = set_ops(make_model(**shape), ops)
        np.random.seed(0)
        model.attrs["resize_output"](model, 7)
        given = [model.ops.asarray(doc) for doc in docs]
        predicted = model.predict(given).score(ids, np.array([6, 0, 2]))
        scores, finish = model.begin_update(given)
        alone = model.predict(given).score_alone(2, 7, np.array([6, 0]))
        first = scores.score_alone(0, 9)
        found, backprop = scores.begin_update(ids)
        backprop(d_scores.copy())
        finish(None)
        assert {type(array) for array in (predicted, alone, first, found)} == {np.ndarray}
        gradients = [np.asarray(node.get_grad(name)) for node in model.walk() for name in node.param_names]
        results.append([predicted, alone, first, found, *gradients])
    for on_cpu, on_device in zip(*results, strict=True):
        np.testing.assert_allclose(on_device, on_cpu, atol=1e-4)


@pytest.mark.parametrize(
    ("build", "settings", "has_upper"),
    [
        (build_transition_model_v1, {}, True),
        (build_transition_model_v1, {"use_upper": False}, False),
        (build_transition_model_v3, {}, True),
        (build_transition_model_v3, {"use_upper": False}, False),
    ],
)
def test_other_numbers_differ_in_whether_there_is_an_upper_layer(build, settings, has_upper):
    model = build(vectors_layer(4), "ner", False, hidden_width=6, maxout_pieces=2, nO=4, **settings)
    assert model.attrs["has_upper"] is has_upper and model.has_ref("upper") is has_upper


def test_states_of_one_piece_may_be_rectified_in_training_alone():
    """As in weights that spaCy trained: what is below zero counts when it predicts."""
    docs = [np.random.default_rng(3).normal(size=(n, 6)).astype("float32") for n in (4, 2)]
    model = make_model(pieces=1)
    ids = random_states(np.random.default_rng(4), [4, 2], 3)
    rectified = model.predict(docs).score(ids)
    lower, upper = model.get_ref("lower"), model.get_ref("upper")
    lower.attrs["linear_in_prediction"] = True
    with_upper = upper.get_param("W").copy()
    found = model.predict(docs).score(ids)
    # Without the layer on top, states of one piece are linear.
    states = make_model(pieces=1, use_upper=False, n_actions=4)
    for name in ("W", "b", "pad"):
        states.get_ref("lower").set_param(name, lower.get_param(name))
    for name in ("W", "b"):
        states.layers[1].set_param(name, model.layers[1].get_param(name))
    expected = states.predict(docs).score(ids) @ with_upper.T + upper.get_param("b")
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert not np.allclose(found, rectified)
    np.testing.assert_allclose(model.begin_update(docs)[0].score(ids), rectified, rtol=1e-4, atol=1e-4)
    steps = model.predict(docs).steps(np.arange(6))
    np.testing.assert_allclose(steps.score(ids.T.astype(np.intp)), found, rtol=1e-4, atol=1e-4)
    model.initialize()
    assert "linear_in_prediction" not in lower.attrs
