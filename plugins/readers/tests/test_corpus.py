"""The corpus reader: pairs of documents, limits, gold sentences, directories, streams."""

import json
from itertools import islice

import pytest

from kernel import registry
from kernel.errors import DataError, KernelWarning
from kernel.tokens import Doc, DocBin
from kernel.training import Example


def corpus(path, **settings):
    return registry.resolve({"corpus": {"@readers": "kernel.Corpus.v1", "path": str(path), **settings}})[
        "corpus"
    ]


@pytest.fixture
def path(write):
    """Two documents of two sentences each, of 5 and 7 words."""
    rows = ["-DOCSTART- O", "", "Ada B-P", "ran O", "", "She O", "won O", ". O", ""]
    rows += ["-DOCSTART- O", "", "Bob B-P", "Lee I-P", "did O", "not O", "", "He O", "sat O", ". O"]
    return write("a.iob", *rows)


def texts(examples):
    return [example.reference.text.rstrip() for example in examples]


def test_predicted_documents_are_fresh_and_tokenized_by_the_pipeline(write, nlp):
    record = {"text": "I don't know Ada.", "words": ["I", "don't", "know", "Ada", "."], "tags": list("abcde")}
    (example,) = corpus(write("a.jsonl", json.dumps(record)))(nlp)
    assert [token.text for token in example.predicted] == ["I", "do", "n't", "know", "Ada", "."]
    assert [token.text for token in example.reference] == ["I", "don't", "know", "Ada", "."]
    assert not example.predicted.has_annotation("TAG")


def test_every_pass_reads_anew(path, nlp):
    read = corpus(path)
    assert texts(read(nlp)) == texts(read(nlp)) == ["Ada ran She won .", "Bob Lee did not He sat ."]


def test_words_without_known_spaces_keep_their_tokenization(nlp, tmp_path):
    doc = Doc(nlp.vocab, words=["don't", "know"], tags=["a", "b"])
    assert doc.has_unknown_spaces
    DocBin(docs=[doc]).to_disk(tmp_path / "a.spacy")
    (example,) = corpus(tmp_path / "a.spacy")(nlp)
    assert [token.text for token in example.predicted] == ["don't", "know"]
    assert not example.predicted.has_annotation("TAG")


def test_gold_words_and_sentences(path, nlp):
    examples = list(corpus(path, gold_preproc=True)(nlp))
    assert texts(examples) == ["Ada ran", "She won .", "Bob Lee did not", "He sat ."]
    for example in examples:
        assert [token.text for token in example.predicted] == [token.text for token in example.reference]
        assert not example.predicted.ents
    assert [[ent.text for ent in example.reference.ents] for example in examples] == [
        ["Ada"],
        [],
        ["Bob Lee"],
        [],
    ]


@pytest.mark.parametrize(
    ("max_length", "found"),
    [
        (0, ["Ada ran She won .", "Bob Lee did not He sat ."]),
        (8, ["Ada ran She won .", "Bob Lee did not He sat ."]),
        (7, ["Ada ran She won .", "Bob Lee did not", "He sat ."]),
        (5, ["Ada ran", "She won .", "Bob Lee did not", "He sat ."]),
    ],
)
def test_long_documents_are_split(path, nlp, max_length, found):
    assert texts(corpus(path, max_length=max_length)(nlp)) == found


def test_long_sentences_are_left_out_and_counted(path, nlp):
    with pytest.warns(KernelWarning, match=r"a.iob: 1 texts of max_length = 4 words or more are left out"):
        assert texts(corpus(path, max_length=4)(nlp)) == ["Ada ran", "She won .", "He sat ."]
    with pytest.raises(
        DataError, match=r"a.iob: no examples are left of 2 documents\n4 texts have max_length = 2"
    ):
        list(corpus(path, max_length=2)(nlp))


def test_long_document_without_sentences(write, nlp):
    path = write("a.jsonl", json.dumps({"text": "one two three"}), json.dumps({"text": "one"}))
    with pytest.warns(KernelWarning, match="1 texts"):
        assert texts(corpus(path, max_length=3)(nlp)) == ["one"]


@pytest.mark.parametrize(("limit", "number"), [(0, 2), (1, 1), (2, 2), (9, 2)])
def test_limit(path, nlp, limit, number):
    assert len(list(corpus(path, limit=limit)(nlp))) == number


def test_limit_counts_sentences_over_all_files(write, path, nlp):
    write("b.iob", "x O")
    assert texts(corpus(path.parent, gold_preproc=True, limit=5)(nlp))[-1] == "x"


def test_what_comes_after_the_limit_is_not_read(write, nlp):
    path = write("a.jsonl", *[json.dumps({"text": "fine"})] * 2, "broken")
    assert len(list(corpus(path, limit=2)(nlp))) == 2
    with pytest.raises(DataError, match="a.jsonl:3"):
        list(corpus(path)(nlp))


def test_augmenter(path, nlp):
    def twice(nlp, example):
        yield example
        yield Example.from_dict(nlp.make_doc(example.text.upper()), {})

    with registry.restored():
        registry.augmenters("test.twice.v1", lambda: twice)
        augmenter = {"@augmenters": "test.twice.v1"}
        assert len(list(corpus(path, augmenter=augmenter)(nlp))) == 4
        assert len(list(corpus(path, augmenter=augmenter, limit=3)(nlp))) == 3
        registry.augmenters("test.none.v1", lambda: lambda nlp, example: [])
        with pytest.raises(DataError, match=r"no examples are left of 2 documents\nThe augmenter made none"):
            list(corpus(path, augmenter={"@augmenters": "test.none.v1"})(nlp))


def test_documents_without_words_are_left_out(write, nlp):
    assert texts(corpus(write("a.jsonl", '{"text": ""}', '{"text": "a"}'))(nlp)) == ["a"]


def test_directory(write, path, nlp, tmp_path):
    write("sub/b.jsonl", '{"text": "from json"}')
    write("sub/c.conllu", "1\tword\t_\t_\t_\t_\t_\t_\t_\t_")
    write("README.md", "no data")
    write(".hidden/d.jsonl", "broken")
    write("sub/.e.jsonl", "broken")
    assert texts(corpus(tmp_path)(nlp)) == [
        "Ada ran She won .",
        "Bob Lee did not He sat .",
        "from json",
        "word",
    ]


def test_format_by_name(write, nlp):
    path = write("a.data", "Ada B-P", "ran O")
    assert texts(corpus(path, format="iob")(nlp)) == ["Ada ran"]
    assert texts(corpus(path, format="kernel.iob.v1")(nlp)) == ["Ada ran"]
    with pytest.raises(DataError, match=r"a.data: no format 'iobb'\n.*conllu, iob"):
        list(corpus(path, format="iobb")(nlp))


def test_own_format(write, nlp):
    def read(path, nlp, *, n_sents=None):
        for line in path.read_text().splitlines():
            yield Doc(nlp.vocab, words=line.split(","))

    with registry.restored():
        registry.converters("test.commas.v1", lambda: read)
        examples = list(corpus(write("a.csv", "a,b", "c"), format="test.commas.v1")(nlp))
    assert [[token.text for token in example.predicted] for example in examples] == [["a", "b"], ["c"]]


def test_grouping(write, nlp):
    path = write("a.iob", *["a O", ""] * 12)
    assert [len(text.split()) for text in texts(corpus(path, n_sents=5)(nlp))] == [5, 5, 2]


def test_a_stream_is_read_as_it_is_consumed(write, nlp):
    path = write("a.jsonl", *[json.dumps({"text": f"text {i}"}) for i in range(2000)], "broken")
    assert texts(islice(corpus(path)(nlp), 3)) == ["text 0", "text 1", "text 2"]


def test_path_that_is_not_set():
    with pytest.raises(DataError, match=r"the corpus has no path\n.*--paths.train FILE"):
        registry.get("readers", "kernel.Corpus.v1")(None)


def test_text_that_is_too_long_for_the_pipeline(write, nlp, monkeypatch):
    monkeypatch.setattr(nlp, "max_length", 10)
    with pytest.raises(
        DataError, match=r"a.jsonl:2: a text of 14 characters is longer than nlp.max_length = 10"
    ):
        list(corpus(write("a.jsonl", '{"text": "short"}', '{"text": "a longer text."}'))(nlp))
    path = write("a.iob", *["word O"] * 5)
    with pytest.raises(DataError, match=r"a.iob: document 0: a text of 24 characters"):
        list(corpus(path)(nlp))
    assert len(list(corpus(path, gold_preproc=True)(nlp))) == 1
