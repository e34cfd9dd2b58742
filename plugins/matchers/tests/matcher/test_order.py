"""Matches, their order, alignments and choices are those of a plain machine that goes through a text token by token."""

import random
import re

import pytest
from kernel.matcher import Matcher
from kernel_matchers.token_patterns import walk

from kernel.numeric.random import stream
from kernel.tokens import Doc
from kernel.vocab import Vocab

OPERATORS = (None, None, "1", "!", "?", "*", "+", "{0}", "{2}", "{1,2}", "{0,2}", "{,1}", "{2,}", "{0,}", "{,2}", "{1,}")  # fmt: skip
VOCAB = Vocab()


def bounds(operator):
    if operator in (None, "1", "!"):
        return 1, 1
    known = {"?": (0, 1), "*": (0, None), "+": (1, None)}
    if operator in known:
        return known[operator]
    low, comma, high = re.fullmatch(r"\{(\d*)(,?)(\d*)\}", operator).groups()
    return int(low or 0), (int(high) if high else None) if comma else int(low)


def steps(pattern):
    """Each position of a pattern: what it describes, the place of that, and whether it is needed, may be left out, or repeated."""
    found = []
    for place, described in enumerate(pattern):
        low, high = bounds(described.get("OP"))
        found += [(described, place, "needed")] * low
        found += [(described, place, "repeated")] if high is None else [(described, place, "optional")] * (high - low)  # fmt: skip
    return found


def meets(described, word):
    same = all(word == value for key, value in described.items() if key != "OP")
    return same != (described.get("OP") == "!")


def machine(rules, words):
    """All matches as they are seen: (rule, start, end, alignment)."""
    patterns = [(rule, steps(pattern)) for rule, given in enumerate(rules) for pattern in given]
    states, found = [], []
    for time, word in enumerate(words):
        stay, new = [], []
        for rule, left, start, taken in states + [(rule, own, time, ()) for rule, own in patterns if own]:
            while left:
                (described, place, kind), rest = left[0], left[1:]
                met, longer = meets(described, word), (*taken, place)
                if kind != "needed" and not rest:
                    found.append((rule, start, taken))
                    if met and kind == "optional":
                        found.append((rule, start, longer))
                    elif met:
                        stay.append((rule, left, start, longer))
                elif kind != "needed" and met:
                    new.append((rule, left if kind == "repeated" else rest, start, longer))
                elif kind == "needed" and met and rest:
                    stay.append((rule, rest, start, longer))
                elif kind == "needed" and met:
                    found.append((rule, start, longer))
                if kind == "needed":
                    break
                left = rest
        states = stay + new
    found += [
        (rule, start, taken)
        for rule, left, start, taken in states
        if all(kind != "needed" for _, _, kind in left)
    ]
    once = {}
    for rule, start, taken in found:
        if taken:
            once.setdefault((rule, start, start + len(taken)), list(taken))
    return [(*match, taken) for match, taken in once.items()]


def chosen(matches, greedy):
    """First what may overlap, then rule by rule what is left when each takes its tokens."""
    found = [match for match in matches if greedy[match[0]] is None]
    for rule in dict.fromkeys(match[0] for match in matches if greedy[match[0]]):
        own = [match for match in matches if match[0] == rule]
        own.sort(key=lambda match: match[1] - match[2] if greedy[rule] == "LONGEST" else match[1])
        if greedy[rule] == "FIRST":
            own.sort(key=lambda match: (match[1], -match[2]))
        else:
            own.sort(key=lambda match: (match[1] - match[2], match[1]))
        taken = set()
        for match in own:
            tokens = set(range(match[1], match[2]))
            if not tokens & taken:
                taken |= tokens
                found.append(match)
    return found


def token(draw):
    described = {} if draw.random() < 0.2 else {"LOWER": draw.choice("ab")}
    operator = draw.choice(OPERATORS)
    return described if operator is None else {**described, "OP": operator}


def compare(draw, longest=9):
    rules = [
        [[token(draw) for _ in range(draw.randint(1, 4))] for _ in range(draw.choice([1, 1, 2]))]
        for _ in range(draw.choice([1, 2, 3]))
    ]
    greedy = [draw.choice([None, None, "FIRST", "LONGEST"]) for _ in rules]
    matcher = Matcher(VOCAB)
    for rule, patterns in enumerate(rules):
        matcher.add(f"k{rule}", patterns, greedy=greedy[rule])
    texts = [[draw.choice("ab") for _ in range(draw.randint(0, longest))] for _ in range(3)]
    docs = [Doc(VOCAB, words=words) for words in texts]
    numbers = {VOCAB.strings[f"k{rule}"]: rule for rule in range(len(rules))}
    expected = [chosen(machine(rules, words), greedy) for words in texts]
    found = [[(numbers[key], start, end) for key, start, end in matches] for matches in matcher.batch(docs)]
    assert found == [[match[:3] for match in matches] for matches in expected], (rules, greedy, texts)
    for doc, matches in zip(docs, expected, strict=True):
        aligned = [(numbers[key], *rest) for key, *rest in matcher(doc, with_alignments=True)]
        assert aligned == matches, (rules, greedy, doc)


def source(name):
    return random.Random(int(stream(0, "matchers", name).integers(1 << 62)))


def test_random_patterns_in_random_texts():
    draw = source("order")
    for _ in range(100):
        compare(draw)


def test_few_states_at_once(monkeypatch):
    """As in long texts: states in parts, and none that leads to nothing."""
    monkeypatch.setattr(walk, "MOST", 3)
    monkeypatch.setattr(walk, "MANY", -100)
    draw = source("few")
    for _ in range(30):
        compare(draw)


@pytest.mark.slow
def test_very_many_random_patterns():
    draw = source("many")
    for _ in range(15_000):
        compare(draw)


def test_long_repetitions():
    """Of longer ones the order is kept where states are made at each token."""
    rules = [[[{"LOWER": "a"}, {"OP": "*"}, {"LOWER": "b"}]], [[{"OP": "*"}, {"LOWER": "b", "OP": "?"}]]]
    words = list("aabaabbbabaaaabbbbaaababbaabababbbaabbabbabbababbbaaababbaabbababa")
    matcher = Matcher(VOCAB)
    for rule, patterns in enumerate(rules):
        matcher.add(f"k{rule}", patterns)
    found = [(VOCAB.strings[key], start, end) for key, start, end in matcher(Doc(VOCAB, words=words))]
    assert found == [(f"k{rule}", start, end) for rule, start, end, _ in machine(rules, words)]
