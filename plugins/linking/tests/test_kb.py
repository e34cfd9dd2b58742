"""The knowledge base by what it says, before and after it was written."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.kb import Candidate, InMemoryLookupKB, KnowledgeBase, get_candidates, get_candidates_batch

from kernel.errors import DataError, MissingName
from kernel.tokens import Doc
from kernel.vocab import Vocab

from .conftest import VECTORS


def said(candidates):
    return [(c.entity_, c.alias_, round(c.prior_prob, 5), c.entity_freq) for c in candidates]


def everything(kb):
    """All that a knowledge base says."""
    return (
        kb.entity_vector_length,
        kb.get_entity_strings(),
        kb.get_alias_strings(),
        [said(kb.get_alias_candidates(alias)) for alias in kb.get_alias_strings()],
        kb.get_vectors(kb.get_entity_strings()),
    )


def test_says_what_was_added(kb):
    assert said(kb.get_alias_candidates("Adams")) == [("Q1", "Adams", 0.6, 10), ("Q2", "Adams", 0.3, 11)]
    assert kb.get_alias_candidates("nobody") == []
    assert (len(kb), kb.get_size_entities(), kb.get_size_aliases(), kb.is_empty()) == (3, 3, 2, False)
    assert kb.contains_entity("Q1") and not kb.contains_entity("Adams")
    assert kb.contains_alias("Adams") and not kb.contains_alias("Q1")
    assert kb.get_vector("Q2") == VECTORS["Q2"] and kb.get_vector("Q9") == [0, 0, 0]
    assert kb.get_vectors(["Q3", "Q1"]) == [VECTORS["Q3"], VECTORS["Q1"]]
    assert kb.get_prior_prob("Q2", "Adams") == pytest.approx(0.3)
    assert kb.get_prior_prob("Q3", "Adams") == kb.get_prior_prob("Q9", "x") == 0
    assert kb.get_entity_strings() == ["Q1", "Q2", "Q3"] and kb.get_alias_strings() == ["Adams", "New York"]


def test_candidates_of_mentions(nlp, kb):
    doc = Doc(nlp.vocab, words=["Adams", "in", "New", "York", "City"])
    mentions = [doc[0:1], doc[1:2], doc[2:4]]
    assert [len(each) for each in kb.get_candidates_batch(mentions)] == [2, 0, 1]
    assert (
        said(get_candidates(kb, doc[2:4]))
        == said(kb.get_candidates(doc[2:4]))
        == [("Q3", "New York", 0.9, 12)]
    )
    assert next(said(each) for each in get_candidates_batch(kb, mentions)) == said(
        kb.get_candidates(doc[0:1])
    )


def test_numbers_of_candidates_are_those_of_the_vocab(nlp, kb):
    candidate = kb.get_alias_candidates("Adams")[1]
    assert candidate.entity == nlp.vocab.strings["Q2"] and nlp.vocab.strings[candidate.entity] == "Q2"
    assert candidate.alias == nlp.vocab.strings["Adams"] and candidate.entity_vector == VECTORS["Q2"]
    assert repr(candidate) == "Candidate('Q2', alias 'Adams', prior 0.3)"
    assert "Q2" not in list(nlp.vocab.strings), "a million ids would be saved twice"


def test_returns_numbers(nlp):
    kb = InMemoryLookupKB(nlp.vocab, 1)
    assert kb.add_entity("Q1", 1, [1]) == nlp.vocab.strings["Q1"]
    assert kb.add_alias("x", ["Q1"], [1]) == nlp.vocab.strings["x"]


def test_what_comes_twice_is_left_out_with_a_warning(kb):
    with pytest.warns(UserWarning, match="has the entity 'Q1' already"):
        assert kb.add_entity("Q1", 99, [5, 5, 5]) is None
    with pytest.warns(UserWarning, match="has the alias 'Adams' already"):
        assert kb.add_alias("Adams", ["Q3"], [0.1]) is None
    with pytest.warns(UserWarning, match="may mean 'Q1' already"):
        kb.append_alias("Adams", "Q1", 0.05)
    kb.append_alias("Adams", "Q1", 0.05, ignore_warnings=True)
    assert said(kb.get_alias_candidates("Adams")) == [("Q1", "Adams", 0.6, 10), ("Q2", "Adams", 0.3, 11)]
    assert kb.get_vector("Q1") == VECTORS["Q1"]


def test_an_alias_gets_more_entities(kb):
    kb.append_alias("Adams", "Q3", 0.1)
    kb.append_alias("New York", "Q1", 0.05)
    assert [c.entity_ for c in kb.get_alias_candidates("Adams")] == ["Q1", "Q2", "Q3"]
    assert said(kb.get_alias_candidates("New York")) == [
        ("Q3", "New York", 0.9, 12),
        ("Q1", "New York", 0.05, 10),
    ]


def test_an_alias_that_is_extended_over_and_over_takes_no_more_room_than_it_needs(nlp):
    kb = InMemoryLookupKB(nlp.vocab, 1)
    kb.set_entities([f"Q{i}" for i in range(400)], [1] * 400, np.ones((400, 1)))
    kb.add_alias("a", ["Q0"], [0.001])
    kb.add_alias("b", ["Q0"], [0.001])
    for i in range(1, 400):
        kb.append_alias("a", f"Q{i}", 0.001)
        kb.append_alias("b", f"Q{i}", 0.002)
    for alias, prior in (("a", 0.001), ("b", 0.002)):
        found = kb.get_alias_candidates(alias)
        assert [c.entity_ for c in found] == [f"Q{i}" for i in range(400)]
        assert found[-1].prior_prob == pytest.approx(prior)
    assert len(kb.to_bytes()) < 30_000


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda kb: kb.add_entity("Q9", 1, [1, 2]), DataError, "have 3 numbers, and one was given with 2"),
        (lambda kb: kb.add_entity("", 1, [1, 2, 3]), DataError, "a text that is not empty"),
        (lambda kb: kb.add_alias("x", ["Q1"], [0.5, 0.1]), DataError, "1 entities, but 2 probabilities"),
        (lambda kb: kb.add_alias("x", ["Q1", "Q2"], [0.5, 0.8]), DataError, "sum to 1 at most, not to 1.3"),
        (lambda kb: kb.add_alias("x", ["Q1"], [-0.5]), DataError, "from 0 to 1"),
        (lambda kb: kb.add_alias("x", ["Q9"], [0.5]), MissingName, "no entity 'Q9'"),
        (lambda kb: kb.append_alias("Adams", "Q3", 0.2), DataError, "sum to 1 at most"),
        (lambda kb: kb.append_alias("x", "Q3", 0.2), MissingName, "no alias 'x'"),
        (lambda kb: kb.append_alias("Adams", "Q9", 0.1), MissingName, "no entity 'Q9'"),
        (
            lambda kb: kb.set_entities(["A"], [1, 2], [[1, 2, 3]]),
            DataError,
            "1 entities, 2 frequencies and 1 vectors",
        ),
    ],
)
def test_mistakes_are_told_and_change_nothing(kb, call, error, message):
    before = everything(kb)
    with pytest.raises(error, match=message):
        call(kb)
    assert everything(kb) == before


def test_all_entities_are_replaced_and_aliases_follow(kb):
    with pytest.warns(UserWarning, match="1 entities are named twice"):
        kb.set_entities(["Q9", "Q2", "Q9"], [1, 2, 3], [[1, 1, 1], [2, 2, 2], [3, 3, 3]])
    assert kb.get_entity_strings() == ["Q9", "Q2"] and kb.get_vector("Q9") == [1, 1, 1]
    assert said(kb.get_alias_candidates("Adams")) == [("Q2", "Adams", 0.3, 2)]
    assert kb.get_alias_candidates("New York") == []


def test_arrays_stay_the_callers(kb):
    vectors, freqs = np.eye(2, 3, dtype="f"), np.ones(2, dtype="f")
    kb.set_entities(["Q1", "Q2"], freqs, vectors)
    vectors[:], freqs[:] = 7, 7
    assert kb.get_vector("Q1") == [1, 0, 0]
    assert {candidate.entity_freq for candidate in kb.get_alias_candidates("Adams")} == {1}


def test_vectors_have_a_width():
    with pytest.raises(ValueError, match="a width of 1 or more"):
        InMemoryLookupKB(Vocab(), 0)


names = st.text(min_size=1, max_size=6)
entities = st.dictionaries(
    names,
    st.tuples(st.floats(0, 1e6, width=32), st.lists(st.floats(-9, 9, width=32), min_size=2, max_size=2)),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(
    entities,
    st.dictionaries(names, st.lists(st.integers(0, 5), max_size=4, unique=True), max_size=5),
    st.randoms(),
)
def test_a_file_says_what_was_written(content, aliases, draw):
    vocab = Vocab()
    kb = InMemoryLookupKB(vocab, 2)
    ids = list(content)
    for entity, (freq, vector) in content.items():
        kb.add_entity(entity, freq, vector)
    for alias, places in aliases.items():
        own = [ids[place] for place in places if place < len(ids)]
        kb.add_alias(alias, own, [draw.random() / len(own) for _ in own])
    copied = InMemoryLookupKB(vocab, 7).from_bytes(kb.to_bytes())
    assert everything(copied) == everything(kb)
    assert copied.to_bytes() == kb.to_bytes()
    # What came from a file can be added to like any other.
    for one in (kb, copied):
        one.add_entity("another " + "x" * 6, 3, [1, 2])
        for alias in aliases:
            one.append_alias(alias, "another " + "x" * 6, 0)
    assert everything(copied) == everything(kb)


def test_disk_and_copies(nlp, kb, tmp_path):
    kb.to_disk(tmp_path / "kb")
    assert [path.name for path in tmp_path.iterdir()] == ["kb"]
    read = InMemoryLookupKB(nlp.vocab, 1).from_disk(tmp_path / "kb")
    assert everything(read) == everything(kb)
    read.add_entity("Q4", 1, [1, 1, 1])
    read.append_alias("New York", "Q4", 0.1)
    assert everything(InMemoryLookupKB(nlp.vocab, 1).from_disk(tmp_path / "kb")) == everything(kb)
    copied = copy.deepcopy(kb)
    copied.append_alias("Adams", "Q3", 0.1)
    assert len(copied.get_alias_candidates("Adams")) == 3 and len(kb.get_alias_candidates("Adams")) == 2


def test_a_damaged_file_gets_one_message(nlp, kb, tmp_path):
    data, place = kb.to_bytes(), tmp_path / "kb"
    kinds = {0, len(data) // 3, 2 * len(data) // 3, len(data) - 1}
    for size in range(0, len(data), 97):
        kinds.add(size)
    for size in sorted(kinds):
        place.write_bytes(data[:size])
        for read in (
            lambda: load_from(nlp, place),
            lambda size=size: InMemoryLookupKB(nlp.vocab, 1).from_bytes(data[:size]),
        ):
            with pytest.raises(DataError):
                read()
    for text in (b"junk", b"\x93NUMPY", b"PK\x03\x04" * 40):
        place.write_bytes(text)
        with pytest.raises(DataError, match="kb"):
            load_from(nlp, place)
    with pytest.raises(DataError, match="no file of a knowledge base"):
        load_from(nlp, tmp_path / "nothing")


def load_from(nlp, place):
    return InMemoryLookupKB(nlp.vocab, 1).from_disk(place)


def test_changed_bytes_never_crash(nlp, kb):
    data, draw = kb.to_bytes(), np.random.default_rng(0)
    for _ in range(300):
        changed = bytearray(data)
        changed[int(draw.integers(len(data)))] = int(draw.integers(256))
        try:
            found = InMemoryLookupKB(nlp.vocab, 1).from_bytes(bytes(changed))
        except DataError:
            continue
        found.get_alias_candidates("Adams")
        found.get_vectors(["Q1", "Q2"])


def test_a_file_of_another_layout_says_so(nlp, kb):
    data = bytearray(kb.to_bytes())
    data[128] = 7
    with pytest.raises(DataError, match="has the layout 7, and this version reads 1"):
        InMemoryLookupKB(nlp.vocab, 1).from_bytes(bytes(data))


class Own(KnowledgeBase):
    """Defines nothing."""


def test_the_base_class_asks_for_what_it_needs(nlp):
    class Mine(KnowledgeBase):
        def get_candidates(self, mention):
            return [
                Candidate(
                    self, self.vocab.strings.add("Q1"), 1.0, [1, 2], self.vocab.strings.add(mention.text), 0.5
                )
            ]

        def get_vector(self, entity):
            return [1, 2]

    mine = Mine(nlp.vocab, 2)
    doc = Doc(nlp.vocab, words=["here"])
    assert [said(each) for each in mine.get_candidates_batch([doc[:]])] == [[("Q1", "here", 0.5, 1.0)]]
    assert list(mine.get_vectors(["Q1"])) == [[1, 2]] and not mine.is_empty()
    for call in (
        mine.to_bytes,
        lambda: mine.from_bytes(b""),
        lambda: Own(nlp.vocab, 1).get_candidates(doc[:]),
    ):
        with pytest.raises(NotImplementedError, match="must define"):
            call()
    with pytest.raises(NotImplementedError, match="must define get_vector"):
        Own(nlp.vocab, 1).get_vector("x")


def test_a_hundred_thousand_entities_are_read_at_once(nlp, tmp_path):
    from time import process_time

    kb, count = InMemoryLookupKB(nlp.vocab, 8), 100_000
    kb.set_entities([f"Q{i}" for i in range(count)], np.ones(count), np.ones((count, 8), dtype="float32"))
    kb.to_disk(tmp_path / "kb")
    start = process_time()
    found = load_from(nlp, tmp_path / "kb")
    assert found.contains_entity("Q99999") and len(found) == count
    assert process_time() - start < 1


def test_the_base_class_holds_nothing():
    with pytest.raises(TypeError, match="KnowledgeBase is a base class"):
        KnowledgeBase(Vocab(), 3)
