"""Bad data through the real commands: one message with its place, exit code 2, nothing half-written."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import blank
from kernel.tokens import Doc, DocBin, Span
from kernel.vocab.packing import pack, unpack

from ..small import json_lines
from .conftest import RECORDS, Result

Kernel = Callable[..., Result]
FORMATS = ["jsonl", "json", "conllu", "iob", "conll", "spacy", "txt", "xyz"]


def train_on(kernel: Kernel, path: str | Path, *more: str) -> Result:
    return kernel("train", "config.cfg", "-o", "out", "--paths.train", str(path), *more)


def written(content: str | bytes, name: str) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def is_clean() -> bool:
    """Whether no model, whole or part, is in the output directory."""
    return not [path for path in Path("out").glob("*") if "model" in path.name]


def store(*docs: Doc) -> bytes:
    return DocBin(docs=docs).to_bytes()


def example_store() -> bytes:
    nlp = blank("en")
    docs = [nlp.make_doc(f"Ada Lovelace wrote note {number}.") for number in range(5)]
    for doc in docs:
        doc.set_ents([Span(doc, 0, 2, "PERSON")])
    return store(*docs)


@pytest.mark.parametrize("extension", FORMATS)
def test_missing_file(kernel: Kernel, extension: str) -> None:
    train_on(kernel, f"nothing.{extension}").is_refused(2, f"nothing.{extension}: no such file", "[paths]")
    assert is_clean()


@pytest.mark.parametrize("extension", FORMATS)
def test_empty_file(kernel: Kernel, extension: str) -> None:
    train_on(kernel, written("", f"empty.{extension}")).is_refused(2, f"empty.{extension}: the file is empty")
    assert is_clean()


@pytest.mark.parametrize("extension", FORMATS)
def test_binary_file(kernel: Kernel, extension: str) -> None:
    name = written(bytes(range(256)) * 8, f"binary.{extension}")
    train_on(kernel, name).is_refused(2, f"error: {name}")
    assert is_clean()


@pytest.mark.parametrize("extension", ["jsonl", "conllu", "iob", "txt"])
def test_file_in_another_encoding(kernel: Kernel, extension: str) -> None:
    name = written("a\n\ncaf\u00e9 O\n".encode("latin1"), f"latin.{extension}")
    more = ("--corpora.train.format", "iob") if extension == "iob" else ()
    result = train_on(kernel, written(b"Paris B-CITY\n" + Path(name).read_bytes()[3:], name), *more)
    # Columns in a .conllu file that has no ten of them are read as such.
    if extension in ("iob", "txt", "conllu"):
        result.is_refused(2, f"{name}:2: offset 3: byte 0xe9 is not valid UTF-8", "iconv")
    else:
        result.is_refused(2, f"{name}:1")


@pytest.mark.parametrize("part", [0.2, 0.5, 0.98])
def test_truncated_binary_corpus(kernel: Kernel, part: float) -> None:
    data = example_store()
    name = written(data[: int(len(data) * part)], "cut.spacy")
    train_on(kernel, name).is_refused(2, "cut.spacy: broken .spacy data: truncated or damaged")
    assert is_clean()


@pytest.mark.parametrize("key", ["attrs", "tokens", "spaces", "lengths", "strings"])
def test_binary_corpus_without_a_part(kernel: Kernel, key: str) -> None:
    message = unpack(zlib.decompress(example_store()))
    del message[key]
    name = written(zlib.compress(pack(message)), "part.spacy")
    train_on(kernel, name).is_refused(2, f"part.spacy: broken .spacy data: it has no '{key}'")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("strings", [], "no string for the number"),
        ("cats", [{}], "5 documents, but 1 cats"),
        ("span_groups", [b"xx"] * 5, "span groups"),
        ("attrs", [99999] * 3, "no token attribute has the number 99999"),
        ("spaces", b"", "tokens, but 0 spaces"),
    ],
)
def test_binary_corpus_that_contradicts_itself(kernel: Kernel, key: str, value: object, message: str) -> None:
    content = unpack(zlib.decompress(example_store()))
    content[key] = value
    train_on(kernel, written(zlib.compress(pack(content)), "odd.spacy")).is_refused(2, "odd.spacy: ", message)


def test_binary_corpus_with_a_head_outside_of_its_document(kernel: Kernel) -> None:
    vocab = blank("en").vocab
    whole = Doc(vocab, words=["a", "b", "c"], heads=[2, 2, 2], deps=["x", "x", "ROOT"])
    message = unpack(zlib.decompress(store(whole, whole)))
    message["lengths"] = b"\x02\0\0\0\x04\0\0\0"
    name = written(zlib.compress(pack(message)), "heads.spacy")
    train_on(kernel, name).is_refused(2, "heads.spacy: document 0: ", "head of token 0 lies outside")


def row(index: object, head: object = 0, *, word: str = "word", upos: str = "NOUN", misc: str = "_") -> str:
    return "\t".join([str(index), word, word, upos, "NN", "_", str(head), "dep", "_", misc])


GOOD_SENTENCE = [row(1, 2), row(2), ""]


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        ([row(1).rpartition("\t")[0]], 4, "expected 10 tab-separated columns, found 9"),
        ([row(1).replace("\t", " ")], 4, "expected 10 tab-separated columns, found 1"),
        ([row(1)[:-12]], 4, "expected 10 tab-separated columns"),
        ([row(1, 2), row(2, 3), row(3, 1)], 4, "the heads form a cycle: 1 -> 2 -> 3 -> 1"),
        ([row(1, 0), row(2, 2)], 5, "word 2 is its own head"),
        ([row(1, 7)], 4, "head 7 is out of range, the sentence has 1 word"),
        ([row(1, -1)], 4, "the head must be a number, found '-1'"),
        ([row(1, "\u00b2")], 4, "the head must be a number"),
        ([row(1), row(3, 1)], 5, "expected word id 2, found '3'"),
        ([row("x")], 4, "expected word id 1, found 'x'"),
        ([row(1, word="")], 4, "the word form is empty"),
        ([row(1, upos="THING")], 4, "'THING' is not a universal part-of-speech tag"),
        ([row("1-5"), row(1)], 4, "'1-5' is not a range of this sentence's word ids"),
        ([row("1.1")], 4, "a sentence without words"),
        ([row(1, misc="NE=THING")], 4, "'THING' is not an entity tag"),
        ([row(1).replace("\t_\t0", "\tNumber\t0")], 4, "'Number' is not a list of features"),
        ([row(1, word="a\0b")], 4, "the file is binary"),
    ],
)
def test_conllu(kernel: Kernel, lines: list[str], place: int, message: str) -> None:
    name = written("\n".join([*GOOD_SENTENCE, *lines, "", ""]), "bad.conllu")
    train_on(kernel, name).is_refused(2, f"bad.conllu:{place}: ", message)
    assert is_clean()


@pytest.mark.parametrize(
    ("rows", "place", "message"),
    [
        ("York B-CITY|is O", 3, "O follows the entity 'CITY', which is not closed"),
        ("York L-CITY", 2, "L-CITY stands outside of any entity"),
        ("York I-CITY", 2, "I-CITY stands outside of any entity"),
        ("York B-CITY|Rome U-CITY", 3, "U-CITY follows the entity 'CITY', which is not closed"),
        ("York B-CITY|Ada L-PERSON", 3, "L-PERSON stands inside 'CITY'"),
        ("York B-CITY||Rome L-CITY", 2, "the entity 'CITY' is not closed at the end of its sentence"),
        ("York B-CITY", 2, "the entity 'CITY' is not closed at the end of its sentence"),
        ("York CITY", 2, "'CITY' is not an entity tag"),
        ("York B-", 2, "'B-' is not an entity tag"),
        ("York", 2, "expected a word and an entity tag, found 'York'"),
    ],
)
def test_biluo_violations(kernel: Kernel, rows: str, place: int, message: str) -> None:
    # The unit of the other sentence makes the file BILUO, in whatever documents it is read.
    text = "\n".join(["Ada U-PERSON", *rows.split("|"), "", "Bob U-PERSON", ""])
    for n_sents in ("1", "10"):
        result = train_on(kernel, written(text, "bad.biluo"), "--corpora.train.n_sents", n_sents)
        result.is_refused(2, f"bad.biluo:{place}: ", message)


def test_inside_after_outside_is_counted(kernel: Kernel) -> None:
    text = "Ada B-PERSON\nin O\nParis I-CITY\n\nBob B-PERSON\nRome I-CITY\n"
    result = train_on(kernel, written(text, "loose.iob"), "--paths.dev", "loose.iob")
    assert result.code == 0
    assert [line for line in result.warnings if "loose.iob:3: I- follows no entity" in line]
    assert "2 in this file" in result.err


TEXT = "Ada Lovelace lives."


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([[0, 300, "A"]], "offset 0: the entity 'A' [0:300] is outside of the text of 19 characters"),
        ([[5, 3, "A"]], "the entity 'A' [5:3] is outside of the text"),
        ([[-2, 3, "A"]], "the entity 'A' [-2:3] is outside of the text"),
        ([["a", 3, "A"]], "whole numbers for start and end"),
        ([[0, 3, ""]], "a label"),
        ([[0, 3]], "[0, 3] is not [start, end, label]"),
        ([None], "None is not [start, end, label]"),
        ({"a": 1}, "'spans' must be a list"),
    ],
)
def test_entity_offsets(kernel: Kernel, spans: object, message: str) -> None:
    records = [RECORDS[0], {"text": TEXT, "spans": spans}]
    train_on(kernel, written(json_lines(records), "bad.jsonl")).is_refused(2, "bad.jsonl:2: ", message)
    assert is_clean()


def test_overlapping_entities_are_counted_and_training_goes_on(kernel: Kernel) -> None:
    records = [*RECORDS, {"text": TEXT, "spans": [[0, 12, "PERSON"], [4, 18, "B"]]}]
    result = train_on(kernel, written(json_lines(records), "twice.jsonl"))
    assert result.code == 0
    assert len(result.warnings) == 1
    assert "twice.jsonl: 2 entities overlap others" in result.err
    assert "line 4, offset 0: 'PERSON' 'Ada Lovelace' overlaps another entity" in result.err


def test_misaligned_entities_are_counted_and_training_goes_on(kernel: Kernel) -> None:
    records = [*RECORDS, *[{"text": TEXT, "spans": [[0, 5, "PERSON"]]}] * 3]
    result = train_on(kernel, written(json_lines(records), "off.jsonl"))
    assert result.code == 0
    assert len(result.warnings) == 1
    assert "off.jsonl: 3 entities" in result.err
    assert "line 4, offset 0: 'PERSON' 'Ada L'" in result.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "Ada', "offset 9: not valid JSON"),
        ("[1]", "expected an object, found '[1]'"),
        ("[" * 100_000, "nested too deeply"),
        ('{"txt": "Ada"}', "no string under 'text'"),
        ('{"text": 3}', "no string under 'text'"),
        ('{"text": "\\ud800 Ada"}', "half of a surrogate pair"),
        ('{"text": "Ada", "cats": 3}', "'cats' must map labels to numbers"),
        ('{"text": "Ada", "cats": {"A": "x"}}', "the value of category 'A' is 'x'"),
        ('{"text": "Ada", "cats": {"A": NaN}}', "the value of category 'A' is nan"),
        ('{"text": "Ada b", "words": ["Ada"], "tags": ["X", "Y"]}', "1 words but 2 tags"),
        ('{"text": "Ada b", "words": ["Ada", "c"]}', "offset 3: the word 'c' is not in the text"),
        ('{"text": "Ada b", "words": [1, 2]}', "'words' must be a list of strings"),
        ('{"text": "Ada b", "words": ["Ada", "b"], "heads": [1, 0]}', "cycle"),
        ('{"text": "Ada b", "words": ["Ada", "b"], "heads": [0, 9]}', "outside the text"),
        ('{"text": "Ada b", "words": ["Ada", "b"], "heads": ["a", "b"]}', "'heads' must be a list of whole"),
        ('{"text": "Ada b", "words": ["Ada", "b"], "pos": ["X", "Q"]}', "'Q' is not a universal"),
        ('{"text": "Ada b", "options": [{"id": "A"}], "accept": ["B"]}', "option 'B' is not one of A"),
    ],
)
def test_json_records(kernel: Kernel, line: str, message: str) -> None:
    text = f"{json_lines(RECORDS)}\n{line}\n"
    train_on(kernel, written(text, "bad.jsonl")).is_refused(2, "bad.jsonl:5: ", message)


def test_text_over_the_limit_of_the_pipeline(kernel: Kernel) -> None:
    long = "word " * 200_001
    limit = "characters is longer than nlp.max_length = 1000000"
    train_on(kernel, written(json_lines([{"text": long}]), "long.jsonl")).is_refused(
        2, "long.jsonl:1: ", limit
    )
    train_on(kernel, written(long, "long.txt")).is_refused(2, "long.txt:1: ", limit)
    words = "\n".join(["a" * 100 + " O"] * 10_001)
    train_on(kernel, written(words, "long.iob")).is_refused(2, "long.iob: document 0: ", limit, "n_sents")


@pytest.mark.parametrize("extension", ["jsonl", "conllu", "txt", "spacy"])
def test_faults_of_the_development_corpus_come_up_before_training(kernel: Kernel, extension: str) -> None:
    result = kernel("train", "config.cfg", "-o", "out", "--paths.dev", f"nothing.{extension}")
    result.is_refused(2, f"nothing.{extension}: no such file")
    assert "LOSS" not in result.out
    assert is_clean()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["--corpora.train.max_length", "2"], "train.jsonl: no examples are left of 3 documents"),
        (["--corpora.dev.max_length", "2"], "dev.jsonl: no examples are left of 3 documents"),
        (
            ["--training.batcher.discard_oversize", "true", "--training.batcher.size", "2"],
            "epoch 0 of corpora.train gave no batch",
        ),
        (["--paths.train", "null"], "the corpus has no path"),
    ],
)
def test_no_examples_left(kernel: Kernel, settings: list[str], message: str) -> None:
    kernel("train", "config.cfg", "-o", "out", *settings).is_refused(2, message)
    assert is_clean()


def test_texts_that_are_left_out_are_counted(kernel: Kernel) -> None:
    result = kernel("train", "config.cfg", "--corpora.train.max_length", "7")
    assert result.code == 0
    assert "train.jsonl: 1 texts of max_length = 7 words or more are left out" in result.err


def test_gold_sentences_of_a_file_without_sentences(kernel: Kernel) -> None:
    result = kernel("train", "config.cfg", "--corpora.train.gold_preproc", "true")
    result.is_refused(2, "train.jsonl: document 0: ", "sentence")


def test_directory_without_data(kernel: Kernel, project: Path) -> None:
    (project / "nothing").mkdir()
    train_on(kernel, "nothing").is_refused(2, "nothing: the directory holds no data files", ".conllu")


@pytest.mark.parametrize("command", ["train", "evaluate", "convert", "apply", "debug data", "init labels"])
def test_every_command_says_where_a_record_is_bad(kernel: Kernel, model: Path, command: str) -> None:
    name = written(json_lines(RECORDS) + '{"text": 3}\n', "bad.jsonl")
    arguments = {
        "train": ["config.cfg", "--paths.train", name],
        "evaluate": [str(model), name],
        "convert": [name, "converted"],
        "apply": [str(model), name, "found.jsonl"],
        "debug data": ["config.cfg", "--paths.train", name],
        "init labels": ["config.cfg", "labels", "--paths.train", name],
    }
    kernel(*command.split(), *arguments[command]).is_refused(2, "bad.jsonl:4: ")
    assert not Path("found.jsonl").exists()
    assert not list(Path("converted").glob("*"))


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        (
            "bad.txt",
            "fine\ncaf\u00e9\n".encode("latin1"),
            "bad.txt:2: offset 3: byte 0xe9 is not valid UTF-8",
        ),
        ("bad.txt", b"word " * 200_001, "bad.txt:1: "),
        ("bad.jsonl", b'{"text": "a"}\n{"text": "', "bad.jsonl:2: not JSON"),
        ("bad.jsonl", b'{"body": "a"}\n', "bad.jsonl:1: no key 'text'"),
        (
            "bad.jsonl",
            b'{"text": "\\ud800"}\n',
            "bad.jsonl:1: offset 0: the text holds half of a surrogate pair",
        ),
        ("bad.spacy", b"x\x9c123", "bad.spacy: broken .spacy data"),
        ("bad.xyz", b"a", "bad.xyz: can't tell the format"),
    ],
)
def test_texts_to_apply_to(kernel: Kernel, model: Path, name: str, content: bytes, place: str) -> None:
    for output in ("found.jsonl", "found.spacy"):
        kernel("apply", str(model), written(content, name), output).is_refused(2, place)
        assert not list(Path().glob("*found*"))
