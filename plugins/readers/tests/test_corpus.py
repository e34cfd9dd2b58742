"""The corpus reader: pairs of documents, limits, gold sentences, directories, streams."""

import json
import os
from itertools import islice

import pytest

from kernel import registry
from kernel.errors import DataError, KernelWarning
from kernel.tokens import Doc, DocBin, Span
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
    with pytest.raises(
        DataError, match=r"a.data: no format 'iobb'\n.*conllu, csv, fasttext, huggingface, iob"
    ):
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


# What is taken and left


def test_what_cutting_into_sentences_loses_is_counted(nlp, tmp_path):
    doc = Doc(nlp.vocab, words=list("abcd"), sent_starts=[True, False, True, False])
    doc.set_ents([Span(doc, 0, 1, "X"), Span(doc, 1, 3, "X")])
    doc.spans["sc"] = [Span(doc, 0, 2, "Y"), Span(doc, 0, 4, "Y")]
    DocBin(docs=[doc, doc]).to_disk(tmp_path / "a.spacy")
    for settings in ({"gold_preproc": True}, {"max_length": 3}):
        with pytest.warns(KernelWarning) as caught:
            first, second, *_ = corpus(tmp_path / "a.spacy", **settings)(nlp)
        assert sorted(str(one.message).partition("a.spacy: ")[2] for one in caught) == [
            f"2 {what} lie in two sentences, and are lost by cutting documents into sentences "
            f"(the first: {tmp_path / 'a.spacy'}, document 0)"
            for what in ("entities", "spans of groups")
        ]
        assert [[token.ent_iob_ for token in one.reference] for one in (first, second)] == [
            ["B", ""],
            ["", "O"],
        ]


def test_files_of_a_directory(write, nlp, tmp_path):
    write("data/a.JSONL", '{"text": "a"}')
    write("data/LICENSE.txt", "All rights.")
    write("data/readme.conllu", "broken")
    write("data/notes.txt", "Some text.")
    write("data/x.ann", "T1")
    write("elsewhere/b.jsonl", '{"text": "b"}')
    write("outside/c.jsonl", '{"text": "c"}')
    (tmp_path / "data/more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/back").symlink_to(tmp_path / "data")
    (tmp_path / "data/c.jsonl").symlink_to(tmp_path / "outside/c.jsonl")
    with pytest.warns(
        KernelWarning, match=r"4 files are no data: .ann, .conllu, .txt \(the first: .*LICENSE.txt\)"
    ):
        assert texts(corpus(tmp_path / "data")(nlp)) == ["a", "c", "b"]


def test_a_directory_of_plain_text_is_read(write, nlp, tmp_path, recwarn):
    write("data/a.txt", "Ada ran.")
    write("data/b.txt", "Bob ran.")
    assert texts(corpus(tmp_path / "data")(nlp)) == ["Ada ran.", "Bob ran."]
    assert not recwarn.list


def test_findings_are_those_of_the_latest_whole_pass(write, nlp):
    rows = [
        {"text": "Ada ran", "spans": [[0, 2, "A"]], "other": 1},
        {"text": "Ada ran", "spans": [[0, 3, "B"]]},
    ]
    read = corpus(write("a.jsonl", *map(json.dumps, rows)))
    next(read(nlp))
    assert read.findings == ()
    for _ in range(2):
        with pytest.warns(KernelWarning):
            list(read(nlp))
        assert [finding.level for finding in read.findings] == ["warn", "fail"]


def test_places_in_a_directory_name_the_file(write, nlp, tmp_path):
    write("data/a.jsonl", '{"text": "Ada"}')
    path = write("data/b.jsonl", '{"text": "Ada", "spans": [[0, 2, "X"]]}')
    read = corpus(tmp_path / "data")
    with pytest.warns(KernelWarning):
        list(read(nlp))
    assert read.findings[0].items[0].startswith(f"{path}:1, offset 0: 'X' 'Ad'")


def test_settings_of_built_in_formats(write, nlp):
    path = write("a.data", "1\tAda\tB-P", "2\tran\tO")
    assert texts(corpus(path, columns=["id", "word", "tag"])(nlp)) == ["Ada ran"]
    trimmed = corpus(write("a.jsonl", '{"text": "Ada ran", "spans": [[0, 4, "P"]]}'), trim=True)
    assert [[ent.text for ent in example.reference.ents] for example in trimmed(nlp)] == [["Ada"]]
    with registry.restored():
        registry.converters("test.none.v1", lambda: lambda path, nlp, *, n_sents=None: iter(()))
        with pytest.raises(
            DataError, match="the format 'test.none.v1' takes neither columns nor labels nor trim"
        ):
            list(corpus(path, format="test.none.v1", trim=True)(nlp))


def test_pipes_and_devices_are_no_data(tmp_path, nlp):
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(DataError, match="is a device or a FIFO"):
        list(corpus(tmp_path / "a.jsonl")(nlp))
    with pytest.raises(DataError, match="holds no data files"):
        list(corpus(tmp_path)(nlp))


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("a.jsonl", '{"text": "one"}\n\n{"text": "two"}\n', [1, 3]),
        ("a.iob", "# id = 1\nAnna\tB-PER\n\n# newdoc\nShe\tO\n", [2, 5]),
        ("a.txt", "one\n\ntwo\n", [1, 3]),
    ],
)
def test_examples_know_the_line_that_they_come_from(nlp, tmp_path, name, content, lines):
    path = tmp_path / name
    path.write_text(content)
    examples = list(corpus(path)(nlp))
    assert [example.origin for example in examples] == [f"{path}:{line}" for line in lines]
    assert examples[0].copy().origin == examples[0].origin
    assert examples[0].described().endswith(f"({path}:{lines[0]})")


@pytest.mark.parametrize("content", [b"", b"<html><body>Log in", "Notes".encode("utf-16")])
def test_a_text_of_whatever_kind_beside_data_is_none(write, nlp, tmp_path, content):
    write("data/a.jsonl", json.dumps({"text": "Ada"}))
    write("data/notes.txt", content)
    with pytest.warns(KernelWarning, match=r"1 files are no data: .txt \(the first: .*notes.txt\)"):
        assert texts_of(str(tmp_path / "data"), nlp) == ["Ada"]
    (tmp_path / "data" / "a.jsonl").unlink()
    with pytest.raises(DataError, match=r"notes.txt: the file is "):
        texts_of(str(tmp_path / "data"), nlp)


# Several paths


@pytest.fixture
def several(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("data/b.jsonl", "data/a.jsonl", "data/more/c.jsonl"):
        write(name, json.dumps({"text": name}))
    write("data/d.iob", "Ada B-P")


def texts_of(path, nlp):
    config = {"corpus": {"@readers": "kernel.Corpus.v1", "path": path}}
    return [example.reference.text for example in registry.resolve(config)["corpus"](nlp)]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("data/*.jsonl", ["data/a.jsonl", "data/b.jsonl"]),
        ("data/**/*.jsonl", ["data/a.jsonl", "data/b.jsonl", "data/more/c.jsonl"]),
        (["data/b.jsonl", "data/a.jsonl"], ["data/b.jsonl", "data/a.jsonl"]),
        (["data/more", "data/*.iob", "data/d.iob"], ["data/more/c.jsonl", "Ada"]),
        ("data/mor*", ["data/more/c.jsonl"]),
    ],
)
def test_patterns_and_lists_of_paths(several, nlp, path, texts):
    assert texts_of(path, nlp) == texts


def test_a_file_is_read_once_however_it_is_spelt(several, nlp, tmp_path):
    paths = ["data/a.jsonl", str(tmp_path / "data" / "*.jsonl"), "data/more/../a.jsonl"]
    assert texts_of(paths, nlp) == ["data/a.jsonl", "data/b.jsonl"]


def test_a_pattern_or_a_list_of_nothing(several, nlp):
    with pytest.raises(DataError, match=r"data/\*.csv: no file matches this pattern\n.*'a.jsonl', 'b.jsonl'"):
        texts_of("data/*.csv", nlp)
    with pytest.raises(DataError, match="the list of paths is empty"):
        texts_of([], nlp)
    with pytest.raises(DataError, match="data/none.jsonl: no such file"):
        texts_of(["data/a.jsonl", "data/none.jsonl"], nlp)


def test_what_is_said_of_several_paths_names_files(several, write, nlp):
    write("data/b.jsonl", json.dumps({"text": "Ada ran", "spans": [[0, 2, "P"]]}))
    expected = r"^data/a.jsonl and 1 more: 1 entity .*the first: data/b.jsonl:1, offset 0: 'P' 'Ad'"
    with pytest.warns(KernelWarning, match=expected):
        texts_of(["data/a.jsonl", "data/b.jsonl"], nlp)
    with pytest.warns(KernelWarning, match=r"^data/\*.jsonl: 1 entity .*the first: data/b.jsonl:1, offset 0"):
        texts_of("data/*.jsonl", nlp)
