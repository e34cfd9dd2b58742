"""Keyed random streams."""

import random as python_random
import threading

import numpy as np

from kernel.numeric.random import apart, current, current_step, enter, fingerprint, scope, seed_all, stream


def draw(generator, count=8):
    return generator.integers(0, 2**32, count).tolist()


def test_equal_keys_give_equal_numbers_and_different_keys_do_not():
    assert draw(stream(1, "ner", 5)) == draw(stream(1, "ner", 5))
    streams = [
        stream(1, "ner", 5),
        stream(2, "ner", 5),
        stream(1, "ner", 6),
        stream(1, "ne", "r", 5),
        stream(1, "ner", "5"),
    ]
    assert len({tuple(draw(each)) for each in streams}) == len(streams)


def test_numbers_are_the_same_in_every_process():
    assert draw(stream(0, "init", "ner/0:W"), 3) == [3801442248, 1904503515, 1445953916]


def test_seed_all_governs_the_global_generators():
    seed_all(3, "ner")
    first = python_random.random(), np.random.rand()
    seed_all(3, "tagger")
    other = python_random.random(), np.random.rand()
    seed_all(3, "ner")
    assert (python_random.random(), np.random.rand()) == first != other


def test_a_purpose_has_one_stream_per_scope_whatever_others_draw():
    def run(disturb):
        with scope(seed=0, step=4, shard=1):
            with enter("ner"):
                first = draw(current())
                if disturb:
                    with enter("tagger"):
                        draw(current())
            with enter("ner"):
                return first, draw(current())

    first, second = run(disturb=False)
    assert run(disturb=True) == (first, second)
    assert first != second


def test_steps_and_shards_have_streams_of_their_own():
    def run(**key):
        with scope(**key), enter("ner"):
            return tuple(draw(current()))

    keys = [
        {"seed": 0, "step": 0},
        {"seed": 0, "step": 1},
        {"seed": 0, "step": 0, "shard": 1},
        {"seed": 1, "step": 0},
    ]
    assert len({run(**key) for key in keys}) == len(keys)


def test_scopes_nest_and_end():
    assert current_step() is None
    with scope(seed=0, step=3):
        with scope(seed=0, step=7):
            assert current_step() == 7
        assert current_step() == 3
    assert current_step() is None


def test_a_scope_belongs_to_its_thread():
    seen = []
    with scope(seed=0, step=3):
        thread = threading.Thread(target=lambda: seen.append(current_step()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_outside_a_scope_numpys_seed_decides():
    np.random.seed(5)
    with enter("ner"):
        first = draw(current())
    np.random.seed(5)
    assert draw(current()) == first


def drawn():
    return python_random.random(), np.random.random(), np.random.randint(9)


def test_what_is_drawn_apart_changes_nothing_outside():
    seed_all(1)
    expected = [drawn() for _ in range(3)]
    seed_all(1)
    found = [drawn()]
    with apart(7, "schedule", 0):
        first = drawn()
    found.append(drawn())
    with apart(7, "schedule", 0):
        assert drawn() == first
    with apart(7, "schedule", 1):
        assert drawn() != first
    assert [*found, drawn()] == expected


def test_what_is_drawn_apart_within_another_block_changes_nothing_there():
    with apart(7, "augment", 0):
        expected = [drawn() for _ in range(2)]
    with apart(7, "augment", 0):
        found = [drawn()]
        with apart(8, "corpus"):
            drawn()
        assert [*found, drawn()] == expected


def test_a_fingerprint_tells_where_the_generators_stand():
    seed_all(1)
    one = fingerprint()
    assert fingerprint() == one
    python_random.random()
    other = fingerprint()
    np.random.random()
    assert len({one, other, fingerprint()}) == 3
    seed_all(1)
    assert fingerprint() == one
