"""`kernel convert`: annotated files to `.spacy`."""

import gzip
import json

import pytest

from kernel import blank, registry
from kernel.cli.run import run
from kernel.tokens import DocBin

from ..small import json_lines

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
    assert capsys.readouterr().out.splitlines()[-1] == "out/b.spacy: 1 document"
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


def test_to_standard_output(capfdbinary, tmp_path):
    assert run(["convert", "in/a.iob", "-"]) == 0
    written = capfdbinary.readouterr().out
    (tmp_path / "piped.spacy").write_bytes(written)
    assert entities("piped.spacy") == [[("London", "GPE"), ("Ann", "PERSON")]]
    assert not (tmp_path / "-").exists()


def test_a_terminal_gets_no_bytes(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["convert", "in/a.iob", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "kernel convert in/a.iob - > a.spacy" in captured.err


def test_split_by_label_and_the_same_way_again(tmp_path, capsys):
    kinds = ["GOOD"] * 40 + ["BAD"] * 10
    records = [{"text": f"text {n}", "cats": {kind: 1.0}} for n, kind in enumerate(kinds)]
    (tmp_path / "all.jsonl").write_text(json_lines(records))
    assert run(["convert", "all.jsonl", "out", "--split", "80,10,10"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "out/train.spacy: 40 documents",
        "out/dev.spacy: 5 documents",
        "out/test.spacy: 5 documents",
    ]
    vocab = blank("xx").vocab
    parts = {name: list(DocBin().from_disk(f"out/{name}.spacy").get_docs(vocab)) for name in ("train", "dev")}
    assert [sum(doc.cats.get("BAD", 0) for doc in docs) for docs in parts.values()] == [8, 1]
    assert run(["convert", "all.jsonl", "again", "--split", "8,1,1", "--seed", "0"]) == 0
    assert run(["convert", "all.jsonl", "other", "--split", "8,1,1", "--seed", "1"]) == 0
    same = [(tmp_path / name / "train.spacy").read_bytes() for name in ("out", "again", "other")]
    assert same[0] == same[1] != same[2]


def split(tmp_path, *options):
    records = [{"text": f"text {n}", "cats": {"A": n % 2}} for n in range(20)]
    (tmp_path / "all.jsonl").write_text(json_lines(records))
    return run(["convert", "all.jsonl", "out", *options])


def test_a_split_is_written_whole_or_not_at_all(tmp_path, capsys):
    assert split(tmp_path, "--split", "80,20") == 0
    (tmp_path / "out" / "train.spacy").unlink()
    before = (tmp_path / "out" / "dev.spacy").read_bytes()
    assert split(tmp_path, "--split", "60,40") == 2
    assert "out/dev.spacy exists" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["dev.spacy"]
    # The same parts may be written again.
    assert split(tmp_path, "--split", "80,20") == 0
    assert (tmp_path / "out" / "dev.spacy").read_bytes() == before


def test_a_part_of_another_split_is_a_warning(tmp_path, capsys):
    assert split(tmp_path, "--split", "80,10,10") == 0
    assert split(tmp_path, "--split", "80,20", "--force") == 0
    assert "out/test.spacy is of another split" in capsys.readouterr().err


def test_a_file_is_read_once_however_it_is_spelt(tmp_path, capsys):
    inputs = ["in", str(tmp_path / "in"), "in/../in/a.iob", str(tmp_path / "in" / "b.jsonl")]
    assert run(["convert", *inputs, "out", "--concatenate"]) == 0
    assert capsys.readouterr().out == "out/documents.spacy: 2 documents\n"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["in/b.jsonl", "-", "--split", "8,2"], "it needs a directory, not -"),
        (["in/b.jsonl", "out", "--split", "80"], "expected two or three numbers above 0"),
        (["in/b.jsonl", "out", "--split", "8,2"], "none of 1 is left for dev"),
    ],
)
def test_what_cannot_be_split(args, message, tmp_path, capsys):
    assert run(["convert", *args]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "out").exists()


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


@pytest.mark.parametrize(
    "inputs", [["in/*"], ["in/a.iob", "in/b.jsonl"], ["in/a.iob", "in/*.jsonl", "in/b.jsonl"]]
)
def test_patterns_and_several_inputs(tmp_path, inputs):
    assert run(["convert", *inputs, "out"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.spacy", "b.spacy"]
    assert run(["convert", *inputs, "one", "--concatenate"]) == 0
    assert len(entities("one/documents.spacy")) == 2


def test_a_pattern_of_nothing(capsys):
    assert run(["convert", "in/*.csv", "out"]) == 2
    shown = capsys.readouterr().err
    assert "in/*.csv: no file matches this pattern" in shown and "'a.iob', 'b.jsonl'" in shown


def test_two_inputs_that_would_be_one_output(tmp_path, capsys):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.iob").write_text(IOB)
    assert run(["convert", "in/a.iob", "other/a.iob", "out"]) == 2
    assert "in/a.iob and other/a.iob would both be written to out/a.iob.spacy" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_compression_is_no_part_of_a_name(tmp_path):
    (tmp_path / "c.iob.gz").write_bytes(gzip.compress(IOB.encode()))
    assert run(["convert", "c.iob.gz", "out"]) == 0
    assert [ent for doc in entities("out/c.spacy") for ent in doc] == [("London", "GPE"), ("Ann", "PERSON")]


def texts(path):
    nlp = blank("xx")
    return [(doc.text, doc.cats) for doc in DocBin().from_disk(path).get_docs(nlp.vocab)]


def test_the_advice_for_a_table_with_other_headers_can_be_taken(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("comment,kind,n\nfine,good,1\npoor,bad,2\n")
    assert run(["convert", "t.csv", "out"]) == 2
    assert "--columns text,label,_" in capsys.readouterr().err
    assert run(["convert", "t.csv", "out", "--columns", "text, label,_"]) == 0
    assert texts("out/t.spacy") == [("fine", {"bad": 0.0, "good": 1.0}), ("poor", {"bad": 1.0, "good": 0.0})]
    assert run(["convert", "t.csv", "out", "--columns", "text,,_"]) == 2
    assert "has an empty name" in capsys.readouterr().err


def test_the_advice_for_tags_as_numbers_can_be_taken(tmp_path, capsys):
    (tmp_path / "rows.jsonl").write_text('{"tokens": ["Ann", "sings"], "ner_tags": [1, 0]}\n')
    assert run(["convert", "rows.jsonl", "out"]) == 2
    assert "--labels O,B-PER,I-PER" in capsys.readouterr().err
    assert run(["convert", "rows.jsonl", "out", "--labels", "O,B-PER"]) == 0
    assert entities("out/rows.spacy") == [[("Ann", "PER")]]
    (tmp_path / "names.json").write_text('["O", "B-HUMAN"]')
    assert run(["convert", "rows.jsonl", "out", "--labels", "names.json", "--force"]) == 0
    assert entities("out/rows.spacy") == [[("Ann", "HUMAN")]]
    assert run(["convert", "rows.jsonl", "out", "--labels", "none.json", "--force"]) == 2
    assert "none.json" in capsys.readouterr().err


def test_blanks_at_the_ends_of_entities_are_trimmed(tmp_path, capsys):
    (tmp_path / "blanks.jsonl").write_text('{"text": "Ann sings", "entities": [[0, 4, "PER"]]}\n')
    assert run(["convert", "blanks.jsonl", "out", "--trim"]) == 0
    assert entities("out/blanks.spacy") == [[("Ann", "PER")]]


def test_a_converter_that_takes_no_columns_says_so(tmp_path, capsys):
    (tmp_path / "own.py").write_text(
        "from kernel import registry\n"
        "@registry.converters('own.lines.v1')\n"
        "def make():\n"
        "    return lambda path, nlp, n_sents=None: map(nlp.make_doc, path.read_text().splitlines())\n"
    )
    found = ["convert", "in/a.iob", "out", "-c", "own.lines.v1", "--code", "own.py", "--columns", "word,tag"]
    assert run(found) == 2
    assert "the converter own.lines.v1 doesn't take --columns" in capsys.readouterr().err


def test_brat_keeps_the_names_of_files(tmp_path):
    for folder, name in (("brat", "a"), ("brat", "b"), ("brat/deep", "A")):
        (tmp_path / folder).mkdir(exist_ok=True, parents=True)
        (tmp_path / folder / f"{name}.txt").write_text("Ann sings")
        (tmp_path / folder / f"{name}.ann").write_text("T1\tPER 0 3\tAnn\n")
    assert run(["convert", "brat", "out", "-t", "brat"]) == 0
    assert (tmp_path / "out" / "b" / "b.ann").read_text() == "T1\tPER 0 3\tAnn\n"
    assert run(["convert", "brat", "one", "-t", "brat", "--concatenate"]) == 0
    assert {path.name for path in (tmp_path / "one" / "brat").glob("*.ann")} == {
        "a.ann",
        "b.ann",
        "000003.ann",
    }
