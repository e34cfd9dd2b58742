"""Costs of all states of random paths against the plain definition, and what they promise."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_components.arc_eager import Gold
from kernel_components.arc_eager.explore import explore
from kernel_components.arc_eager.gold_path import Walk
from kernel_components.arc_eager.learn import rows_of
from kernel_components.arc_eager.oracle import costs
from kernel_components.arc_eager.segments import all_starts, lay_out

from kernel.tokens.projective import lifted

from . import reference, trees
from .trees import LAYOUTS


def columns_of(gold, offset, n):
    here = slice(offset, offset + n)
    heads = np.where(gold.heads[here] >= 0, gold.heads[here] - offset, -2)
    return heads.tolist(), gold.labels[here].tolist(), gold.starts[here].tolist()


def replayed(start, gold, preset):
    """The state of the plain definition at a start, by the actions that lead to it."""
    n = start.stop - start.offset
    heads, _, starts = columns_of(gold, start.offset, n)
    walk = Walk([-1 if head < 0 else head for head in heads], starts, preset)
    state = reference.State(n, preset)
    for _ in range(start.number * start.path.every):
        state.apply(walk.step())
    return state


def check(seed, lengths, length, *, unknown=0.0, preset=0.0, deep=False):
    """Returns how many states were compared. deep: trees whose stacks go down further than paths reach."""
    rng = np.random.default_rng(seed)
    n_labels = int(rng.integers(1, 4))
    moves = trees.moves_of(n_labels, subtoken=rng.random() < 0.3)
    gold, constraints = trees.batch(rng, lengths, n_labels, unknown=unknown, preset=preset)
    layout = LAYOUTS[rng.integers(3)]
    scores = trees.TableScores(rng, constraints.n, layout, len(moves))
    scores.weights[0, :, moves.action == rng.integers(5)] += int(rng.choice([0, 0, 20, 60, 200]))
    if deep:
        gold = Gold.join([deep_gold(rng, each) for each in gold.parts])
    every = int(rng.integers(1, length + 1)) if length else 0
    starts = all_starts(constraints, gold, every, every, length)
    segments, used = lay_out(starts, constraints, length, layout.seconds)
    steps = scores.steps(used, keep=True)
    path = explore(segments, steps, rows_of(segments, used), layout, moves, length)
    table = costs(path, segments, gold, moves)
    given = trees.presets(constraints)
    states = [replayed(start, gold, given[start.offset : start.stop]) for start in starts]
    ids = iter(np.append(used, -1)[np.concatenate(steps.ids, axis=1).T].tolist())
    for row, number in enumerate(path.segment.tolist()):
        state, start = states[number], starts[number]
        assert next(ids) == reference.slots(state, layout, start.offset)
        expected = reference.state_costs(state, *columns_of(gold, start.offset, state.n), moves)
        assert table[row].tolist() == expected.tolist(), (row, number)
        scored = scores.score(np.array([reference.slots(state, layout, start.offset)]))[0]
        best = int(np.where(reference.allowed(state, moves), scored, -np.inf).argmax())
        assert moves.action[best] == path.action[row]
        state.apply(int(moves.action[best]), int(moves.label[best]))
    taken = np.bincount(path.segment, minlength=len(starts))
    for state, count in zip(states, taken.tolist(), strict=True):
        assert state.final or count == length or not reference.allowed(state, moves).any()
    return len(table)


def deep_gold(rng, gold):
    """Most tokens hang on the one before, some on one long before; a few wait for the end."""
    n = len(gold.heads)
    heads = np.maximum(np.arange(n) - np.where(rng.random(n) < 0.8, 1, rng.integers(1, 9, n)), 0)
    waiting = rng.random(n) < rng.choice([0, 0.1])
    heads[waiting] = n - 1
    return Gold(heads, gold.labels, np.full(n, -1, dtype=np.int8))


sizes = st.lists(st.integers(0, 14), min_size=1, max_size=6).filter(any)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=120, deadline=None)
@given(seeds, sizes, st.integers(0, 12), st.sampled_from([0, 0.3, 1]), st.sampled_from([0, 0.2, 0.6]))
def test_costs_are_those_of_the_definition(seed, lengths, length, unknown, preset):
    check(seed, lengths, length, unknown=unknown, preset=preset)


@settings(max_examples=100, deadline=None)
@given(
    seeds, st.lists(st.integers(5, 40), min_size=1, max_size=3), st.integers(1, 5), st.sampled_from([0, 0.2])
)
def test_costs_of_states_with_deep_stacks(seed, lengths, length, preset):
    check(seed, lengths, length, preset=preset, deep=True)


def test_costs_of_ten_thousand_states():
    rng, compared = np.random.default_rng(0), 0
    while compared < 10_000:
        lengths = rng.integers(1, 40, int(rng.integers(1, 5))).tolist()
        length = int(rng.integers(0, 40))
        compared += check(
            int(rng.integers(2**32)),
            lengths,
            length,
            unknown=rng.choice([0, 0.2]),
            preset=rng.choice([0, 0.1]),
        )


@pytest.mark.slow
def test_costs_of_many_states():
    for seed in range(3000):
        rng = np.random.default_rng(seed)
        lengths = rng.integers(0, 30, int(rng.integers(1, 6))).tolist()
        if any(lengths):
            unknown, preset = rng.choice([0, 0.2, 0.7, 1]), rng.choice([0, 0.1, 0.5])
            check(seed, lengths, int(rng.integers(0, 30)), unknown=unknown, preset=preset)


@settings(max_examples=150, deadline=None)
@given(seeds, st.integers(1, 25))
def test_actions_without_cost_rebuild_the_tree(seed, n):
    rng = np.random.default_rng(seed)
    moves = trees.moves_of(3)
    gold = trees.gold(rng, n, 3)
    state = reference.State(n)
    columns = columns_of(gold, 0, n)
    while not state.final:
        costs = reference.state_costs(state, *columns, moves)
        assert costs.min() <= 0
        best = int(rng.choice(np.flatnonzero(costs <= 0)))
        state.apply(int(moves.action[best]), int(moves.label[best]))
    assert [i if head < 0 else head for i, head in enumerate(state.heads)] == gold.heads.tolist()
    assert state.labels == gold.labels.tolist()
    assert [1 if begins else -1 for begins in state.starts][1:] == gold.starts.tolist()[1:]


@settings(max_examples=150, deadline=None)
@given(seeds, st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_actions_without_cost_rebuild_trees_whose_arcs_were_lifted(seed, lengths):
    rng, offset, parts = np.random.default_rng(seed), 0, []
    for n in lengths:
        parts.append(trees.crossing(rng, n) + offset)
        offset += n
    heads = lifted(np.concatenate(parts))
    starts = np.full(len(heads), -1, dtype=np.int8)
    starts[np.cumsum([0, *lengths[:-1]])] = 1
    gold = Gold(heads, np.where(heads == np.arange(len(heads)), -1, 0), starts)
    moves, state, columns = trees.moves_of(1), reference.State(len(heads)), columns_of(gold, 0, len(heads))
    while not state.final:
        costs = reference.state_costs(state, *columns, moves)
        best = int(rng.choice(np.flatnonzero(costs <= 0)))
        state.apply(int(moves.action[best]), int(moves.label[best]))
    assert [i if head < 0 else head for i, head in enumerate(state.heads)] == heads.tolist()
    walk = Walk(heads.tolist(), starts.tolist(), [0] * len(heads))
    while walk.b0 >= 0 or walk.s0 >= 0:
        assert walk.step() >= 0
    assert [i if head < 0 else head for i, head in enumerate(walk.head)] == heads.tolist()


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(1, 40))
def test_the_gold_path_leads_to_the_tree(seed, n):
    gold = trees.gold(np.random.default_rng(seed), n, 1)
    walk = Walk(gold.heads.tolist(), gold.starts.tolist(), [0] * n)
    while walk.b0 >= 0 or walk.s0 >= 0:
        assert walk.step() >= 0
    assert [i if head < 0 else head for i, head in enumerate(walk.head)] == gold.heads.tolist()


def fewest_errors(state, heads, starts, known):
    """The fewest wrong heads and sentence starts of all ways to go on from a state."""
    key = (*map(tuple, (state.stack, state.back, state.heads, state.starts, state.unshiftable)), state.next)
    if key not in known:
        if state.final:
            reached = [i if head < 0 else head for i, head in enumerate(state.heads)]
            wrong = sum(a != b for a, b in zip(reached, heads, strict=True))
            known[key] = wrong + sum(a != (b == 1) for a, b in zip(state.starts[1:], starts[1:], strict=True))
        else:
            known[key] = min(fewest_errors(each, heads, starts, known) for _, each in following(state))
    return known[key]


def following(state):
    for action, valid in enumerate(state.valid()):
        if valid:
            after = copy.deepcopy(state)
            after.apply(action)
            yield action, after


@pytest.mark.parametrize("seed", range(20))
def test_no_other_tree_can_be_reached_without_cost(seed):
    """By search through everything that can be done: from states where the tree can be had, it still can after an action
    without cost, and an action after which it can't has a cost."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5))
    gold = trees.gold(rng, n, 1)
    columns, moves = columns_of(gold, 0, n), trees.moves_of(1)
    columns = columns[0], [-1] * n, columns[2]
    todo, seen, known = [reference.State(n)], set(), {}
    while todo:
        state = todo.pop()
        key = (tuple(state.stack), tuple(state.back), tuple(state.heads), tuple(state.starts), state.next)
        if state.final or key in seen:
            continue
        seen.add(key)
        costs = dict(
            zip(moves.action.tolist(), reference.state_costs(state, *columns, moves).tolist(), strict=True)
        )
        for action, after in following(state):
            if fewest_errors(after, columns[0], columns[2], known):
                assert costs[action] > 0
            elif costs[action] <= 0:
                todo.append(after)
