"""Many patterns, long texts: time and memory grow with what is written and what is found."""

import tracemalloc
from time import perf_counter

import pytest
from kernel_matchers.token_patterns.beginnings import BLOCK
from kernel_matchers.token_patterns.matcher import TokenMatcher
from kernel_matchers.token_patterns.program import compile_patterns
from kernel_matchers.token_patterns.reading import read_patterns

from kernel.tokens import Doc
from kernel.vocab import Vocab


def counted(count):
    """Patterns of several tokens, of which none is like another."""
    return [
        [[{"LOWER": f"word{number}"}, {"TAG": "NN", "OP": "*"}, {"LOWER": {"IN": ["a", f"b{number}"]}}]]
        for number in range(count)
    ]


def matcher_of(rules):
    matcher = TokenMatcher()
    for patterns in rules:
        matcher.add(patterns)
    return matcher


def test_ten_thousand_patterns_and_a_long_text():
    matcher = matcher_of(counted(10_000))
    vocab = Vocab()
    words = [f"word{number % 20_000}" if number % 3 == 0 else "a" for number in range(100_000)]
    doc = Doc(vocab, words=words)
    rules, starts, ends = matcher.matches([doc])
    expected = [number for number in range(0, 100_000, 3) if number % 20_000 < 10_000]
    assert sorted(starts.tolist()) == expected and (ends - starts == 2).all()
    assert [words[start] for start in starts.tolist()] == [f"word{rule}" for rule in rules.tolist()]


def test_the_automaton_grows_with_the_patterns():
    sizes = []
    for count in (10, 20, 40):
        program = compile_patterns([(0, read_patterns(patterns)[0]) for patterns in counted(count)])
        sizes.append((len(program.which), len(program.next_position)))
    assert sizes == [(30, 30), (60, 60), (120, 120)]
    # Each of many optional copies leads to the next one only.
    (pattern,) = read_patterns([[{"LOWER": "a", "OP": "{0,500}"}, {"LOWER": "b"}]])
    assert len(compile_patterns([(0, pattern)]).next_position) == 499 + 500


def test_matches_of_any_length_in_a_long_text():
    doc = Doc(Vocab(), words=["a", *["b"] * 3000, "c"] * 2)
    matcher = matcher_of([[[{"LOWER": "a"}, {"LOWER": "b", "OP": "*"}, {"LOWER": "c"}]]])
    assert [column.tolist() for column in matcher.matches([doc])] == [[0, 0], [0, 3002], [3002, 6004]]


def test_memory_is_bounded_where_everything_begins_to_match():
    doc = Doc(Vocab(), words=["a"] * 20_000)
    matcher = matcher_of([[[{}, {"LOWER": f"b{number}"}]] for number in range(100)])
    matcher.matches([doc])
    tracemalloc.start()
    assert len(matcher.matches([doc]).rules) == 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Two million pairs, in blocks.
    assert peak < 320 * BLOCK


@pytest.mark.slow
def test_time_is_linear_in_patterns_and_tokens():
    def best(function):
        times = []
        for _ in range(3):
            begin = perf_counter()
            function()
            times.append(perf_counter() - begin)
        return min(times)

    compiled = [best(lambda count=count: matcher_of(counted(count)).matches([])) for count in (5_000, 20_000)]
    assert compiled[1] < 8 * compiled[0]
    matcher, vocab = matcher_of(counted(1000)), Vocab()
    docs = [
        Doc(vocab, words=[f"word{number % 2000}" for number in range(size)]) for size in (50_000, 200_000)
    ]
    times = [best(lambda doc=doc: matcher.matches([doc])) for doc in docs]
    assert times[1] < 8 * times[0]
