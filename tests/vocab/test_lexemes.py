import gc
from concurrent.futures import ThreadPoolExecutor
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import UsageError
from kernel.tokens import Doc
from kernel.vocab import Vocab
from kernel.vocab.attrs import IS_ALPHA, IS_STOP, LENGTH, LIKE_NUM, LOWER, NORM, ORTH, SHAPE
from kernel.vocab.lexemes import LexemeSettings, LexemeTable


@pytest.fixture
def table():
    return LexemeTable(LexemeSettings())


def test_a_row_is_a_distinct_form_and_norm(table):
    rows = [table.row("ca"), table.row("ca", "can"), table.row("ca"), table.row("ca", "can"), table.row("CA")]
    assert rows == [0, 1, 0, 1, 2]
    assert [table.norm(row) for row in (0, 1, 2)] == ["ca", "can", "ca"]
    assert table.forms([0, 1, 2]) == ["ca", "ca", "CA"]


def test_the_default_norm_makes_no_row_of_its_own(table):
    assert table.row("Not", "not") == table.row("Not")


def test_rows_in_bulk_are_the_single_ones(table):
    first = table.rows(["b", "a", "b"])
    assert first.tolist() == [0, 1, 0]
    assert table.rows(["a", "c", "b"], [None, "x", None]).tolist() == [1, 2, 0]
    assert first.dtype == np.int32


def test_columns_grow_with_the_rows(table):
    table.rows(["one", "two"])
    early = table.column(LENGTH)
    table.rows([str(number) for number in range(500)])
    assert early.tolist() == [3, 3]
    assert len(table.column(LENGTH)) == 502
    assert table.column(LENGTH)[:2].tolist() == [3, 3]


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=40))
def test_columns_hold_the_hashes_of_the_attributes(words):
    vocab = Vocab()
    table = vocab.lexemes
    rows = table.rows(words)
    for attr, name in ((ORTH, "orth_"), (LOWER, "lower_"), (NORM, "norm_"), (SHAPE, "shape_")):
        texts = [vocab.strings[number] for number in table.column(attr)[rows].tolist()]
        assert texts == [getattr(vocab[word], name) for word in words]


def test_a_language_replaces_getters():
    vocab = Vocab(lex_attr_getters={LIKE_NUM: lambda text: text == "eleven", NORM: lambda text: "n"})
    assert vocab["eleven"].like_num and not vocab["11"].like_num
    assert vocab["anything"].norm_ == "n"


def test_what_a_user_sets_holds_in_every_generation():
    vocab = Vocab()
    doc = Doc(vocab, ["etc", "and"])
    assert not doc[0].is_stop
    version = vocab.lexemes.version
    vocab["etc"].is_stop = True
    vocab["etc"].norm_ = "and so on"
    assert vocab.lexemes.version != version
    vocab.new_generation()
    for each in (doc, Doc(vocab, ["etc", "and"])):
        assert [token.is_stop for token in each] == [True, False]
        assert [token.norm_ for token in each] == ["and so on", "and"]
    assert vocab.strings["and so on"] in vocab.strings


def test_living_documents_see_every_change():
    vocab = Vocab()
    doc = Doc(vocab, ["etc", "and"])
    flag = vocab.add_flag(str.islower)
    vocab["etc"].is_stop = True
    assert [(token.is_stop, token.check_flag(flag)) for token in doc] == [(True, True), (False, True)]
    vocab.new_generation()
    vocab.add_flag(lambda text: text == "and", flag)
    vocab.from_bytes(Vocab().to_bytes())
    assert [(token.is_stop, token.check_flag(flag)) for token in doc] == [(False, False), (False, True)]


def test_attributes_that_follow_from_the_text_cannot_be_set():
    with pytest.raises(UsageError, match="LENGTH"):
        Vocab().set_lexeme_attr("a", "LENGTH", 3)


def test_an_unknown_attribute_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'SHAPE'"):
        Vocab()["a"].get("SHAPES")


def test_flags_of_ones_own():
    vocab = Vocab()
    Doc(vocab, ["ab"])
    flag = vocab.add_flag(lambda text: text.startswith("a"))
    doc = Doc(vocab, ["ab", "ba"])
    assert [token.check_flag(flag) for token in doc] == [True, False]


def test_a_generation_ends_at_its_limit_and_documents_keep_theirs():
    vocab = Vocab(lexeme_limit=5)
    docs = [Doc(vocab, [f"{number}-{place}" for place in range(3)]) for number in range(20)]
    assert len({id(doc.table) for doc in docs}) > 3
    assert all(len(doc.table) < 10 for doc in docs)
    assert [doc.text for doc in docs] == [f"{number}-0 {number}-1 {number}-2 " for number in range(20)]
    assert [doc[2].shape_ for doc in docs[:2]] == ["d-d", "d-d"]


def test_an_unused_generation_is_freed_at_once():
    vocab = Vocab(lexeme_limit=50)
    tables = []
    gc.disable()
    try:
        for number in range(40):
            # Annotations of documents count as much as their words.
            doc = Doc(vocab, ["same"] * 5, lemmas=[f"{number}-{place}" for place in range(5)])
            assert doc[4].lemma_ == f"{number}-4" and doc.to_array("SHAPE").any()
            tables.append(ref(doc.table))
            del doc
        assert len({table() for table in tables} - {None}) == 1
        assert sum(table() is None for table in tables) >= 30
    finally:
        gc.enable()


def test_threads_see_one_table():
    vocab = Vocab(lexeme_limit=400)
    words = [f"word{number}" for number in range(300)]

    def work(seed):
        order = np.random.default_rng(seed).permutation(words).tolist()
        made = []
        for start in range(0, 300, 10):
            doc = Doc(vocab, order[start : start + 10])
            assert doc.table.column(IS_ALPHA)[doc.rows].tolist() == [False] * 10
            made.append((doc.to_array(["ORTH", "SHAPE"]).tolist(), [token.text for token in doc]))
        return made

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    numbers = {}
    for made in results:
        for array, texts in made:
            for (orth, _), text in zip(array, texts, strict=True):
                assert numbers.setdefault(text, orth) == orth
                assert vocab.strings[text] == orth
    assert len(numbers) == 300


def test_stop_words_are_a_flag_like_others():
    vocab = Vocab(lex_attr_getters={IS_STOP: {"the", "a"}.__contains__})
    assert [token.is_stop for token in Doc(vocab, ["the", "cat"])] == [True, False]


FORMS = ["a", "b", "C"]


@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("set"), st.sampled_from(FORMS), st.sampled_from(["NORM", "IS_STOP"]), st.booleans()
            ),
            st.tuples(st.just("text"), st.lists(st.sampled_from(FORMS), max_size=3)),
            st.tuples(st.just("norm"), st.sampled_from(FORMS)),
            st.tuples(st.just("read"), st.sampled_from(["norm_", "is_stop"])),
        ),
        max_size=12,
    )
)
def test_what_is_set_for_a_form_is_seen_in_all_its_rows(actions):
    vocab, docs = Vocab(), []
    values = {"NORM": {form: form.lower() for form in FORMS}, "IS_STOP": dict.fromkeys(FORMS, False)}
    for action, *what in [*actions, ("read", "norm_"), ("read", "is_stop")]:
        if action == "set":
            form, attr, flag = what
            value = f"norm of {flag}" if attr == "NORM" else flag
            vocab.set_lexeme_attr(form, attr, value)
            values[attr][form] = value
        elif action == "text":
            docs.append(Doc(vocab, what[0]))
        elif action == "norm":
            docs.append(Doc(vocab, [what[0]]))
            docs[-1][0].norm_ = "own"
            docs[-1].user_data["own"] = True
        else:
            for token in (token for doc in docs for token in doc):
                if what[0] == "is_stop":
                    assert token.is_stop == values["IS_STOP"][token.text]
                else:
                    expected = "own" if token.doc.user_data else values["NORM"][token.text]
                    assert token.norm_ == vocab.strings[token.norm] == expected


def test_setting_forms_between_reading_them(grows_linearly):
    def make(n):
        vocab = Vocab()

        def run():
            for i in range(n):
                doc = Doc(vocab, [f"w{i}"])
                assert not doc[0].is_stop
                vocab[f"w{i}"].is_stop = True
                assert doc[0].is_stop

        return run

    grows_linearly(make)


def test_long_strings_fill_a_generation_sooner():
    vocab = Vocab(lexeme_limit=100)
    table = vocab.lexemes
    table.row("x" * 640)
    assert table.size == 11
    table.row("x" * 640)
    table.intern("y" * 640)
    table.intern("y" * 640)
    table.intern_many(["y" * 640, "z"])
    assert table.size == 23
    table.row("x" * 20_000)
    assert vocab.lexemes is not table


def test_documents_of_long_words_are_forgotten():
    vocab = Vocab()
    seen = [ref(vocab.lexemes)]
    for number in range(1000):
        Doc(vocab, words=[str(number) + "x" * 20_000])
        if seen[-1]() is not vocab.lexemes:
            seen.append(ref(vocab.lexemes))
    gc.collect()
    assert len(seen) > 1
    assert [reference() is None for reference in seen] == [True] * (len(seen) - 1) + [False]
