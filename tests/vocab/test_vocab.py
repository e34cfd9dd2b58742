import pickle

import numpy as np
import pytest

from kernel.errors import DataError, KernelWarning, UsageError
from kernel.tokens import Doc
from kernel.vocab import Vectors, Vocab


@pytest.fixture
def vocab():
    vocab = Vocab()
    for word, vector in {"king": [1, 0, 0], "queen": [1, 0.1, 0], "car": [0, 0, 2]}.items():
        vocab.set_vector(word, np.array(vector))
    return vocab


def test_disk_and_bytes_round_trip(vocab, tmp_path):
    vocab["king"].is_stop = True
    vocab.strings.add("kept")
    vocab.to_disk(tmp_path / "vocab")
    for again in (Vocab().from_disk(tmp_path / "vocab"), Vocab().from_bytes(vocab.to_bytes())):
        assert again.get_vector("queen").tolist() == vocab.get_vector("queen").tolist()
        assert again["king"].is_stop
        assert "kept" in again.strings
    Vocab().from_disk(tmp_path / "vocab").to_disk(tmp_path / "again")
    for path in (tmp_path / "vocab").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_pickle_keeps_the_getters():
    vocab = pickle.loads(pickle.dumps(Vocab(["kept"], lex_attr_getters={19: str.istitle})))
    assert "kept" in vocab.strings
    assert vocab["Title"].check_flag(19)


def chunks_of_one(doc):
    """A rule for noun chunks: every word is one."""
    return ((i, i + 1, 0) for i in range(len(doc)))


def full_vocab():
    """A vocab with everything that one can have."""
    vocab = Vocab(
        ["kept"],
        lex_attr_getters={19: str.istitle},
        vectors_name="english_words",
        writing_system={"direction": "rtl"},
        lookups={"lemmas": {"went": "go"}, "ranks": {1: ["a", 2.5], 2: []}},
        get_noun_chunks=chunks_of_one,
        lexeme_limit=7,
    )
    vocab.vectors.attr = "LOWER"
    vocab.set_vector("king", np.ones(2))
    vocab["king"].is_stop = True
    return vocab


def test_a_pickle_holds_everything():
    vocab = full_vocab()
    # Twice: what comes out of a pickle goes into one.
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(vocab))))
    plain = ("lookups", "get_noun_chunks", "lexeme_limit", "writing_system", "lang", "lex_attr_getters")
    assert {name: getattr(again, name) for name in plain} == {name: getattr(vocab, name) for name in plain}
    assert (again.vectors.name, again.vectors.attr) == ("english_words", "LOWER")
    assert "kept" in again.strings
    assert again["king"].is_stop
    assert Doc(again, ["KING"])[0].has_vector


def test_a_pickled_document_has_noun_chunks():
    doc = pickle.loads(pickle.dumps(Doc(full_vocab(), ["a", "king"])))
    assert [chunk.text for chunk in doc.noun_chunks] == ["a", "king"]


def test_files_and_bytes_hold_all_data(tmp_path):
    vocab = full_vocab()
    vocab.to_disk(tmp_path)
    for again in (Vocab().from_disk(tmp_path), Vocab().from_bytes(vocab.to_bytes())):
        assert again.lookups == vocab.lookups
        assert (again.vectors.name, again.vectors.attr) == ("english_words", "LOWER")
        assert again.to_bytes() == vocab.to_bytes()
    for again in (
        Vocab(lookups={"mine": {}}).from_disk(tmp_path, exclude=["lookups"]),
        Vocab(lookups={"mine": {}}).from_bytes(vocab.to_bytes(), exclude=["lookups"]),
        Vocab(lookups={"mine": {}}).from_bytes(vocab.to_bytes(exclude=["lookups"])),
    ):
        assert again.lookups == {"mine": {}}
    vocab.lookups = None
    vocab.to_disk(tmp_path)
    assert Vocab().from_disk(tmp_path).lookups == {}


def test_lookups_that_cannot_be_written_are_left_out_aloud(tmp_path):
    vocab = Vocab(lookups={"table": {"one": object()}})
    with pytest.warns(UserWarning, match="lookups of the vocab are not saved"):
        vocab.to_disk(tmp_path)
    assert Vocab().from_disk(tmp_path).lookups == {}


def test_dropping_the_vectors_keeps_their_name_and_key():
    vocab = full_vocab()
    vocab.reset_vectors(width=3)
    assert (vocab.vectors.name, vocab.vectors.attr, vocab.vectors.shape) == ("english_words", "LOWER", (0, 3))


def test_a_tag_map_is_taken_with_a_warning_that_says_what_replaces_it():
    with pytest.warns(KernelWarning, match=r"tag_map=.* no effect: .*Doc\(pos="):
        vocab = Vocab(tag_map={"NN": {"pos": "NOUN"}})
    assert len(vocab) == 0
    doc = Doc(vocab, words=["trees"], tags=["NN"], pos=["NOUN"])
    assert doc[0].tag_ == "NN" and doc[0].pos_ == "NOUN"


def test_a_word_form_that_was_looked_up_is_there():
    vocab = Vocab()
    assert "cat" not in vocab
    assert vocab["cat"].text == "cat"
    assert "cat" in vocab and vocab.strings["cat"] in vocab and [form.text for form in vocab] == ["cat"]
    vocab.set_vector("dog", [1, 2])
    assert "dog" in vocab and "bird" not in vocab


def test_a_memory_zone_forgets_the_word_forms_of_its_block():
    vocab = Vocab()
    vocab["dog"]
    with vocab.memory_zone():
        assert vocab.in_memory_zone
        doc = Doc(vocab, ["horse"])
        vocab["dog"]
        with vocab.memory_zone():
            vocab["cow"]
        assert "horse" in vocab and "cow" not in vocab
    assert not vocab.in_memory_zone
    assert "dog" in vocab and "horse" not in vocab
    # A document keeps what it needs.
    assert (doc[0].text, doc[0].shape_) == ("horse", "xxxx")
    with pytest.raises(ZeroDivisionError), vocab.memory_zone():
        1 / 0  # noqa: B018
    assert not vocab.in_memory_zone and "dog" in vocab


def test_pruning_gives_rare_words_the_vector_of_the_nearest_one(vocab):
    vocab["queen"].prob = -1
    vocab["car"].prob = -2
    assert vocab.prune_vectors(2) == {"king": ("queen", pytest.approx(0.995037, abs=1e-5))}
    assert len(vocab.vectors) == 2 and vocab.vectors.n_keys == 3
    assert vocab.get_vector("king").tolist() == vocab.get_vector("queen").tolist()
    assert vocab.prune_vectors(2) == {"king": ("queen", 1.0)}


def test_of_equally_likely_words_the_first_are_kept(vocab):
    assert list(vocab.prune_vectors(1)) == ["queen", "car"]
    assert vocab.prune_vectors(5) == {}
    with pytest.raises(UsageError, match="can't be pruned to -1 rows"):
        vocab.prune_vectors(-1)


def test_vectors_that_are_equal_can_share_a_row(vocab):
    vocab.set_vector("auto", [0, 0, 2])
    vocab.deduplicate_vectors()
    assert len(vocab.vectors) == 3 and vocab["auto"].rank == vocab["car"].rank
    assert vocab.get_vector("auto").tolist() == [0, 0, 2] and vocab.get_vector("king").tolist() == [1, 0, 0]


def test_vectors_may_go_by_another_attribute():
    vocab = Vocab(vectors=Vectors(data=np.array([[1, 2]]), keys=["a"], attr="LOWER"))
    assert vocab.has_vector("A") and vocab["A"].vector.tolist() == [1, 2] and vocab["A"].rank == 0
    vocab.set_vector("B", [3, 4])
    assert vocab["b"].vector.tolist() == [3, 4] == Doc(vocab, ["B"])[0].vector.tolist()


def test_probabilities_come_from_the_tables_of_the_language(tmp_path):
    vocab = Vocab(lookups={"lexeme_prob": {"the": -3.5}})
    vocab["cat"].prob = -9
    vocab.to_disk(tmp_path)
    again = Vocab().from_disk(tmp_path)
    assert [again[form].prob for form in ("the", "cat", "gnu")] == [-3.5, -9, -20]


def test_new_vectors_have_a_shape(vocab):
    vocab.reset_vectors(shape=(5, 2))
    assert vocab.vectors.shape == (5, 2) and vocab.vectors.n_keys == 0


def test_a_header_of_vectors_without_a_table_is_no_vocab_without_vectors(tmp_path):
    vocab = Vocab()
    vocab.set_vector("cat", np.ones(3))
    vocab.to_disk(tmp_path)
    (tmp_path / "vectors").unlink()
    with pytest.raises(DataError, match="the file vectors is missing"):
        Vocab().from_disk(tmp_path)
    assert "dog" not in Vocab().from_disk(tmp_path, exclude=["vectors"])
    (tmp_path / "vectors.cfg").unlink()
    assert not Vocab().from_disk(tmp_path).vectors
