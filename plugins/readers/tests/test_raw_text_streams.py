"""Raw text is read piece by piece: from any place on, patterns and lists of files, with all bad records at once."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.raw_text import make_jsonl_corpus, make_plain_text_corpus
from kernel_readers.streams import texts as text_corpus

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
