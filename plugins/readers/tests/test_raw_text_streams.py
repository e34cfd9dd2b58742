"""Raw text is read piece by piece: from any place on, patterns and lists of files, with all bad records at once."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.lines import SENTENCES
from kernel_readers.raw_text import make_jsonl_corpus, make_plain_text_corpus
from kernel_readers.streams import texts as text_corpus
from kernel_readers.streams.pieces import LINES, Source, read_parts

from kernel.errors import DataError


def texts(examples):
    return [example.text for example in examples]


@pytest.fixture
def small(monkeypatch):
    """Pieces of a few bytes."""
    monkeypatch.setattr(text_corpus, "_PIECE", 20)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 40), share=st.floats(0, 1), limit=st.sampled_from([0, 5]), plain=st.booleans())
def test_a_pass_goes_on_where_it_was_cut(nlp, tmp_path, small, size, share, limit, plain):
    path = tmp_path / ("a.txt" if plain else "a.jsonl")
    words = [f"word {number} {'x' * (number % 30)}" for number in range(size)]
    path.write_text(
        "\n".join(words if plain else [json.dumps({"text": each}) for each in words]), encoding="utf-8"
    )

    def make():
        return make_plain_text_corpus(path) if plain else make_jsonl_corpus(path, limit=limit)

    straight = texts(make()(nlp))
    assert straight == (words if plain else words[: limit or None])
    after = 1 + int(share * (len(straight) - 1))
    corpus = make()
    examples = corpus(nlp)
    before = texts(next(examples) for _ in range(after))
    other = make()
    other.restore(json.loads(json.dumps(corpus.state())))
    assert before + texts(other(nlp)) == straight
    assert texts(other(nlp)) == straight, "after the end a new pass begins"


def test_patterns_lists_and_compressed_files(nlp, write, tmp_path, small):
    first = write("a.txt", "one", "two")
    write("b.txt", "three")
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b"four\nfive\n"))
    assert texts(make_plain_text_corpus(tmp_path / "*.txt")(nlp)) == ["one", "two", "three"]
    assert texts(make_plain_text_corpus([first, tmp_path / "c.txt.gz"])(nlp)) == [
        "one",
        "two",
        "four",
        "five",
    ]


def test_all_bad_records_of_a_file_are_told_with_their_lines(nlp, write, small):
    good = [json.dumps({"text": f"text {number}"}) for number in range(10)]
    path = write("a.jsonl", *good, '{"txt": "x"}', *good, '{"text": ', *good)
    found = []
    with pytest.raises(DataError) as caught:
        for example in make_jsonl_corpus(path)(nlp):
            found.append(example.text)
    assert len(found) == 10
    message = str(caught.value)
    assert message.startswith(f"{path}:11: 2 records can't be read:")
    assert "line 11: the record has no string under 'text'" in message and "line 22, offset" in message


def test_a_line_that_is_no_utf8_is_named(nlp, tmp_path, small):
    path = tmp_path / "a.txt"
    path.write_bytes(b"a line of text\n" * 7 + b"\xff\n")
    with pytest.raises(DataError, match=r"a\.txt:8.*is not valid UTF-8"):
        texts(make_plain_text_corpus(path)(nlp))


def test_a_list_of_records_in_one_file(nlp, write):
    path = write("a.json", '[{"text": "one"}, {"text": "two"}]')
    assert texts(make_jsonl_corpus(path)(nlp)) == ["one", "two"]


def test_data_that_have_changed_are_refused(nlp, write):
    path = write("a.txt", "one", "two")
    corpus = make_plain_text_corpus(path)
    next(corpus(nlp))
    write("a.txt", "one", "two", "three")
    corpus.restore(corpus.state())
    with pytest.raises(DataError, match="the data have changed"):
        corpus(nlp)


def test_a_text_of_spaces_is_a_text_in_json(nlp, write):
    records = [json.dumps({"text": text}) for text in ("one", " ", "", "\n\n")]
    path = write("a.jsonl", *records)
    assert texts(make_jsonl_corpus(path)(nlp)) == ["one", " ", "\n\n"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lengths=st.lists(st.sampled_from([1, 10, 150, 900, 1900, 2500, 3900]), min_size=1, max_size=40),
    separator=st.sampled_from([LINES, SENTENCES]),
)
def test_parts_end_at_the_same_places_wherever_reading_begins(tmp_path, lengths, separator):
    path = tmp_path / "a.txt.gz"
    between = b"\n" if separator is LINES else b"\n\n"
    path.write_bytes(gzip.compress(b"".join(b"x" * length + between for length in lengths)))
    source = Source(path, "lines", separator, path.stat().st_size)
    straight = [(part.start, part.end) for part in read_parts(source, 0, 1000)]
    for number, (start, _) in enumerate(straight):
        assert [(part.start, part.end) for part in read_parts(source, start, 1000)] == straight[number:]


def test_a_long_record_is_not_looked_through_again_and_again(tmp_path):
    class Counting:
        looked_at = 0

        def finditer(self, content, start, end):
            self.looked_at += end - start
            return SENTENCES.finditer(content, start, end)

    path, size = tmp_path / "a.txt.gz", 1 << 21
    path.write_bytes(gzip.compress(b"a line\n" * (size // 7)))
    separator = Counting()
    source = Source(path, "paragraphs", separator, path.stat().st_size)
    assert len(list(read_parts(source, 0, 1 << 16))) == 1
    assert size < separator.looked_at < 3 * size
