import gzip
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kernel import blank
from kernel.cli.apply import default_batch
from kernel.cli.run import run
from kernel.files.atomic import atomic_file
from kernel.tokens import DocBin

pytestmark = pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")

TEXTS = ["One here. Two there.", "Drei hier."]


def read_store(path: str) -> list[str]:
    return [doc.text for doc in DocBin().from_disk(path).get_docs(blank("en").vocab)]


def read_lines(path: str) -> list[dict]:
    return [json.loads(line) for line in Path(path).read_text("utf8").splitlines()]


def test_lines_to_store(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.txt").write_text(f"{TEXTS[0]}\n\n  {TEXTS[1]}\n", "utf8")
    assert run(["apply", "model", "in.txt", "out.spacy"]) == 0
    docs = list(DocBin().from_disk("out.spacy").get_docs(blank("en").vocab))
    # Offsets count in the lines as they are.
    assert [doc.text for doc in docs] == [TEXTS[0], f"  {TEXTS[1]}"]
    assert [len(list(doc.sents)) for doc in docs] == [2, 1]
    assert "2 documents, 10 words" in capsys.readouterr().err


def test_store_to_json_lines(workplace: Path) -> None:
    Path("in.txt").write_text("\n".join(TEXTS), "utf8")
    assert run(["apply", "model", "in.txt", "docs.spacy"]) == 0
    assert run(["apply", "model", "docs.spacy", "out.jsonl"]) == 0
    assert [row["text"] for row in read_lines("out.jsonl")] == TEXTS


def test_json_lines_with_another_key(workplace: Path) -> None:
    Path("in.jsonl").write_text('{"body": "Gr\\u00fc\\u00dfe."}\n', "utf8")
    assert run(["apply", "model", "in.jsonl", "out.jsonl", "--text-key", "body"]) == 0
    assert "Grüße" in Path("out.jsonl").read_text("utf8")


@pytest.mark.parametrize("processes", [[], ["--n-process", "2"]])
def test_the_other_keys_of_a_record_are_kept(workplace: Path, processes: list[str]) -> None:
    records = [
        {"id": 1, "body": "One here.", "meta": {"by": "A"}},
        {"id": 2, "body": "Two.", "cats": {"X": 1.0}},
    ]
    Path("in.jsonl").write_text("\n\n".join(map(json.dumps, records)))
    assert run(["apply", "model", "in.jsonl", "out.jsonl", "--text-key", "body", *processes]) == 0
    first, second = read_lines("out.jsonl")
    assert (first["id"], first["text"], first["meta"]) == (1, "One here.", {"by": "A"})
    assert (second["id"], second["text"]) == (2, "Two.")
    # Annotations are the pipeline's own.
    assert "cats" not in second and "body" not in second


def test_standard_input(
    workplace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"One here.\n\nDrei.\n")))
    assert run(["apply", "model", "-", "-"]) == 0
    assert [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()] == [
        "One here.",
        "Drei.",
    ]


def test_faults_of_standard_input(
    workplace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"One here.\n\xff\n")))
    assert run(["apply", "model", "-", "out.spacy"]) == 2
    assert "standard input:2: offset 0: byte 0xff is not valid UTF-8" in capsys.readouterr().err


def test_directory_in_the_order_of_names(workplace: Path) -> None:
    folder = Path("in/deeper")
    folder.mkdir(parents=True)
    (folder / "b.txt").write_text("b")
    Path("in/a.jsonl").write_text('{"text": "a"}')
    Path("in/.hidden.txt").write_text("hidden")
    Path("in/readme.md").write_text("other")
    assert run(["apply", "model", "in", "out.spacy"]) == 0
    assert read_store("out.spacy") == ["a", "b"]


def test_several_inputs_patterns_and_compressed_ones(workplace: Path) -> None:
    Path("one.txt").write_text("One here.\n")
    Path("two.txt.gz").write_bytes(gzip.compress(b"Two there.\n"))
    Path("three.jsonl").write_text('{"text": "Three."}\n')
    assert run(["apply", "model", "*.txt*", "three.jsonl", "out.jsonl"]) == 0
    assert [row["text"] for row in read_lines("out.jsonl")] == ["One here.", "Two there.", "Three."]


def test_standard_output(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.txt").write_text("Hello.")
    assert run(["apply", "model", "in.txt", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "Hello."


def test_a_reader_that_goes_away_is_no_error_message(workplace: Path) -> None:
    Path("in.txt").write_text("Hello there.\n" * 2000)
    process = subprocess.Popen(
        [sys.executable, "-m", "kernel", "apply", "model", "in.txt", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1


def test_existing_output_needs_force(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.txt").write_text("new")
    Path("out.jsonl").write_text("old")
    assert run(["apply", "model", "in.txt", "out.jsonl"]) == 2
    assert capsys.readouterr().err == "error: out.jsonl exists\nUse --force to replace it.\n"
    assert run(["apply", "model", "in.txt", "out.jsonl", "--force"]) == 0
    assert read_lines("out.jsonl")[0]["text"] == "new"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.jsonl", '{"text": "a"}\n{"txt": "b"}\n', "in.jsonl:2: no key 'text'"),
        ("in.jsonl", '{"text": "a"}\nnot json\n', "in.jsonl:2: not JSON"),
        ("in.jsonl", '{"text": 3}\n', "in.jsonl:1: 'text' is not a text"),
        ("in.jsonl", '["text"]\n', "in.jsonl:1: no key 'text'"),
        ("in.txt", "a\n\nb\0c\n", "in.txt:3: offset 1: the file is binary, expected text"),
        ("in.jsonl", '{"text": "a\0"}\n', "in.jsonl:1: offset 11: the file is binary"),
        ("in.pdf", "", "in.pdf: can't tell the format"),
    ],
)
def test_bad_input_leaves_no_output(
    workplace: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, message: str
) -> None:
    Path(name).write_text(content)
    assert run(["apply", "model", name, "out.jsonl"]) == 2
    assert message in capsys.readouterr().err
    assert not Path("out.jsonl").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["model", "nothing.txt", "out.spacy"], "nothing.txt: no such file"),
        (["model", "model", "out.spacy"], "no .jsonl, .spacy, .txt files in this directory"),
        (["model", "in.txt", "out.docx"], "no format has the extension .docx\nOUTPUT ends in "),
        (["model", "in.txt", "out"], "it has no extension"),
        (["model", "in.txt", "out", "--format", "docx"], "there is no format 'docx' to write"),
        (["nothing", "in.txt", "out.spacy"], "can't find the pipeline 'nothing'"),
        (["model", "in.txt", "in.txt/out.spacy"], "can't write in.txt/out.spacy"),
    ],
)
def test_bad_arguments(
    workplace: Path, capsys: pytest.CaptureFixture[str], args: list[str], message: str
) -> None:
    Path("in.txt").write_text("Hello.")
    assert run(["apply", *args]) == 2
    assert message in capsys.readouterr().err


def test_a_pipeline_of_no_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kernel
    from kernel.language import Language

    monkeypatch.chdir(tmp_path)
    nlp = Language()
    nlp.add_pipe("sentencizer")
    nlp.to_disk("model")
    Path("in.txt").write_text(TEXTS[0], "utf8")
    assert run(["apply", "model", "in.txt", "out.jsonl"]) == 0
    assert [row["text"] for row in read_lines("out.jsonl")] == TEXTS[:1]
    assert type(kernel.load("model")) is Language


def test_two_that_write_one_file(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workplace / "texts.txt").write_text("One. Two.\n")
    for name in ("out.jsonl", "out.spacy"):
        with atomic_file(workplace / name) as fresh:
            assert run(["apply", "model", "texts.txt", name]) == 2
            assert f"{name} is being written by another writer" in capsys.readouterr().err
            fresh.write_text("whole")
        assert (workplace / name).read_text() == "whole"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files")
def test_a_pipe_is_written_to_and_stays(workplace: Path) -> None:
    (workplace / "texts.txt").write_text("One. Two.\n")
    os.mkfifo(workplace / "out.jsonl")
    # Opened for both, so that nobody waits for the other.
    reader = os.open(workplace / "out.jsonl", os.O_RDWR | os.O_NONBLOCK)
    try:
        assert run(["apply", "model", "texts.txt", "out.jsonl", "--force"]) == 0
        assert json.loads(os.read(reader, 10_000))["text"] == "One. Two."
        assert stat.S_ISFIFO((workplace / "out.jsonl").stat().st_mode)
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    ("own", "processes", "size"), [(1000, 1, 1000), (1000, 2, 250), (1000, -1, 250), (64, 4, 64)]
)
def test_batches_are_smaller_with_several_processes(own: int, processes: int, size: int) -> None:
    assert default_batch(own, processes) == size


def test_a_text_of_windows_is_shown(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.txt").write_bytes("one\nPages 3 \u2013 4\n".encode("cp1252"))
    assert run(["apply", "model", "in.txt", "out.jsonl"]) == 2
    shown = capsys.readouterr().err
    assert "in.txt:2: offset 8: byte 0x96 is not valid UTF-8" in shown
    assert "'Pages 3 \u2013 4' here" in shown and "iconv -f cp1252 -t utf-8" in shown


def test_what_is_read_is_not_written(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("docs").mkdir()
    file = Path("docs/in.jsonl")
    file.write_text('{"text": "Ada slept.", "spans": [[0, 3, "PERSON"]]}\n', "utf8")
    before = file.read_bytes()
    for given in ("docs/in.jsonl", "docs", "docs/../docs/in.jsonl"):
        assert run(["apply", "model", given, "docs/in.jsonl", "--force"]) == 2
        assert "can't write docs/in.jsonl: it is among what is read" in capsys.readouterr().err
    assert file.read_bytes() == before
