"""Raw text, label files, detection of formats, `.spacy` files."""

import json

import pytest
from kernel_readers.detect import FORMATS, detect
from kernel_readers.formats import docbin, plain_text

from kernel import registry
from kernel.errors import DataError
from kernel.tokens import Doc, DocBin, Span


def reader(name, path, **settings):
    return registry.resolve({"corpus": {"@readers": name, "path": str(path), **settings}})["corpus"]


def texts(examples):
    return [example.text for example in examples]


@pytest.fixture(params=["kernel.JsonlCorpus.v1", "kernel.PlainTextCorpus.v1"])
def raw(request, write):
    """The reader of raw text, of "one", "two words", "three words here"."""
    lines = ["one", "two words", "", "three words here"]
    if "Json" in request.param:
        path = write("a.jsonl", *(json.dumps({"text": line, "other": 1}) if line else "" for line in lines))
    else:
        path = write("a.txt", *lines)
    return lambda **settings: reader(request.param, path, **settings)


def test_raw_text(raw, nlp):
    examples = list(raw()(nlp))
    assert texts(examples) == ["one", "two words", "three words here"]
    assert examples[0].predicted is not examples[0].reference
    assert texts(raw(min_length=2)(nlp)) == ["two words", "three words here"]
    assert texts(raw(max_length=4)(nlp)) == ["one", "two words", "three words here"]


def test_the_longest_text_that_is_read(write, nlp):
    """As in the field, plain text has the most words that a text may have, JSONL the fewest that it may not."""
    path = write("a.txt", "one", "two words", "three words here")
    assert texts(reader("kernel.PlainTextCorpus.v1", path, max_length=2)(nlp)) == ["one", "two words"]
    lines = (json.dumps({"text": text}) for text in ("one", "two words", "three words here"))
    path = write("a.jsonl", *lines)
    assert texts(reader("kernel.JsonlCorpus.v1", path, max_length=2)(nlp)) == ["one"]


def test_corpora_by_the_names_that_scripts_import(write, nlp):
    from kernel.training import Corpus, JsonlCorpus, PlainTextCorpus

    path = write("a.jsonl", '{"text": "one", "entities": []}')
    assert [example.text for example in Corpus(str(path), limit=1)(nlp)] == ["one"]
    assert texts(JsonlCorpus(str(path))(nlp)) == ["one"]
    assert texts(PlainTextCorpus(str(write("a.txt", "one two", "three")), max_length=1)(nlp)) == ["three"]


def test_limit_of_raw_text(write, nlp):
    path = write("a.jsonl", '{"text": "a"}', '{"text": "b"}', "broken")
    assert texts(reader("kernel.JsonlCorpus.v1", path, limit=2)(nlp)) == ["a", "b"]


def test_raw_text_without_path():
    for name in ("kernel.JsonlCorpus.v1", "kernel.PlainTextCorpus.v1"):
        with pytest.raises(DataError, match="the corpus has no path"):
            registry.get("readers", name)(None)


def test_plain_text(write, nlp):
    docs = list(plain_text.read(write("a.txt", "one ", "", "two"), nlp))
    assert [doc.text for doc in docs] == ["one ", "two"]


def test_labels(write):
    read = registry.get("readers", "kernel.read_labels.v1")
    for content in ('["A", "B"]', '\ufeff["A", "B"]'):
        assert read(write("labels.json", content)) == ["A", "B"]
    missing = write("labels.json").with_name("other.json")
    assert read(missing) is None
    with pytest.raises(DataError, match=r"other.json: no such file"):
        read(missing, require=True)
    with pytest.raises(DataError, match=r"bad.json: not a label file"):
        read(write("bad.json", '["A"'))


def test_data_of_lines_may_leave_out_broken_ones(write):
    path = write("a.jsonl", '{"a": 1}', "broken", "", "[2]")
    with pytest.raises(DataError, match=r"a\.jsonl:2: not JSON: "):
        registry.get("readers", "kernel.read_jsonl.v1")(path)
    assert registry.get("readers", "kernel.read_jsonl.v1")(path, skip=True) == [{"a": 1}, [2]]


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml", "msgpack"])
def test_data_that_is_missing_or_of_another_form_is_named(form, write):
    read = registry.get("readers", f"kernel.read_{form}.v1")
    bad = write(f"bad.{form}", "{a: [")
    with pytest.raises(DataError, match=rf"bad\.{form}.*: not (JSON|YAML|MessagePack)"):
        read(bad)
    with pytest.raises(DataError, match=r"other: no such file"):
        read(bad.with_name("other"))


@pytest.mark.parametrize(
    ("name", "lines", "found"),
    [
        ("a.spacy", ["anything"], "spacy"),
        ("a.conllu", ["anything"], "conllu"),
        ("a.jsonl", ["anything"], "jsonl"),
        ("a.data", ['{"text": "a"}'], "jsonl"),
        ("a.data", ["# sent_id = 1", "1\ta\ta\tX\tX\t_\t0\troot\t_\t_"], "conllu"),
        ("a.data", ["Ada|NNP|B-PER ran|VBD|O"], "iob_lines"),
        ("a.txt", ["Ada B-PER", "ran O"], "iob"),
        ("a.conll", ["-DOCSTART- -X- O O", "", "Ada NNP B-NP B-PER", "ran VBD O O"], "iob"),
        ("a.tsv", ["Ada\tU-PER", "ran\tO"], "iob"),
        ("a.txt", ["Ada ran.", "It was late."], "text"),
    ],
)
def test_formats_are_detected(write, name, lines, found):
    assert detect(write(name, *lines)) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (['{"text": "a"}'], "jsonl"),
        (["1\ta\ta\tX\tX\t_\t0\troot\t_\t_"], "conllu"),
        (["# sent_id = 1", "1\ta\ta\tX\tX\t_\t0\troot\t_\t_"], "conllu"),
        (["Ada|B-PER ran|O"], "iob_lines"),
        (["-DOCSTART- -X- O O", "", "Ada NNP B-NP B-PER", "ran VBD O O"], "iob"),
        (["1\tAda\tU-PER", "2\tran\tO"], "iob"),
        (["Ada ran.", "It was late."], "text"),
    ],
)
def test_formats_are_detected_behind_a_byte_order_mark(write, nlp, lines, found):
    plain, marked = write("a.txt", *lines), write("b.txt", "\ufeff" + lines[0], *lines[1:])
    assert detect(plain) == detect(marked) == found

    def read(path):
        return [doc.to_json() for doc in FORMATS[found](path, nlp)]

    assert read(plain) == read(marked)


def test_binary_corpus_is_detected_under_another_name(nlp, tmp_path):
    DocBin(docs=[nlp.make_doc("Ada ran and ran.")] * 50).to_disk(tmp_path / "a.data")
    assert detect(tmp_path / "a.data") == "spacy"


def test_format_that_is_none(write):
    with pytest.raises(DataError, match=r"a.data: the format of the file is not recognised\n.*--converter"):
        detect(write("a.data", "Ada ran.", "It was late."))


def test_a_long_first_line_is_no_hindrance(write, nlp):
    assert detect(write("a.data", json.dumps({"text": "word " * 5000}))) == "jsonl"
    assert detect(write("b.conll", *["Ada B-PER"] * 5000)) == "iob"


def test_binary_corpus_keeps_everything(nlp, tmp_path):
    doc = Doc(
        nlp.vocab,
        words=["Ada", "ran"],
        spaces=[True, False],
        tags=["N", "V"],
        heads=[1, 1],
        deps=["nsubj", "ROOT"],
        lemmas=["Ada", "run"],
        morphs=["Number=Sing", ""],
    )
    doc.set_ents([Span(doc, 0, 1, "PERSON")])
    doc.cats = {"A": 1.0}
    doc.spans["sc"] = [Span(doc, 0, 2, "ALL")]
    DocBin(docs=[doc, doc]).to_disk(tmp_path / "a.spacy")
    for read in docbin.read(tmp_path / "a.spacy", nlp, n_sents=1):
        assert read.to_json() == doc.to_json()
        assert read.cats == doc.cats
        assert [(span.text, span.label_) for span in read.spans["sc"]] == [("Ada ran", "ALL")]


def test_every_converter_is_a_format(write, nlp):
    for name in registry.names("converters"):
        if name.startswith("kernel.") and name not in ("kernel.spacy.v1",):
            read = registry.get("converters", name)()
            with pytest.raises(DataError, match="nothing.data: no such file"):
                list(read(write("x").with_name("nothing.data"), nlp, n_sents=None))


@pytest.mark.parametrize("cats, tags", [({"\ud800": 1.0}, ["X"]), ({}, ["a\udfff"])])
def test_half_of_a_surrogate_pair_in_a_binary_corpus(nlp, tmp_path, cats, tags):
    doc = Doc(nlp.vocab, words=["one"], tags=tags)
    doc.cats = cats
    DocBin(docs=[doc]).to_disk(tmp_path / "a.spacy")
    with pytest.raises(DataError, match=r"a\.spacy: the string '.*' holds half of a surrogate pair"):
        list(docbin.read(tmp_path / "a.spacy", nlp))
