"""The parser: labels, earlier sentence starts, learning, saving."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kernel
from kernel.errors import DataError, KernelError, UsageError
from kernel.numeric.random import scope
from kernel.tokens import Doc
from kernel.training import Example

from .conftest import CNN, DATA, MODEL, gold, make_examples, make_parser, train, tree, words_of

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


@pytest.fixture(scope="module")
def trained():
    nlp, parser, examples = make_parser()
    train(nlp, examples)
    return nlp, parser


def is_whole(doc):
    """Whether the annotation of a document is complete, and its sentences are its trees."""
    roots = [token for token in doc if token.head.i == token.i]
    assert [token.dep_ for token in roots] == ["ROOT"] * len(roots)
    assert doc.has_annotation("DEP", require_complete=True)
    assert [sent.root.i for sent in doc.sents] == [token.i for token in roots]
    assert all({token.sent.root.i for token in sent} == {sent.root.i} for sent in doc.sents)
    return True


@pytest.mark.parametrize(
    "changes",
    [{}, {"extra_state_tokens": True}, {"use_upper": False, "maxout_pieces": 3}, {"maxout_pieces": 1}],
)
def test_it_learns_what_it_is_shown(changes):
    nlp, parser, examples = make_parser(model={**MODEL, **changes})
    first = train(nlp, examples, steps=1)["parser"]
    assert train(nlp, examples, steps=120)["parser"] < first / 20
    for example in examples:
        doc = parser(words_of(nlp, example.reference.text.strip()))
        assert tree(doc) == gold(example) and is_whole(doc)
        assert [sent.text for sent in doc.sents] == [sent.text for sent in example.reference.sents]


def test_scores(trained):
    nlp, parser = trained
    examples = make_examples(nlp)
    for example in examples:
        parser(example.predicted)
    scores = parser.score(examples)
    assert scores["dep_uas"] == scores["dep_las"] == scores["sents_f"] == 1.0
    assert scores["dep_las_per_type"]["nmod"]["f"] == 1.0 and "punct" not in scores["dep_las_per_type"]


def test_documents_of_a_batch_do_not_see_each_other(trained):
    nlp, parser = trained
    texts = [text for text, _, _ in DATA] + ["She", "dogs talk"]
    alone = [tree(parser(words_of(nlp, text))) for text in texts]
    together = list(parser.pipe([words_of(nlp, text) for text in texts], batch_size=4))
    assert [tree(doc) for doc in together] == alone


def test_documents_without_words(trained):
    nlp, parser = trained
    docs = [Doc(nlp.vocab, words=[]), words_of(nlp, DATA[2][0]), Doc(nlp.vocab, words=[])]
    assert [len(list(doc.sents)) for doc in parser.pipe(docs)] == [0, 1, 0]
    assert len(parser(Doc(nlp.vocab, words=[]))) == 0
    examples = [Example(Doc(nlp.vocab, []), Doc(nlp.vocab, [])), *make_examples(nlp)]
    assert nlp.update(examples, losses={})["parser"] > 0


@pytest.mark.parametrize("words", [[" "], ["\n", " "], ["\n"] * 9, ["a", " ", "\n", "b"]])
def test_whitespace(trained, words):
    nlp, parser = trained
    assert is_whole(parser(Doc(nlp.vocab, words)))
    reference = Doc(nlp.vocab, words, heads=[0] * len(words), deps=["root", *["dep"] * (len(words) - 1)])
    assert nlp.update([Example(Doc(nlp.vocab, words), reference)], losses={})["parser"] >= 0


@settings(max_examples=30)
@given(st.data())
def test_sentence_starts_that_are_there_stay(data):
    nlp, parser = UNTRAINED
    n = data.draw(st.integers(1, 12))
    starts = [
        True,
        *data.draw(st.lists(st.sampled_from([True, False, None]), min_size=n - 1, max_size=n - 1)),
    ]
    words = data.draw(st.lists(st.sampled_from(["a", "She", "dogs", "."]), min_size=n, max_size=n))
    doc = Doc(nlp.vocab, words, sent_starts=starts)
    parser(doc)
    assert is_whole(doc)
    for token, start in zip(doc, starts, strict=True):
        assert start is None or token.is_sent_start == start


UNTRAINED = None


@pytest.fixture(scope="module", autouse=True)
def _untrained():
    """A parser that says anything: its weights are random."""
    global UNTRAINED
    nlp, parser, _ = make_parser()
    generator = np.random.default_rng(0)
    for node in parser.model.walk():
        for name in node.param_names:
            value = node.get_param(name)
            node.set_param(name, generator.normal(size=value.shape).astype(value.dtype))
    UNTRAINED = nlp, parser


@settings(max_examples=20)
@given(st.lists(st.lists(st.sampled_from(["a", "She", "dogs", ".", " ", "\n"]), max_size=30), max_size=4))
def test_any_parser_gives_whole_trees(texts):
    nlp, parser = UNTRAINED
    docs = [Doc(nlp.vocab, words) for words in texts]
    assert all(is_whole(doc) for doc in parser.pipe(docs))


def test_a_parser_that_was_drawn_only_gives_whole_trees():
    nlp, parser, _ = make_parser()
    assert is_whole(parser(words_of(nlp, DATA[0][0])))


def test_running_twice_changes_nothing(trained):
    nlp, parser = trained
    doc = parser(words_of(nlp, DATA[1][0]))
    first = tree(doc)
    assert tree(parser(doc)) == first


def test_arcs_that_cross_are_put_back(trained):
    nlp, parser = trained
    doc = parser(words_of(nlp, DATA[1][0]))
    assert (doc[4].head.i, doc[4].dep_) == (1, "nmod")
    assert "nmod||nsubj" in parser.moves.labels and "nmod||nsubj" not in parser.labels


def test_labels_come_from_the_reference_documents():
    _, parser, _ = make_parser()
    assert parser.labels == (
        "ROOT", "advmod", "amod", "aux", "cc", "conj", "dep", "det", "iobj", "nmod", "nsubj", "obj", "punct",
    )  # fmt: skip
    assert parser.label_data == {
        "0": {"": 1},
        "1": {"": 1},
        "2": {"nsubj": 4, "det": 2, "cc": 1, "aux": 1, "amod": 1, "dep": 0},
        "3": {"obj": 3, "punct": 1, "nmod||nsubj": 1, "iobj": 1, "conj": 1, "advmod": 1, "dep": 0},
        "4": {"ROOT": 1},
    }
    assert parser.model.get_dim("nO") == len(parser.moves) == 16


def test_rare_labels_become_another():
    _, parser, examples = make_parser(min_action_freq=2)
    assert parser.label_data["2"] == {"nsubj": 4, "det": 2, "dep": 0}
    assert parser.label_data["3"] == {"obj": 3, "dep": 0}
    assert parser.labels == ("ROOT", "dep", "det", "nsubj", "obj")
    assert parser.gold_labels(examples) == {"ROOT": 5, "nsubj": 4, "obj": 3, "det": 2, "dep": 8}


@pytest.mark.parametrize("as_list", [True, False])
def test_labels_can_be_given(as_list):
    _, first, _ = make_parser()
    labels = ["nsubj", "obj"] if as_list else first.label_data
    _, parser, _ = make_parser([DATA[2]], labels=labels)
    if as_list:
        assert parser.labels == ("ROOT", "dep", "nsubj", "obj")
        assert parser.moves.names == [
            "S",
            "D",
            "L-obj",
            "L-nsubj",
            "R-obj",
            "R-nsubj",
            "B-ROOT",
            "L-dep",
            "R-dep",
        ]
    else:
        assert parser.labels == first.labels and parser.moves.names == first.moves.names


def test_labels_that_are_none():
    with pytest.raises(DataError, match="unknown parser actions"):
        make_parser(labels={"7": {"x": 1}})
    with pytest.raises(DataError, match="label"):
        make_parser(labels=[""])
    _, parser, _ = make_parser()
    with pytest.raises(UsageError, match="string"):
        parser.add_label(3)
    with pytest.raises(KernelError):
        parser.add_label("")


def test_a_label_added_before_initialize_is_kept():
    nlp, parser, examples = make_parser(initialize=False)
    assert parser.labels == ()
    assert parser.add_label("list") == 1
    assert parser.add_label("list") == 0
    parser.initialize(lambda: examples, nlp=nlp)
    assert "list" in parser.labels
    assert parser.model.get_dim("nO") == len(parser.moves)


def test_a_label_added_later_is_not_used_before_gold_data_are():
    nlp, parser, examples = make_parser()
    train(nlp, examples)
    assert parser.add_label("xcomp") == 1
    assert parser.moves.names[-2:] == ["L-xcomp", "R-xcomp"]
    for example in examples:
        assert tree(parser(words_of(nlp, example.reference.text.strip()))) == gold(example)
    more = [*DATA, ("She wants sleep", [1, 1, 1], "nsubj root xcomp")]
    train(nlp, make_examples(nlp, more), steps=100)
    assert tree(parser(words_of(nlp, more[-1][0]))) == [(1, "nsubj"), (1, "ROOT"), (1, "xcomp")]


def test_labels_that_update_meets_are_learned_as_another():
    nlp, parser, _ = make_parser()
    more = [*DATA, ("She wants sleep", [1, 1, 1], "nsubj root xcomp")]
    train(nlp, make_examples(nlp, more), steps=100)
    assert "xcomp" not in parser.labels
    assert tree(parser(words_of(nlp, more[-1][0]))) == [(1, "nsubj"), (1, "ROOT"), (1, "dep")]


def test_documents_without_trees_teach_nothing():
    nlp, parser, examples = make_parser()
    unknown = make_examples(nlp, [(DATA[0][0], None, None)])
    assert parser.update(unknown)["parser"] == 0
    losses = []
    for batch in ([*examples, *unknown], examples):
        with scope(seed=0):
            losses.append(parser.update(batch)["parser"])
    assert losses[0] == pytest.approx(losses[1])


def test_heads_that_are_not_known_teach_nothing():
    nlp, parser, examples = make_parser()
    text, heads, deps = DATA[0]
    labels = ["" if i in (3, 4) else label for i, label in enumerate(deps.split())]
    known = [None if i in (3, 4) else head for i, head in enumerate(heads)]
    partly = Example(words_of(nlp, text), Doc(nlp.vocab, text.split(" "), heads=known, deps=labels))
    train(nlp, [partly], steps=100)
    found = tree(parser(words_of(nlp, text)))
    assert [found[i] for i in (0, 1, 2, 5, 6)] == [gold(examples[0])[i] for i in (0, 1, 2, 5, 6)]


def test_parts_of_a_gold_token_are_learned():
    nlp, parser, _ = make_parser(initialize=False, learn_tokens=True)
    reference = Doc(nlp.vocab, ["the", "notebook", "fell"], heads=[1, 2, 2], deps=["det", "nsubj", "root"])
    words = ["the", "note", "book", "fell"]
    predicted = Doc(nlp.vocab, words, spaces=[True, False, True, False])
    example = Example(predicted, reference)
    parser.initialize(lambda: [example])
    assert "subtok" in parser.labels
    train(nlp, [example])
    assert tree(parser(Doc(nlp.vocab, words))) == [(2, "det"), (2, "subtok"), (3, "nsubj"), (3, "ROOT")]
    assert "subtok" not in make_parser()[1].labels


def test_a_batch_with_nothing_to_learn_does_not_hold_up_a_shared_source():
    nlp = kernel.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": CNN})
    listener = {"@architectures": "kernel.Tok2VecListener.v1", "width": 16}
    nlp.add_pipe("parser", config={"model": {**MODEL, "tok2vec": listener}, "min_action_freq": 0})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    train(nlp, examples, steps=100)
    unknown = make_examples(nlp, [(DATA[0][0], None, None)])
    assert nlp.update(unknown, losses={})["parser"] == 0
    nlp.update([*unknown, *examples])
    doc = nlp(words_of(nlp, DATA[0][0]))
    assert tree(doc) == gold(examples[0])


@pytest.mark.parametrize("as_files", [True, False])
@pytest.mark.parametrize("into_initialized", [True, False])
def test_a_saved_component_predicts_the_same(tmp_path, as_files, into_initialized):
    nlp, parser, examples = make_parser()
    train(nlp, examples, steps=20)
    parser.add_label("later")
    _, other, _ = make_parser([DATA[2]], initialize=into_initialized)
    if as_files:
        parser.to_disk(tmp_path / "parser")
        other.from_disk(tmp_path / "parser")
        assert sorted(path.name for path in (tmp_path / "parser").iterdir()) == ["cfg", "model", "moves"]
    else:
        other.from_bytes(parser.to_bytes())
    assert other.to_bytes() == parser.to_bytes()
    assert other.labels == parser.labels and other.moves.names == parser.moves.names
    for text, _, _ in DATA:
        assert tree(other(words_of(nlp, text))) == tree(parser(words_of(nlp, text)))


def test_the_same_seed_gives_the_same_bytes():
    results = []
    for _ in range(2):
        nlp, parser, examples = make_parser(update_with_oracle_cut_size=4)
        np.random.seed(1)
        optimizer = nlp.create_optimizer()
        for step in range(3):
            with scope(seed=1, step=step):
                nlp.update(examples, drop=0.3, sgd=optimizer)
        results.append(parser.to_bytes())
    assert results[0] == results[1]


def test_a_wrong_number_of_outputs_is_explained():
    with pytest.raises(UsageError, match="Leave nO out"):
        make_parser(model={**MODEL, "nO": 50})


def test_a_component_without_documents_has_nothing_to_begin_with():
    _, parser, _ = make_parser(initialize=False)
    with pytest.raises(DataError, match="no examples"):
        parser.initialize(list)


def test_rehearsal_keeps_what_was_known():
    nlp, parser, examples = make_parser()
    train(nlp, examples)
    nlp.resume_training()
    texts = [Example(words_of(nlp, text), words_of(nlp, text)) for text, _, _ in DATA]
    with scope(seed=0):
        assert parser.rehearse(texts)["parser"] < 1e-6
    new = make_examples(nlp, [("dogs sleep today", [2, 2, 2], "dep dep root")])
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for step in range(60):
        with scope(seed=0, step=step):
            nlp.update(new)
            losses = nlp.rehearse(texts, sgd=optimizer, losses={})
    assert losses["parser"] < 20
    found = [tree(parser(words_of(nlp, text))) for text, _, _ in DATA]
    assert found == [gold(example) for example in examples]


def test_long_documents_are_cut():
    nlp, parser, _ = make_parser(update_with_oracle_cut_size=5)
    text, heads, deps = DATA[3]
    long = (" ".join([text] * 8), [head + 5 * i for i in range(8) for head in heads], " ".join([deps] * 8))
    examples = make_examples(nlp, [long])
    train(nlp, examples, steps=60)
    assert tree(parser(words_of(nlp, long[0]))) == gold(examples[0])


CHAINS = {
    "forward": lambda i, n: max(0, i - 1),
    "back": lambda i, n: min(n - 1, i + 1),
    "flat": lambda i, n: 0,
    "crossing": lambda i, n: max(0, i - 2),
    "sentences": lambda i, n: i // 20 * 20,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHAINS)
@pytest.mark.parametrize("n", [20_000, 100_000])
def test_very_long_documents(kind, n):
    nlp, parser, _ = make_parser([("a b", [0, 0], "root x"), ("a b", [1, 1], "x root")])
    heads = [CHAINS[kind](i, n) for i in range(n)]
    deps = ["root" if head == i else "x" for i, head in enumerate(heads)]
    words = ["a", "b", "c"] * (n // 3 + 1)
    example = Example(Doc(nlp.vocab, words[:n]), Doc(nlp.vocab, words[:n], heads=heads, deps=deps))
    optimizer = nlp.create_optimizer()
    assert np.isfinite(nlp.update([example], sgd=optimizer, losses={})["parser"])
    doc = parser(Doc(nlp.vocab, words[:n]))
    assert sum(len(sent) for sent in doc.sents) == n


def test_data_without_trees_are_an_error_unless_labels_are_known():
    data = [("some words", None, None)]
    with pytest.raises(DataError, match="none of the examples has trees"):
        make_parser(data)
    assert "obj" in make_parser(data, labels=["obj"])[1].labels
    nlp, component, examples = make_parser(data, initialize=False)
    component.add_label("obj")
    component.initialize(lambda: examples, nlp=nlp)
    assert "obj" in component.labels
    # Without any examples it can get its labels later.
    make_parser(data, initialize=False)[0].initialize()
