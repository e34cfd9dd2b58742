"""Random trees and scores for the tests of the transition system."""

from __future__ import annotations

import numpy as np
from kernel_components.arc_eager import Constraints, Gold, Moves
from kernel_components.arc_eager.scores import Layout


def projective(rng, n):
    """Heads of a random projective forest; own place for a root."""
    heads = list(range(n))

    def build(start, stop, head):
        at = start
        while at < stop:
            end = int(rng.integers(at + 1, stop + 1))
            child = int(rng.integers(at, end))
            heads[child] = head if head >= 0 else child
            build(at, child, child)
            build(child + 1, end, child)
            at = end

    build(0, n, -1)
    return heads


def crossing(rng, n):
    """Heads of a random tree with one root, in which arcs cross as they like."""
    order, heads = rng.permutation(n), np.empty(n, dtype=np.int64)
    for place, token in enumerate(order):
        heads[token] = order[int(rng.integers(place))] if place else token
    return heads


def roots(heads):
    found = []
    for token in range(len(heads)):
        while heads[token] != token:
            token = heads[token]
        found.append(token)
    return found


def gold(rng, n, n_labels, *, unknown=0.0):
    """A random tree with labels and sentence starts; some of it unknown."""
    heads = np.array(projective(rng, n), dtype=np.int64)
    root = roots(heads.tolist())
    starts = np.array([1 if i == 0 or root[i] != root[i - 1] else -1 for i in range(n)], dtype=np.int8)
    labels = np.where(heads == np.arange(n), -1, rng.integers(0, max(n_labels, 1), n))
    hidden = rng.random((3, n)) < unknown
    heads[hidden[0]] = labels[hidden[0]] = -1
    labels[hidden[1]] = -1
    starts[hidden[2]] = 0
    return Gold(heads, labels, starts)


def batch(rng, lengths, n_labels, *, unknown=0.0, preset=0.0):
    """Gold and constraints of documents of these lengths."""
    wanted = Gold.join([gold(rng, n, n_labels, unknown=unknown) for n in lengths])
    given = rng.choice([-1, 1], sum(lengths)) * (rng.random(sum(lengths)) < preset)
    return wanted, Constraints(lengths, given.astype(np.int8))


def presets(constraints):
    """Given sentence starts as a list."""
    return [0] * constraints.n if constraints.sent_start is None else constraints.sent_start.tolist()


def moves_of(n_labels, *, subtoken=False):
    counts = {f"l{k}": n_labels - k for k in range(n_labels)}
    if subtoken:
        counts["subtok"] = 0
    return Moves.from_counts(counts, counts)


LAYOUTS = [Layout(8), Layout(13), Layout(13, second_right=True)]


class TableScores:
    """Whole-number weights by slot, token and class, so that sums are exact."""

    def __init__(self, rng, n_tokens, layout, n_classes, spread=20, at_once=10_000):
        n_slots, self.second_right = layout
        self.n_slots, self.at_once = n_slots, at_once
        shape = (n_slots, n_tokens + 1, n_classes)
        self.weights = rng.integers(-spread, spread + 1, shape).astype(np.float32)
        self.passed = []

    def score(self, ids):
        return sum(self.weights[slot, ids[:, slot]] for slot in range(self.n_slots))

    def steps(self, tokens, *, keep=False):
        assert len(tokens) <= self.at_once
        return TableSteps(self, tokens)

    def learn_from(self, steps, tokens):
        assert tokens is steps.tokens
        return np.concatenate(steps.kept), self.passed.append


class TableSteps:
    def __init__(self, scores, tokens):
        self.scores, self.tokens = scores, tokens
        self.kept, self.ids = [], []

    def score(self, ids):
        assert ids.max() < len(self.tokens)
        found = self.scores.score(np.append(self.tokens, -1)[ids.T])
        self.kept.append(found.copy())
        self.ids.append(ids)
        return found

    def single(self, start, stop):
        here = [*self.tokens[start:stop], -1]
        return lambda ids: self.scores.score(np.array([[here[each] for each in ids]]))[0]
