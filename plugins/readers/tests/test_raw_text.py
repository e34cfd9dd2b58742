"""`kernel.RawText.v1`: every form of raw text, in a new order in each pass, resumed anywhere, with bounded memory."""

import bz2
import gzip
import io
import json
import lzma

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.raw_text import make_jsonl_corpus, make_raw_text
from kernel_readers.streams.texts import TextCorpus

from kernel.errors import DataError
from kernel.tokens import Doc, DocBin

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def texts(examples):
    return [example.text for example in examples]


def written(format, words):
    """A file of texts: (its name, its bytes)."""
    if format == "jsonl":
        return "a.jsonl", "\n".join(json.dumps({"text": word}) for word in words).encode()
    return "a.txt", ("\n" if format == "lines" else "\n\n").join(words).encode()


@QUICK
@given(
    format=st.sampled_from(["lines", "paragraphs", "jsonl"]),
    packed=st.sampled_from(list(PACKERS)),
    size=st.integers(1, 60),
    buffer=st.integers(1, 2000),
    shuffle=st.booleans(),
    limit=st.sampled_from([0, 0, 7]),
    share=st.floats(0, 1),
    key=st.integers(0, 100),
)
def test_a_pass_is_all_texts_and_goes_on_anywhere(
    nlp, tmp_path, monkeypatch, format, packed, size, buffer, shuffle, limit, share, key
):
    monkeypatch.setattr("kernel_readers.streams.reading.PART", 100)
    words = [f"word {'x' * (number % 30)} {number}" for number in range(size)]
    name, content = written(format, words)
    path = tmp_path / f"{name}{packed}"
    path.write_bytes(PACKERS[packed](content))

    def make(seed):
        np.random.seed(seed)
        return TextCorpus(path, format, limit=limit, shuffle=shuffle, buffer=buffer, is_streamed=True)

    straight = texts(make(key)(nlp))
    assert len(straight) == min(size, limit or size)
    assert sorted(straight) == sorted(words) if not limit else set(straight) <= set(words)
    assert shuffle or straight == words[: limit or None]
    after = 1 + int(share * (len(straight) - 1))
    corpus = make(key)
    examples = corpus(nlp)
    before = texts(next(examples) for _ in range(after))
    other = make(key + 1)
    other.restore(json.loads(json.dumps(corpus.state())))
    assert before + texts(other(nlp)) == straight
    assert sorted(texts(other(nlp))) == sorted(straight) or limit, "after the end a new pass begins"


def test_passes_differ(nlp, write):
    path = write("a.txt", *(f"text {number}" for number in range(50)))
    corpus = make_raw_text(path)
    np.random.seed(0)
    first, second = texts(corpus(nlp)), texts(corpus(nlp))
    assert corpus.is_streamed
    assert first != second and sorted(first) == sorted(second)


def test_a_folder_of_all_forms(nlp, write, tmp_path):
    write("data/a.txt", "one", "", "two ")
    write("data/b.jsonl", '{"text": "three", "label": "x"}', '{"tokens": ["four", "."]}', '["five", {}]')
    write("data/c.json", '[{"text": "six"}, {"words": ["seven"]}]')
    write("data/d.txt.gz", gzip.compress(b"eight\r\nnine"))
    doc = Doc(nlp.vocab, words=["twelve", "."])
    DocBin(docs=[nlp.make_doc("ten"), nlp.make_doc("eleven."), doc]).to_disk(tmp_path / "data" / "e.spacy")
    expected = ["one", "two ", "three", "four . ", "five", "six", "seven ", "eight", "nine", "ten", "eleven."]
    examples = list(make_raw_text(tmp_path / "data", shuffle=False)(nlp))
    assert texts(examples) == [*expected, "twelve . "]
    assert [token.text for token in examples[-1].x] == ["twelve", "."]
    assert examples[0].x is not examples[0].y
    assert len(list(make_raw_text(tmp_path / "data")(nlp))) == 12
    assert texts(make_raw_text(tmp_path / "data" / "*.jsonl", shuffle=False, limit=1)(nlp)) == ["three"]


def test_paragraphs_are_joined_lines_between_blank_ones(nlp, write):
    path = write("a.txt", "# one", "line ", "", " \t", "two\r", "\r", "three")
    corpus = make_raw_text(path, format="paragraphs", shuffle=False)
    assert texts(corpus(nlp)) == ["# one line", "two", "three"]


def test_bounds_are_those_of_words(nlp, write):
    path = write("a.txt", "one", "one two", "one two three", "one two three four")
    corpus = make_raw_text(path, min_length=2, max_length=4, shuffle=False)
    with pytest.warns(UserWarning, match="1 texts of max_length = 4 words or more are left out"):
        assert texts(corpus(nlp)) == ["one two", "one two three"]
    assert len(texts(corpus(nlp))) == 2, "it is said once"
    with pytest.raises(
        DataError, match=r"no examples are left of 4 texts\n4 have fewer than min_length = 9 words\."
    ):
        list(make_raw_text(path, min_length=9)(nlp))
    hint = r"2 texts of max_length = 3 words or more are left out\. 2 have fewer than min_length = 3 words\."
    with pytest.raises(DataError, match=f"(?i){hint}"):
        list(make_raw_text(path, min_length=3, max_length=3)(nlp))


def test_texts_in_memory_that_are_all_too_short(nlp, write):
    path = write("a.jsonl", '{"text": "one"}', '{"text": "one two"}')
    with pytest.raises(
        DataError, match=r"no examples are left of 2 texts\n2 have fewer than min_length = 5 words"
    ):
        list(make_jsonl_corpus(path, min_length=5)(nlp))


def test_a_text_longer_than_the_pipeline_takes(nlp, write, monkeypatch):
    monkeypatch.setattr(nlp, "max_length", 5)
    path = write("a.txt", "one", "sixty six")
    with pytest.raises(
        DataError, match=r"a\.txt:2: a text of 9 characters is longer than nlp.max_length = 5"
    ):
        list(make_raw_text(path)(nlp))
    with pytest.warns(UserWarning, match="1 texts"):
        assert texts(make_raw_text(path, max_length=3)(nlp)) == ["one"]


def test_the_format_is_that_of_the_name_or_of_the_first_line(nlp, write):
    path = write("a.data", '\ufeff{"text": "one"}')
    assert texts(make_raw_text(path)(nlp)) == ["one"]
    assert texts(make_raw_text(path, format="lines")(nlp)) == ['{"text": "one"}']
    assert texts(make_raw_text(write("wiki_00", "one"))(nlp)) == ["one"]
    with pytest.raises(DataError, match=r"a .conllu file holds annotations .*\n.*kernel convert"):
        list(make_raw_text(write("a.conllu", "1\tone"))(nlp))


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_all_that_is_wrong_with_a_file_is_told(nlp, tmp_path, packed, monkeypatch):
    monkeypatch.setattr("kernel_readers.streams.text_formats.PART", 100)
    good = [json.dumps({"text": f"text {number}"}) for number in range(10)]
    path = tmp_path / f"a.jsonl{packed}"
    lines = [*good, '{"txt": "x"}', *good, '{"text": ', '{"text": "\\ud800"}', *good, '{"tokens": "x"}']
    path.write_bytes(PACKERS[packed]("\n".join(lines).encode()))
    with pytest.raises(DataError) as caught:
        list(make_raw_text(path)(nlp))
    message = str(caught.value)
    assert message.startswith(f"{path}:11: 4 records can't be read:")
    assert "line 11: the record has no string under 'text'" in message
    assert "line 22, offset 9: not valid JSON" in message
    assert "line 23, offset 0: the text holds half of a surrogate pair" in message
    assert "line 34: the words of a record must be a list of strings" in message


def test_lines_that_are_no_text_are_named(nlp, write):
    with pytest.raises(DataError, match=r"a\.txt:2.*byte 0xff is not valid UTF-8"):
        list(make_raw_text(write("a.txt", b"one\n\xff\nthree\n"))(nlp))
    with pytest.raises(DataError, match=r"b\.txt:2.*the file is binary"):
        list(make_raw_text(write("b.txt", b"one\na\x00b\nthree\n"))(nlp))


def pipe(content):
    """What comes through a pipe: nobody can seek in it."""

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def read1(self, size=-1):
            return super().read1(min(size, 37))

    return Pipe(content)


@pytest.mark.parametrize("shuffle", [True, False])
def test_standard_input_is_read_once_and_kept(nlp, shuffle):
    words = [f"text {number}" for number in range(200)]
    content = "\n".join(words).encode()

    def make(seed):
        np.random.seed(seed)
        return TextCorpus(
            TextCorpus.STDIN, shuffle=shuffle, buffer=500, is_streamed=True, stdin=pipe(content)
        )

    corpus = make(1)
    assert texts(next(corpus(nlp)) for _ in range(2))[0] in words
    first = texts(corpus(nlp))
    assert sorted(first) == sorted(words) and (shuffle or first == words)
    second = texts(corpus(nlp))
    assert sorted(second) == sorted(words) and (not shuffle or first != second)
    for epochs, after in ((0, 50), (1, 120)):
        begun, other = make(2), make(3)
        for _ in range(epochs):
            list(begun(nlp))
        examples = begun(nlp)
        before = texts(next(examples) for _ in range(after))
        other.restore(json.loads(json.dumps(begun.state())))
        assert before + texts(other(nlp)) == before + texts(examples)


def test_standard_input_that_is_no_text(nlp):
    for content, message in ((b"", "standard input is empty"), (gzip.compress(b"one"), "compressed")):
        with pytest.raises(DataError, match=message):
            list(TextCorpus(TextCorpus.STDIN, stdin=pipe(content))(nlp))
    with pytest.raises(DataError, match=r"standard input:2.*is not valid UTF-8"):
        list(TextCorpus(TextCorpus.STDIN, stdin=pipe(b"one\n\xff"))(nlp))


def test_progress_goes_by_bytes_also_of_what_is_compressed(nlp, tmp_path, monkeypatch):
    monkeypatch.setattr("kernel_readers.streams.reading.PART", 10_000)
    np.random.seed(0)
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress("\n".join(map(str, np.random.randint(1 << 40, size=20_000))).encode()))
    corpus = make_raw_text(path, shuffle=False)
    assert corpus.progress() == 0.0
    shares = [corpus.progress() for _ in corpus(nlp)]
    assert shares == sorted(shares) and 0.3 < shares[10_000] < 0.7
    assert corpus.progress() == 1.0


def test_a_compressed_file_is_not_held(nlp, tmp_path):
    """The first text of a file that becomes long comes when little more than a buffer of it was read."""
    path = tmp_path / "a.txt.gz"
    np.random.seed(0)
    noise = "\n".join(map(str, np.random.randint(1 << 62, size=200_000))).encode()
    path.write_bytes(gzip.compress(noise, compresslevel=1))
    corpus = make_raw_text(path, buffer=1)
    next(corpus(nlp))
    assert len(noise) > 3 << 20
    examples = corpus(nlp)
    for _ in range(120_000):
        next(examples)
    assert 0.4 < corpus.progress() < 0.9
    assert len(json.dumps(corpus.state())) < 250
