"""What is counted equals what the scorers count, on random documents."""

import random
from collections import Counter

import pytest
from kernel_report.predictions.arcs import Dependencies
from kernel_report.predictions.categories import Categories
from kernel_report.predictions.entities import Entities
from kernel_report.predictions.features import Features
from kernel_report.predictions.links import Links
from kernel_report.predictions.sentences import Sentences
from kernel_report.predictions.span_group import SpanGroup
from kernel_report.predictions.tally import Tally
from kernel_report.predictions.token_values import TokenValues

from kernel.scores.counts import PRFScore
from kernel.scores.scorer import Scorer
from kernel.tokens import Doc
from kernel.training import Example

SEEDS = range(4)


def counted(kind, examples):
    tally = Tally(kind)
    for example in examples:
        tally.add(example)
    return tally.result()


def score(row) -> PRFScore:
    return PRFScore(tp=row[-3], fp=row[-2], fn=row[-1])


def per_label(result) -> dict[str, dict[str, float]]:
    return {row[0]: score(row).to_dict() for row in result["labels"] if sum(row[1:3])}


def check_sums(result) -> None:
    """What must hold of the counts of any kind."""
    gold, said, right, extra, missed = result["total"]
    assert gold == right + missed and said == right + extra
    assert gold == sum(row[1] for row in result["labels"])
    cells, borders = result["matrix"]["cells"], result["matrix"]["borders"]
    assert sum(map(sum, cells)) + sum(borders) == right + result["errors"]
    assert sum(row[-1] for row in result["confusions"]) == result["errors"]
    with_gold = sum(count for _, label, _, count in result["confusions"] if label is not None)
    assert with_gold == missed


@pytest.fixture(params=SEEDS)
def examples(request, make_example):
    numbers = random.Random(request.param)
    return [make_example(numbers) for _ in range(25)]


def test_entities(examples):
    result, wanted = counted(Entities(), examples), Scorer.score_ents(examples)
    assert per_label(result) == wanted["ents_per_type"]
    assert score(result["total"]).fscore == wanted["ents_f"]
    check_sums(result)


@pytest.mark.parametrize("is_labelled", [True, False])
def test_spans_of_a_group(examples, is_labelled):
    result = counted(SpanGroup("sc", is_labelled=is_labelled), examples)
    wanted = Scorer.score_spans(
        examples,
        "sc",
        getter=lambda doc, key: doc.spans.get(key, ()),
        has_annotation=lambda doc: "sc" in doc.spans,
        labeled=is_labelled,
        allow_overlap=True,
    )
    assert score(result["total"]).to_dict() == {key: wanted[f"sc_{key}"] for key in "prf"}
    if is_labelled:
        assert per_label(result) == wanted["sc_per_type"]
    check_sums(result)


def test_sentences(examples):
    result = counted(Sentences(), examples)
    wanted = Scorer.score_spans(
        examples, "sents", has_annotation=lambda doc: doc.has_annotation("SENT_START"), labeled=False
    )
    assert score(result["total"]).to_dict() == {key: wanted[f"sents_{key}"] for key in "prf"}
    check_sums(result)


@pytest.mark.parametrize("attr", ["tag", "pos", "morph", "lemma"])
def test_values_of_tokens(examples, attr):
    result = counted(TokenValues(attr), examples)
    assert score(result["total"]).fscore == Scorer.score_token_attr(examples, attr)[f"{attr}_acc"]
    check_sums(result)
    # By hand: with equal words each token is one answer.
    same = [example for example in examples if example.same_words]
    strings = examples[0].predicted.vocab.strings

    def name(value):
        return strings[value] if value else ""

    pairs = Counter(
        (name(wanted), name(found))
        for example in same
        for found, wanted in zip(
            *(doc.to_array(attr.upper()).tolist() for doc in (example.x, example.y)), strict=True
        )
        if wanted
    )
    result = counted(TokenValues(attr), same)
    for label, gold, said, right, _, _ in result["labels"]:
        assert gold == sum(count for (wanted, _), count in pairs.items() if wanted == label)
        assert said == sum(count for (_, found), count in pairs.items() if found == label)
        assert right == pairs[label, label]
    wrong = {pair: count for pair, count in pairs.items() if pair[0] != pair[1]}
    assert {(gold, found): count for _, gold, found, count in result["confusions"]} == wrong


def test_features_of_morphology(examples):
    result, wanted = counted(Features(), examples), Scorer.score_token_attr_per_feat(examples, "morph")
    summed: dict[str, PRFScore] = {}
    for row in result["labels"]:
        name = row[0].partition("=")[0]
        summed[name] = summed.get(name, PRFScore()) + score(row)
    assert {name: one.to_dict() for name, one in summed.items()} == wanted["morph_per_feat"]
    assert score(result["total"]).fscore == wanted["morph_micro_f"]
    check_sums(result)


@pytest.mark.parametrize("is_exclusive", [True, False])
def test_categories(examples, is_exclusive):
    labels = ["ORG", "PER", "LOC", "never"]
    result = counted(Categories(labels, is_exclusive=is_exclusive, threshold=0.4), examples)
    wanted = Scorer.score_cats(examples, labels=labels, multi_label=not is_exclusive, threshold=0.4)
    figures = {label: row for label, row in wanted["cats_f_per_type"].items() if row["f"] is not None}
    assert per_label(result) == figures
    assert {row[0] for row in result["labels"]} == set(labels)
    assert score(result["total"]).fscore == wanted["cats_micro_f"]
    check_sums(result)


@pytest.mark.parametrize("seed", SEEDS)
def test_dependencies(vocab, make_example, seed):
    numbers = random.Random(seed)
    labels = ("nsubj", "obj", "PUNCT", "ROOT", "")

    def parsed(words, spaces):
        heads = [numbers.randrange(len(words)) for _ in words] if numbers.random() < 0.3 else None
        deps = [numbers.choice(labels) for _ in words]
        return Doc(vocab, words=words, spaces=spaces, deps=deps, heads=_tree(numbers, len(words), heads))

    examples = []
    for _ in range(25):
        made = make_example(numbers)
        both = [
            parsed([token.text for token in doc], [bool(token.whitespace_) for token in doc])
            for doc in (made.predicted, made.reference)
        ]
        examples.append(Example(*both))
    result, wanted = counted(Dependencies(), examples), Scorer.score_deps(examples)
    assert per_label(result) == wanted["dep_las_per_type"]
    assert score(result["total"]).fscore == wanted["dep_las"]
    gold, said, right, _, _ = result["total"]
    assert gold == sum(row[1] for row in result["labels"])
    assert said >= right


def _tree(numbers, length, heads):
    """Heads that form one tree: each token has an earlier one, the first none."""
    return [0 if place == 0 else numbers.randrange(place) for place in range(length)]


@pytest.mark.parametrize("seed", SEEDS)
def test_links(vocab, seed):
    from kernel.tokens import Span

    numbers = random.Random(seed)
    examples = []
    for _ in range(30):
        words = [numbers.choice("abc") for _ in range(6)]
        both = []
        for _ in range(2):
            doc = Doc(vocab, words=words)
            doc.ents = [
                Span(doc, place, place + 1, label="ORG", kb_id=numbers.choice(("Q1", "Q2", "NIL", "")))
                for place in range(6)
                if numbers.random() < 0.7
            ]
            both.append(doc)
        examples.append(Example(*both))
    result, wanted = counted(Links(), examples), Scorer.score_links(examples, negative_labels=["NIL"])
    assert score(result["total"]).to_dict() == {key: wanted[f"nel_micro_{key}"] for key in "prf"}
    check_sums(result)
