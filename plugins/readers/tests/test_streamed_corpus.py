"""The streamed corpus: each pass is a permutation of all records, and goes on from any place exactly where it was."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.formats.format import Settings
from kernel_readers.making import Making
from kernel_readers.streams.corpus import StreamedCorpus, make_streamed_corpus

from kernel.errors import DataError
from kernel.training import Example

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def texts(examples):
    return [example.reference.text for example in examples]


def cut(corpus, nlp, after):
    """The texts before a cut, and those that another corpus of the same kind gives after it."""
    examples = corpus(nlp)
    before = texts(next(examples) for _ in range(after))
    return before, json.loads(json.dumps(corpus.state()))


def lines(path: Path, number: int, name: str = "t") -> list[str]:
    found = [f"{name} {'x' * (place % 17)} {place}" for place in range(number)]
    path.write_text("\n".join(json.dumps({"text": text}) for text in found), encoding="utf-8")
    return found


@QUICK
@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=4),
    buffer=st.integers(1, 3000),
    piece=st.integers(1, 500),
    shuffle=st.booleans(),
    share=st.floats(0, 1),
    key=st.integers(0, 100),
)
def test_a_pass_is_all_records_and_is_cut_anywhere(nlp, tmp_path, sizes, buffer, piece, shuffle, share, key):
    for file in tmp_path.iterdir():
        file.unlink()
    everything = [
        text for n, size in enumerate(sizes) for text in lines(tmp_path / f"{n}.jsonl", size, f"f{n}")
    ]

    def make():
        return StreamedCorpus(tmp_path, buffer=buffer, piece=piece, shuffle=shuffle)

    np.random.seed(key)
    straight = texts(make()(nlp))
    assert sorted(straight) == sorted(everything)
    assert shuffle or straight == everything
    np.random.seed(key)
    after = int(share * len(everything))
    before, state = cut(make(), nlp, after)
    assert before == straight[:after]
    np.random.seed(key + 1)
    other = make()
    other.restore(state)
    assert before + texts(other(nlp)) == straight


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
def test_lines_are_whole_wherever_pieces_end(nlp, tmp_path, end, mark, piece):
    words = ["Ada", "", "ö" * 5, "Bo b", " ", "c" * 40, "d"]
    path = tmp_path / "a.txt"
    path.write_bytes((mark + end.join(words) + end).encode())
    corpus = StreamedCorpus(path, piece=piece, shuffle=False)
    assert texts(corpus(nlp)) == [word for word in words if word.strip()]


def test_passes_differ_and_their_order_is_that_of_the_global_seed(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 200)
    corpus = StreamedCorpus(tmp_path, buffer=1000, piece=100)
    np.random.seed(1)
    first, second = texts(corpus(nlp)), texts(corpus(nlp))
    assert first != second and sorted(first) == sorted(second)
    np.random.seed(1)
    assert texts(corpus(nlp)) == first


def test_records_of_places_far_apart_meet(nlp, tmp_path):
    everything = lines(tmp_path / "a.jsonl", 2000)
    corpus = StreamedCorpus(tmp_path, buffer=8000, piece=500)
    np.random.seed(0)
    places = [everything.index(text) for text in texts(corpus(nlp))[:100]]
    assert max(places) - min(places) > 1000
    assert abs(np.corrcoef(places, range(100))[0, 1]) < 0.5


def test_small_files_of_other_formats_and_compressed_files_are_read_whole(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 5, "plain")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"text": "packed 1"}\n{"text": "packed 2"}\n'))
    (tmp_path / "c.iob").write_text("Ada B-PERSON\n\nBerlin B-PLACE\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("text,label\nOne.,a\nTwo.,b\n", encoding="utf-8")
    (tmp_path / "e.json").write_text('[{"text": "listed"}]', encoding="utf-8")
    expected = [f"plain {'x' * n} {n}" for n in range(5)]
    expected += ["packed 1", "packed 2", "Ada Berlin", "One.", "Two.", "listed"]
    straight = StreamedCorpus(tmp_path, shuffle=False, piece=20)
    assert texts(straight(nlp)) == expected
    np.random.seed(3)
    shuffled = StreamedCorpus(tmp_path, buffer=50, piece=20)
    order = texts(shuffled(nlp))
    assert sorted(order) == sorted(expected)
    for after in range(len(order)):
        np.random.seed(3)
        before, state = cut(StreamedCorpus(tmp_path, buffer=50, piece=20), nlp, after)
        other = StreamedCorpus(tmp_path, buffer=50, piece=20)
        other.restore(state)
        assert before + texts(other(nlp)) == order


def doubling(nlp, example):
    """Each example, and as many more as chance gives, marked by numbers of both global generators."""
    import random

    for _ in range(1 + np.random.randint(3)):
        text = f"{example.reference.text} {np.random.randint(1000)} {random.randrange(1000)}"
        yield Example(nlp.make_doc(text), nlp.make_doc(text))


def test_augmented_examples_repeat_wherever_the_pass_goes_on(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 12)

    def make():
        return StreamedCorpus(tmp_path, buffer=300, piece=100, augmenter=doubling)

    np.random.seed(5)
    straight = texts(make()(nlp))
    assert len(straight) > 14
    for after in range(len(straight)):
        np.random.seed(5)
        before, state = cut(make(), nlp, after)
        np.random.seed(after)
        other = make()
        other.restore(state)
        assert before + texts(other(nlp)) == straight


class Counting:
    """Makes a second example of each third one."""

    def __init__(self):
        self.number = 0

    def __call__(self, nlp, example):
        self.number += 1
        yield example
        if self.number % 3 == 0:
            yield Example(nlp.make_doc(f"extra {self.number}"), nlp.make_doc(f"extra {self.number}"))

    def state(self):
        return {"number": self.number}

    def restore(self, state):
        self.number = state["number"]


def test_an_augmenter_with_a_state_goes_on_where_it_was(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 7)

    def make():
        return StreamedCorpus(tmp_path, buffer=300, piece=100, augmenter=Counting())

    def second_pass(corpus):
        np.random.seed(4)
        list(corpus(nlp))
        np.random.seed(5)
        return corpus(nlp)

    whole = make()
    straight = texts(second_pass(whole))
    assert len(straight) == 9 and "extra 12" in straight
    for after in range(10):
        first = make()
        examples = second_pass(first)
        given = texts(next(examples) for _ in range(after))
        other = make()
        other.restore(json.loads(json.dumps(first.state())))
        assert given + texts(other(nlp)) == straight
    # After its end, too.
    other = make()
    other.restore(json.loads(json.dumps(whole.state())))
    assert texts(second_pass(other))[-1] == texts(second_pass(whole))[-1]


def test_an_augmenter_leaves_the_global_generators_alone(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 3)
    np.random.seed(5)
    plain = StreamedCorpus(tmp_path)
    list(plain(nlp))
    expected = np.random.rand()
    np.random.seed(5)
    list(StreamedCorpus(tmp_path, augmenter=doubling)(nlp))
    assert np.random.rand() == expected


def test_state_is_that_of_the_latest_pass_and_after_its_end_a_new_one_begins(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 10)
    corpus = StreamedCorpus(tmp_path)
    assert corpus.state() == {}
    corpus.restore({})
    assert len(texts(corpus(nlp))) == 10
    ended = corpus.state()
    corpus.restore(ended)
    assert corpus.state() == ended
    assert len(texts(corpus(nlp))) == 10


def test_data_that_have_changed_are_refused(nlp, tmp_path):
    lines(tmp_path / "a.jsonl", 10)
    corpus = StreamedCorpus(tmp_path)
    next(corpus(nlp))
    state = corpus.state()
    lines(tmp_path / "a.jsonl", 11)
    corpus.restore(state)
    with pytest.raises(DataError, match="the data have changed"):
        corpus(nlp)


def test_bad_records_are_named_with_their_lines(nlp, tmp_path):
    good = [json.dumps({"text": f"text {n}"}) for n in range(100)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([*good[:60], '{"text": ', "", *good[60:], '{"txt": "x"}']), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        list(StreamedCorpus(path, shuffle=False)(nlp))
    message = str(caught.value)
    assert message.startswith(f"{path}:61: 2 records can't be read:")
    assert (
        "line 61, offset 9: not valid JSON" in message
        and "line 103: the record has no string under 'text'" in message
    )


def test_a_line_that_is_no_utf8_is_named(nlp, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ntwo\nthr\xe9e\nfour\n")
    with pytest.raises(DataError, match=r"a\.txt:3.*byte 0xe9 is not valid UTF-8"):
        list(StreamedCorpus(path, piece=4)(nlp))


def test_texts_that_are_too_long_are_named(nlp, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"one\n{'x' * 50}\n", encoding="utf-8")
    old, nlp.max_length = nlp.max_length, 40
    try:
        with pytest.raises(DataError, match=r"a\.txt:2: a text of 50 characters"):
            list(StreamedCorpus(path)(nlp))
    finally:
        nlp.max_length = old


def test_what_max_length_leaves_out_is_said_once(nlp, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo words and more\n", encoding="utf-8")
    corpus = StreamedCorpus(path, making=Making(max_length=3))
    with pytest.warns(UserWarning, match="1 texts of max_length = 3 words or more are left out"):
        assert texts(corpus(nlp)) == ["one"]
    assert texts(corpus(nlp)) == ["one"]


def test_origins_say_the_byte(nlp, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\n", encoding="utf-8")
    assert [example.origin for example in StreamedCorpus(path, shuffle=False)(nlp)] == [
        f"{path}, byte 0",
        f"{path}, byte 4",
    ]


def test_the_memory_of_a_pass_does_not_depend_on_the_size(nlp, tmp_path):
    """A file of 200 GB that has no content but at its start: its first record comes at once, and where it is is a few numbers."""
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(b"first\n" * 10_000)
        file.truncate(200 << 30)
    corpus = StreamedCorpus(path, shuffle=False, piece=10_000)
    examples = corpus(nlp)
    assert next(examples).reference.text == "first"
    assert len(json.dumps(corpus.state())) < 200


def test_a_line_without_end_is_refused(nlp, tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(b"first\nsecond")
        file.truncate(1 << 30)
    with pytest.raises(DataError, match="a record of more than 64 MB"):
        list(StreamedCorpus(path, shuffle=False, piece=1 << 20)(nlp))


def test_the_reader_takes_settings(nlp, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Ada went", "spans": [[0, 4, "PERSON"]]}\n', encoding="utf-8")
    corpus = make_streamed_corpus(path, trim=True, buffer=1)
    assert [ent.text for example in corpus(nlp) for ent in example.reference.ents] == ["Ada"]
    with pytest.raises(DataError, match="the corpus has no path"):
        make_streamed_corpus(None)


def test_no_examples_is_an_error(nlp, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Ada", "answer": "reject"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="no examples are left of 0 documents"):
        list(StreamedCorpus(path, settings=Settings())(nlp))


def test_lists_of_categories_mean_the_same_in_every_record(nlp, tmp_path):
    """What does not hold is told by the beginning of the file, not by the records that are read together."""
    path = tmp_path / "a.jsonl"
    records = [{"text": f"text {number}", "label": ["a"] if number % 2 else ["b"]} for number in range(30)]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    for example in StreamedCorpus(path, buffer=30, piece=30)(nlp):
        odd = int(example.reference.text[5:]) % 2
        assert example.reference.cats == {"a": float(odd), "b": float(not odd)}


def test_a_category_that_the_beginning_of_a_file_lacks_is_refused(nlp, tmp_path):
    path = tmp_path / "a.jsonl"
    records = [{"text": f"text {number}", "label": ["late" if number == 20 else "a"]} for number in range(30)]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.jsonl:21: the category 'late' is in none of the lists"):
        list(StreamedCorpus(path, shuffle=False, head=40)(nlp))
