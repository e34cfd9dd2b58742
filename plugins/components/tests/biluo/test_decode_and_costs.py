"""Decoding and costs against the plain stepper, on random small cases."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_components.biluo import Constraints, Gold, Moves, costs, decode

from . import stepper


class AloneToo:
    """Scores of tokens alone in their states, by the scores of any states."""

    n_slots = 3

    def score_alone(self, start, stop, actions=None):
        ids = np.full((stop - start, self.n_slots), -1)
        ids[:, 0] = np.arange(start, stop)
        return self.score(ids, actions)


class TableScores(AloneToo):
    """Whole-number weights by slot, token and class, so that sums are exact; counts the states it scored."""

    def __init__(self, rng, n_tokens, n_slots, n_classes, spread, bias=None):
        self.n_slots = n_slots
        self.weights = rng.integers(-spread, spread + 1, (n_slots, n_tokens + 1, n_classes)).astype(
            np.float32
        )
        self.bias = np.zeros(n_classes, np.float32) if bias is None else bias
        self.scored = 0

    def score(self, ids, actions=None):
        self.scored += len(ids)
        total = self.bias + sum(self.weights[slot, ids[:, slot]] for slot in range(self.n_slots))
        return total if actions is None else total[:, actions]


GOLD_LETTERS = ["M", "O", "B", "I", "L", "U"]


def random_docs(rng, n_labels, extra, *, presets, well_formed, longest=8):
    docs = []
    for _ in range(rng.integers(1, 5)):
        tokens = []
        for _ in range(rng.integers(0, longest + 1)):
            token = stepper.Token(space=rng.random() < 0.1, sent_start=rng.random() < 0.12)
            token.gold = GOLD_LETTERS[rng.choice(6, p=[0.15, 0.35, 0.15, 0.1, 0.1, 0.15])]
            if n_labels and token.gold in "BILU":
                token.gold_label = int(rng.integers(n_labels))
            elif token.gold in "BILU":
                token.gold = "O"
            tokens.append(token)
        if presets and well_formed:
            at = 0
            while at < len(tokens):
                kind, length = rng.random(), int(rng.integers(1, 4))
                label = int(rng.integers(-1, n_labels + extra))
                for k, token in enumerate(tokens[at : at + length]):
                    if kind < 0.3:
                        token.iob, token.preset = ("B" if k == 0 or label < 0 else "I"), label
                    elif kind < 0.5:
                        token.iob = "O"
                at += length
        elif presets:
            for token in tokens:
                token.iob = ["", "O", "B", "I"][rng.choice(4, p=[0.5, 0.15, 0.15, 0.2])]
                if token.iob in ("B", "I"):
                    token.preset = int(rng.integers(-1, n_labels + extra))
        docs.append(tokens)
    return docs


def random_negative(rng, docs, n_labels):
    found, offset = set(), 0
    for tokens in docs:
        for _ in range(rng.integers(0, 4) if tokens and n_labels else 0):
            start = int(rng.integers(len(tokens)))
            end = int(rng.integers(start + 1, min(start + 4, len(tokens)) + 1))
            found.add((offset + start, offset + end, int(rng.integers(n_labels))))
        offset += len(tokens)
    return found


def columns(docs):
    flat = [token for doc in docs for token in doc]
    return Constraints(
        [len(doc) for doc in docs],
        space=np.array([t.space for t in flat], dtype=bool),
        sent_start=np.array([t.sent_start for t in flat], dtype=bool),
        iob=np.array([["", "I", "O", "B"].index(t.iob) for t in flat], dtype=np.int8),
        preset=np.array([t.preset for t in flat], dtype=np.int64),
    )


def gold_of(docs, negative):
    flat = [token for doc in docs for token in doc]
    return Gold(
        np.array(["MBILUO".index(t.gold) for t in flat], dtype=np.int8),
        np.array([t.gold_label for t in flat], dtype=np.int64),
        sorted(negative),
    )


def check(seed):
    rng = np.random.default_rng(seed)
    n_labels = int(rng.integers(0, 4))
    moves = Moves.from_labels({f"L{k}": int(rng.integers(1, 5)) for k in range(n_labels)})
    if rng.random() < 0.3:
        moves.add("LATER")
        n_labels += 1
    for_costs = rng.random() < 0.5
    extra = 0 if for_costs else 1
    long_entities = rng.random() < 0.1
    docs = random_docs(
        rng,
        n_labels,
        extra,
        presets=rng.random() < (0.2 if long_entities else 0.6),
        well_formed=rng.random() < 0.6,
        longest=60 if long_entities else 8,
    )
    negative = random_negative(rng, docs, n_labels) if rng.random() < 0.5 else set()
    classes = [(name[0], moves.index.get(name[2:], -1)) for name in moves.names]
    n = sum(map(len, docs))
    bias = rng.integers(-3, 4, len(moves)).astype(np.float32)
    if long_entities:
        bias[moves.begin] += 20
        bias[moves.inside] += rng.integers(4, 30)
    scores = TableScores(rng, n, int(rng.choice([3, 6])), len(moves), int(rng.choice([0, 1, 2, 20])), bias)
    constraints = columns(docs)
    path = decode(scores, constraints, moves)
    expected = stepper.run(docs, negative, scores, classes, extra)

    assert list(zip(*(column.tolist() for column in path.entities()), strict=True)) == sorted(
        expected.entities
    )
    tokens = path.states()
    assert tokens.tolist() == expected.tokens
    assert path.slots(scores.n_slots, tokens).tolist() == expected.ids
    taken = [
        ("MBILUO"[a], x)
        for a, x in zip(path.action[tokens].tolist(), path.label[tokens].tolist(), strict=True)
    ]
    assert taken == expected.taken
    if for_costs:
        at = path.states()
        table = costs(path, constraints, gold_of(docs, negative), moves, at)
        assert at.tolist() == expected.tokens
        assert table.tolist() == expected.costs


def test_random_cases_agree_with_the_stepper():
    for seed in range(400):
        check(seed)


@pytest.mark.slow
def test_many_random_cases_agree_with_the_stepper():
    for seed in range(1_000_000, 1_012_000):
        check(seed)


LENGTH = 10_000


def long_document(bias, n_labels=2, spread=0, lengths=(LENGTH,)):
    moves = Moves.from_labels([f"L{k}" for k in range(n_labels)])
    values = np.zeros(len(moves), np.float32)
    for name, value in bias.items():
        values[[i for i, x in enumerate(moves.names) if x.startswith(name)]] = value
    scores = TableScores(np.random.default_rng(0), sum(lengths), 3, len(moves), spread, values)
    return decode(scores, Constraints(lengths), moves), scores


def test_an_untrained_model_finds_nothing_and_scores_each_token_once():
    path, scores = long_document({})
    assert not len(path.entities()[0])
    assert scores.scored == LENGTH


@pytest.mark.parametrize("lengths", [(LENGTH,), (1, 4999, 5000)])
def test_a_model_that_never_closes_stays_linear(lengths):
    path, scores = long_document({"B": 1, "I": 1}, lengths=lengths)
    assert len(path.entities()[0]) == sum(length > 1 for length in lengths)
    assert scores.scored <= 8 * LENGTH


@pytest.mark.parametrize("period", [2, 3, 5, 9, 17, 40])
def test_a_model_that_opens_everywhere_stays_linear(period):
    moves = Moves.from_labels(["X"])

    class Periodic(AloneToo):
        scored = 0

        def score(self, ids, actions=None):
            self.scored += len(ids)
            table = np.zeros((len(ids), len(moves)), np.float32)
            table[:, moves.begin] = 1
            closes = ids[:, 0] - ids[:, 1] + 1 >= period
            table[np.ix_(closes, moves.last)] = 1
            return table[:, actions]

    scores = Periodic()
    starts, ends, _ = decode(scores, Constraints([LENGTH]), moves).entities()
    assert (ends - starts)[: LENGTH // period].tolist() == [period] * (LENGTH // period)
    assert scores.scored <= 10 * LENGTH


def test_noise_stays_linear():
    _, scores = long_document({"I": 3}, n_labels=4, spread=4)
    assert scores.scored <= 8 * LENGTH


def test_gold_annotations_cost_nothing_along_their_own_path():
    moves = Moves.from_labels(["X"])
    letters = "OBILU"
    classes = [moves.names.index("O" if letter == "O" else f"{letter}-X") for letter in letters]

    class Perfect(AloneToo):
        def score(self, ids, actions=None):
            table = np.zeros((len(ids), len(moves)), np.float32)
            table[np.arange(len(ids)), np.array(classes)[ids[:, 0]]] = 5
            return table[:, actions]

    gold = Gold(np.array([5, 1, 2, 3, 4], dtype=np.int8), np.array([-1, 0, 0, 0, 0]))
    constraints = Constraints([5])
    path = decode(Perfect(), constraints, moves)
    table = costs(path, constraints, gold, moves, path.states())
    assert table[np.arange(5), classes].tolist() == [0] * 5
