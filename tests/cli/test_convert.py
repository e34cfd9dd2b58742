"""`kernel convert`: annotated files to `.spacy`."""

import json

import pytest

from kernel import blank, registry
from kernel.cli.run import run
from kernel.tokens import DocBin

pytestmark = pytest.mark.needs("kernel-nlp-readers", "kernel-nlp-languages")

IOB = "I\tO\nlike\tO\nLondon\tB-GPE\n\nSo\tO\ndoes\tO\nAnn\tB-PERSON\n"


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.iob").write_text(IOB)
    record = {"text": "London calls", "entities": [[0, 6, "GPE"]]}
    (tmp_path / "in" / "b.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "in" / ".hidden").write_text("nothing")
    with registry.restored():
        yield


def entities(path):
    nlp = blank("xx")
    return [
        [(ent.text, ent.label_) for ent in doc.ents] for doc in DocBin().from_disk(path).get_docs(nlp.vocab)
    ]


def test_a_directory_file_by_file_and_in_one(tmp_path, capsys):
    assert run(["convert", "in", "out"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "out/b.spacy: 1 documents"
    found = entities("out/a.spacy")
    assert [ent for doc in found for ent in doc] == [("London", "GPE"), ("Ann", "PERSON")]
    assert entities("out/b.spacy") == [[("London", "GPE")]]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.spacy", "b.spacy"]
    assert run(["convert", "in", "one", "--concatenate"]) == 0
    assert entities("one/in.spacy") == [*found, [("London", "GPE")]]


@pytest.mark.parametrize(("number", "documents"), [("0", 1), ("1", 2)])
def test_sentences_a_document(number, documents):
    assert run(["convert", "in/a.iob", "out", "--n-sents", number]) == 0
    assert len(entities("out/a.spacy")) == documents


def test_a_converter_of_ones_own(tmp_path):
    (tmp_path / "own.py").write_text(
        "from kernel import registry\n"
        "@registry.converters('own.lines.v1')\n"
        "def make():\n"
        "    return lambda path, nlp, n_sents=None: map(nlp.make_doc, path.read_text().splitlines())\n"
    )
    assert run(["convert", "in/b.jsonl", "out", "-c", "own.lines.v1", "--code", "own.py"]) == 0
    assert entities("out/b.spacy") == [[]]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["none"], "no such file or directory"),
        (["empty"], "the directory holds no data files"),
        (["blank.iob", "-c", "iob"], "the file holds no documents"),
        (["in/a.iob", "-c", "nothing"], "converters has no function"),
    ],
)
def test_what_cannot_be_converted(args, message, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.iob").write_text("\n")
    assert run(["convert", args[0], "out", *args[1:]]) != 0
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
