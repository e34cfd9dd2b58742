"""Vectors of words."""

import copy
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


def test_vectors_of_words(vocab):
    assert vocab.vectors_length == 3
    assert vocab.has_vector("king") and not vocab.has_vector("unknown")
    assert vocab.get_vector("car").tolist() == [0, 0, 2]
    assert vocab.get_vector("unknown").tolist() == [0, 0, 0]
    assert vocab.vectors.n_keys == 3


def test_vectors_of_documents_spans_and_tokens(vocab):
    doc = Doc(vocab, ["king", "unknown", "car"])
    assert doc[0].has_vector and not doc[1].has_vector and doc[1].is_oov
    assert doc.vector.tolist() == pytest.approx([1 / 3, 0, 2 / 3])
    assert doc[1:3].vector.tolist() == [0, 0, 1]
    assert doc[2].vector_norm == 2 and doc[2].vector.tolist() == [0, 0, 2]
    assert doc[1:3].has_vector and not doc[1:2].has_vector and not doc[2].is_oov
    assert doc.has_vector


def test_similarity_is_the_cosine(vocab):
    doc = Doc(vocab, ["king", "queen", "car", "unknown"])
    assert doc[0].similarity(doc[1]) > 0.9
    assert doc[0].similarity(doc[2]) == 0
    with pytest.warns(KernelWarning, match="one of the two has no vector"):
        assert doc[0].similarity(doc[3]) == 0
    assert vocab["king"].similarity(doc[0:1]) == pytest.approx(1)


def test_most_similar(vocab):
    keys, rows, scores = vocab.vectors.most_similar(np.array([[2, 0, 0], [0, 0, 1]]), n=2)
    assert [vocab.strings[key] for key in keys[0].tolist()] == ["king", "queen"]
    assert vocab.strings[int(keys[1, 0])] == "car"
    assert rows.shape == scores.shape == (2, 2)
    assert scores[0].tolist() == sorted(scores[0].tolist(), reverse=True)


def test_a_vector_of_another_width_is_refused(vocab):
    with pytest.raises(DataError, match="3 wide, this one has 2"):
        vocab.set_vector("king", np.zeros(2))


def test_several_keys_share_a_row():
    vectors = Vectors(shape=(2, 3))
    row = vectors.add("one", vector=np.ones(3))
    vectors.add("uno", row=row)
    assert vectors["uno"].tolist() == [1, 1, 1]
    assert vectors.find(keys=["one", "uno", "no"]).tolist() == [row, row, -1]
    assert set(vectors.find(row=row).tolist()) == {vectors.strings["one"], vectors.strings["uno"]}
    with pytest.raises(DataError, match="2 rows"):
        vectors.add("two", row=7)


def test_resizing_keeps_what_fits():
    vectors = Vectors(data=np.arange(6).reshape(3, 2), keys=["a", "b", "c"])
    gone = vectors.resize((2, 2))
    assert gone == [(vectors.strings["c"], 2)]
    assert "c" not in vectors and vectors["b"].tolist() == [2, 3]
    assert vectors.get_batch(["c", "a"]).tolist() == [[0, 0], [0, 1]]


def test_a_table_grows_as_needed():
    vocab = Vocab()
    for number in range(600):
        vocab.set_vector(f"w{number}", np.full(2, number))
    assert vocab.get_vector("w599").tolist() == [599, 599]
    assert vocab.vectors.n_keys == 600


def test_the_version_of_vectors_changes_with_them_alone(vocab):
    vectors = vocab.vectors
    seen = {vectors.version}

    def is_new():
        fresh = vectors.version not in seen
        seen.add(vectors.version)
        return fresh

    # Looking.
    vocab.get_vector("king"), vectors["king"], vectors.get("nothing"), vectors.get_batch(["king", "x"])
    (
        list(vectors.values()),
        list(vectors.items()),
        vectors.find(key="king"),
        vectors.most_similar(np.ones((1, 3))),
    )
    vectors.key2row, vectors.shape, vectors.is_full, vectors.to_bytes(), len(vectors), bool(vectors)
    assert not is_new()
    # Changing.
    vectors.set("new", np.ones(3))
    assert is_new()
    vectors.add("alias", row=0)
    assert is_new()
    vectors.resize((len(vectors) + 5, 3))
    assert is_new()
    vectors.data[0] = 5
    assert is_new() and vectors["alias"].tolist() == [5, 5, 5]
    vectors.data = np.ones((len(vectors), 3))
    assert is_new() and vectors["alias"].tolist() == [1, 1, 1]
    kept = vectors.data
    seen.add(vectors.version)
    kept[:] = 2
    vectors.touch()
    assert is_new()
    vectors.from_bytes(vectors.to_bytes())
    assert is_new()
    # Another table has another version, a copy too.
    assert Vectors().version not in seen
    assert copy.deepcopy(vectors).version not in seen


def test_single_vectors_and_keys_are_read_only(vocab):
    vectors = vocab.vectors
    rows = [vectors["king"], vectors.get("king"), next(vectors.values()), next(vectors.items())[1]]
    for row in rows:
        with pytest.raises(ValueError, match="read-only"):
            row[0] = 7
    with pytest.raises(TypeError):
        vectors.key2row[5] = 0
    assert vectors.data.flags.writeable


def test_vectors_that_cannot_be_read_leave_what_was_there(vocab, tmp_path):
    vectors = vocab.vectors
    before, version = vectors.to_bytes(), vectors.version
    vectors.to_disk(tmp_path)
    np.save(tmp_path / "vectors.npy", np.zeros(4))
    (tmp_path / "vectors.npy").replace(tmp_path / "vectors")
    with pytest.raises(DataError, match="two-dimensional"):
        vectors.from_disk(tmp_path)
    assert (vectors.to_bytes(), vectors.version) == (before, version)


def test_a_repeated_key_takes_no_row_of_another_word():
    table = np.arange(8, dtype="float32").reshape(4, 2)
    vectors = Vectors(data=table.copy(), keys=["a", "a", "b"])
    assert (vectors.row("a"), vectors.row("b")) == (1, 2)
    assert vectors.add("c", vector=np.array([9, 9])) == 0
    assert vectors.add("d", vector=np.array([8, 8])) == 3
    assert [vectors[key].tolist() for key in "abcd"] == [[2, 3], [4, 5], [9, 9], [8, 8]]
    assert vectors.is_full


def test_the_first_row_that_no_key_points_to_is_free():
    vectors = Vectors(shape=(3, 2))
    assert vectors.add("a", row=2) == 2
    assert vectors.add("b") == 0
    assert vectors.set("c", np.ones(2)) == 1
    assert vectors.is_full and len(vectors) == 3
    with pytest.raises(DataError, match="3 rows, none of which is free\n.*set"):
        vectors.add("d")
    assert vectors.set("d", np.ones(2)) == 3 and len(vectors) > 3
    # A key that moves leaves its row, unless another one points there.
    assert vectors.add("a", row=4) == 4
    assert vectors.add("e", row=0) == 0
    assert vectors.add("b", row=1) == 1
    assert [vectors.add(key) for key in ("f", "g")] == [2, 5]


def test_free_rows_are_found_after_reading_resizing_and_another_table():
    vectors = Vectors(shape=(4, 2))
    vectors.add("a", row=3)
    vectors.add("b")
    read = Vectors().from_bytes(vectors.to_bytes())
    assert read.add("c") == 1
    vectors.resize((2, 2))
    assert vectors.add("c") == 1
    vectors.data = np.zeros((3, 2))
    assert vectors.add("d") == 2


@pytest.mark.parametrize("row", [-1, 2])
def test_a_row_that_is_not_there(row):
    vectors = Vectors(shape=(2, 2))
    with pytest.raises(DataError, match=f"2 rows, none with the number {row}"):
        vectors.add("a", row=row)
    assert "a" not in vectors


def test_what_does_not_fit_the_table_is_refused():
    with pytest.raises(DataError, match="2 rows, fewer than the 3 keys"):
        Vectors(shape=(2, 2), keys=["a", "b", "c"])
    vectors = Vectors(shape=(2, 2))
    with pytest.raises(DataError, match="2 wide, this one has 1"):
        vectors.add("a", vector=np.ones(1))
    assert "a" not in vectors
    more = Vectors(shape=(3, 2), keys=["a", "b", "c"])
    more.data = np.zeros((2, 2))
    with pytest.raises(DataError, match="keys point outside of the table of vectors, which has 2 rows"):
        Vectors().from_bytes(more.to_bytes())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_goes_its_own_way(copied):
    vectors = Vectors(shape=(3, 2), keys=["a"], name="n", attr="LOWER")
    vectors.add("b")
    other = copied(vectors)
    before, version = vectors.to_bytes(), vectors.version
    assert other.to_bytes() == before and other.version != version
    assert (other.name, other.attr) == ("n", "LOWER")
    other.set("a", np.ones(2))
    assert other.add("c") == 2
    other.add("b", row=0)
    assert (vectors.to_bytes(), vectors.version) == (before, version)
    assert vectors.add("d") == 2
    assert "d" not in other and other["c"].tolist() == [0, 0]


def test_clearing_drops_the_keys(vocab):
    vectors, version = vocab.vectors, vocab.vectors.version
    shape = vectors.shape
    vectors.clear()
    assert (vectors.shape, vectors.n_keys, list(vectors)) == (shape, 0, []) and "king" not in vectors
    assert vectors.version != version and vectors.rows(np.array([1], dtype=np.uint64)).tolist() == [-1]
    with pytest.raises(KeyError):
        vectors["king"]
    assert vectors.add("new", vector=[1, 1, 1]) == 0 and vectors.vectors_length == 3


def test_equal_vectors_have_equal_keys_and_numbers(vocab):
    same = copy.deepcopy(vocab.vectors)
    assert same == vocab.vectors and vocab.vectors != "vectors"
    same.set("king", [9, 9, 9])
    assert same != vocab.vectors


def test_the_nearest_of_too_few_are_refused(vocab):
    with pytest.raises(DataError, match="can't find the 4 nearest of 3 vectors"):
        vocab.vectors.most_similar(np.array([[1, 0, 0]]), n=4)


def test_the_same_vector_is_alike_to_the_last_digit():
    table = np.array([[1, 2, 3], [1, 2, 3], [1, 1, 1]], dtype="f")
    scores = Vectors(data=table, keys=["a", "b", "c"]).most_similar(table[:1])[2]
    assert scores.tolist() == [[1.0]]


@pytest.fixture
def floret():
    vocab = Vocab(["cat", "dog", "zyx"])
    data = np.random.default_rng(3).normal(size=(50, 4)).astype(np.float32)
    vocab.vectors = Vectors(strings=vocab.strings, data=data, mode="floret", minn=2, maxn=3, hash_count=2)
    return vocab


def test_every_text_has_a_vector_of_its_ngrams(floret):
    doc = Doc(floret, ["cat", "dog", "cat", "never-seen"])
    vectors = floret.vectors
    assert doc.has_vector and all(token.has_vector and not token.is_oov for token in doc)
    assert vectors.get_batch(["cat", "dog", "cat"]).tolist() == [
        vectors[word].tolist() for word in ("cat", "dog", "cat")
    ]
    assert doc.vector == pytest.approx(np.mean([token.vector for token in doc], axis=0), abs=1e-6)
    assert doc[0].similarity(doc[2]) == 1 and -1 < doc[0].similarity(doc[1]) < 1
    assert floret["zyx"].has_vector and floret.has_vector("zyx") and "zyx" in vectors
    assert (
        floret.get_vector("zyx").tolist()
        == vectors["zyx"].tolist()
        == vectors.get(floret.strings["zyx"]).tolist()
    )
    assert (vectors.n_keys, vectors.is_full, len(vectors), vectors.keys()) == (-1, True, 50, [])


def test_what_needs_keys_is_refused(floret):
    vectors = floret.vectors
    for change in (
        lambda: vectors.set("a", np.ones(4)),
        lambda: vectors.add("a"),
        lambda: floret.set_vector("a", np.ones(4)),
    ):
        with pytest.raises(UsageError, match="mode 'floret' have no keys"):
            change()
    with pytest.raises(UsageError, match="can't be pruned"):
        floret.prune_vectors(3)
    with pytest.raises(UsageError, match="can't be deduplicated"):
        floret.deduplicate_vectors()
    with pytest.raises(UsageError, match="can't be searched by vector"):
        vectors.most_similar(np.ones((1, 4)))
    with pytest.raises(UsageError, match="can't be resized"):
        vectors.resize((3, 4))
    with pytest.raises(UsageError, match="have no keys"):
        Vectors(data=np.ones((2, 2)), keys=["a"], mode="floret")


@pytest.mark.parametrize("through", ["disk", "bytes", "copy"])
def test_vectors_of_ngrams_keep_their_settings(floret, tmp_path, through):
    if through == "disk":
        floret.to_disk(tmp_path)
        again = Vocab().from_disk(tmp_path)
    elif through == "bytes":
        again = Vocab().from_bytes(floret.to_bytes())
    else:
        again = copy.deepcopy(floret)
    assert again.vectors == floret.vectors and again.vectors.subwords == floret.vectors.subwords
    assert again.get_vector("word").tolist() == floret.get_vector("word").tolist()
    assert again.vectors.digest == floret.vectors.digest


def test_a_digest_stands_for_the_content(vocab):
    vectors = vocab.vectors
    first, other = vectors.digest, copy.deepcopy(vectors)
    assert other.digest == first and Vectors().from_bytes(vectors.to_bytes()).digest == first
    other.name = "another name"
    assert other.digest == first
    vectors.add("king", row=vectors.row("car"))
    assert vectors.digest != first and vectors.former == (first,) and other.former == ()
    vectors.data[0] = 9
    assert first in vectors.former and first in Vectors().from_bytes(vectors.to_bytes()).former


def test_what_a_table_was_is_written(vocab, tmp_path):
    first = vocab.vectors.digest
    vocab.set_vector("new", np.ones(3))
    vocab.to_disk(tmp_path)
    again = Vocab().from_disk(tmp_path)
    assert again.vectors.former == (first,) and again.vectors.digest == vocab.vectors.digest != first


def test_strings_of_keys_lie_with_the_vectors(vocab, tmp_path):
    vocab.strings.add("another")
    vocab.to_disk(tmp_path)
    assert (tmp_path / "strings.json").read_text().split() == ["[", '"another"', "]"]
    again = Vocab().from_disk(tmp_path)
    assert sorted(again.strings) == ["another", "car", "king", "queen"]
    assert sorted(Vocab().from_disk(tmp_path, exclude="vectors").strings) == sorted(again.strings)
    again.to_disk(tmp_path / "two")
    for name in ("strings.json", "vectors", "vectors.cfg"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    # A key whose string would be lost without it.
    vocab.to_disk(tmp_path / "three", exclude="vectors")
    assert sorted(Vocab().from_disk(tmp_path / "three").strings) == sorted(again.strings)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda vocab: pickle.loads(pickle.dumps(vocab))])
def test_a_copy_of_a_vocab_with_a_mapped_table(vocab, tmp_path, copied):
    vocab.to_disk(tmp_path)
    mapped = Vocab().from_disk(tmp_path)
    other = copied(mapped)
    assert other.vectors == mapped.vectors and sorted(other.strings) == sorted(mapped.strings)
    other.set_vector("king", np.zeros(3))
    other.strings.add("new")
    assert mapped.vectors == vocab.vectors and "new" not in mapped.strings
    assert other.vectors.strings is other.strings


def test_a_digest_that_is_the_present_one_is_no_former_one(vocab, tmp_path):
    _ = vocab.vectors.digest, vocab.vectors.data
    vocab.to_disk(tmp_path)
    Vocab().from_disk(tmp_path).to_disk(tmp_path / "two")
    assert (tmp_path / "vectors.cfg").read_bytes() == (tmp_path / "two" / "vectors.cfg").read_bytes()


@pytest.mark.parametrize("through", ["disk", "bytes"])
def test_a_table_that_is_read_brings_its_attribute(vocab, tmp_path, through):
    other = Vectors(attr="NORM")
    if through == "disk":
        vocab.to_disk(tmp_path)
        other.from_disk(tmp_path)
    else:
        other.from_bytes(vocab.vectors.to_bytes())
    assert other.attr == "ORTH" and other == vocab.vectors


def test_strings_that_the_vectors_do_not_know_are_kept(tmp_path):
    vocab = Vocab(["cat"])
    vocab.vectors = Vectors(keys=np.array([vocab.strings["cat"]], dtype=np.uint64), data=np.ones((1, 2)))
    vocab.to_disk(tmp_path)
    again = Vocab().from_disk(tmp_path)
    assert "cat" in again.strings and again.has_vector("cat")


def test_loading_the_same_table_again_and_again_does_not_pile_up_strings(vocab, tmp_path):
    vocab.to_disk(tmp_path)
    other = Vocab(["new"])
    for _ in range(3):
        other.vectors.from_disk(tmp_path)
    assert len(other.strings._attached) == 1
    assert sorted(other.strings) == ["car", "king", "new", "queen"]


def test_what_is_not_finite_is_near_to_nothing(vocab):
    with pytest.raises(DataError, match="nothing is near to a vector with numbers that are not finite"):
        vocab.vectors.most_similar(np.array([[np.nan, 0, 0]]))
    with pytest.raises(DataError, match=r"the vectors are 3 wide, what is searched has the shape \(1, 2\)"):
        vocab.vectors.most_similar(np.ones((1, 2)))
    vectors = Vectors(keys=["a", "b", "c"], data=np.array([[1, 0], [np.nan, 1], [0, 1]]))
    assert vectors.most_similar(np.array([[0, 1]]), n=2)[1].tolist() == [[2, 0]]
    with pytest.raises(DataError, match="can't find the 3 nearest of 2 vectors"):
        vectors.most_similar(np.array([[0, 1]]), n=3)


def test_a_table_has_two_dimensions():
    with pytest.raises(DataError, match=r"has two dimensions, \(rows, width\), this one the shape \(5,\)"):
        Vectors(data=np.zeros(5))
    with pytest.raises(DataError, match="two dimensions"):
        Vectors(shape=(2, 2)).data = np.zeros(4)


def test_keys_may_be_an_array_of_strings():
    vectors = Vectors(keys=np.array(["a", "b"]), data=np.eye(2))
    assert vectors["b"].tolist() == [0, 1]
