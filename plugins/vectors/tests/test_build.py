"""`kernel init vectors`: a pipeline that loads, or nothing at all."""

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import srsly
from kernel_vectors.collect import collect
from kernel_vectors.recognise import recognise
from kernel_vectors.skipped import Skipped

import kernel
from kernel.numeric.bytes import model_to_bytes
from kernel.testing import Box
from kernel.vocab import Vocab

from .conftest import VECTORS, WORDS, numbers, text_of

pytestmark = pytest.mark.needs("kernel-nlp-languages")

RANDOM = np.random.default_rng(5).normal(size=(400, 8)).astype(np.float32)
NAMES = [f"w{number}" for number in range(400)]


def init(box: Box, *words: Any) -> list[str]:
    done = box.run("init", "vectors", *words)
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()


def refused(box: Box, *words: Any) -> str:
    """What is said of a line that is refused; nothing is left then."""
    before = sorted(box.path.rglob("*"))
    done = box.run("init", "vectors", *words)
    assert done.exit_code == 2, done.stderr
    assert sorted(box.path.rglob("*")) == before
    return done.stderr


def test_the_pipeline_loads_with_the_vectors(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    said = init(box, "xx", "a.vec", "out")
    assert said == [
        "10 vectors, 7 numbers each, for 10 words, saved to out as xx_a.vectors",
        "to train with them, write in a config:",
        "  [initialize]",
        '  vectors = "out"',
    ]
    nlp = kernel.load(box.path / "out")
    assert (nlp.lang, nlp.pipe_names, nlp.vocab.vectors.name) == ("xx", [], "xx_a.vectors")
    for word, vector in zip(WORDS, VECTORS, strict=True):
        assert np.array_equal(nlp.vocab.get_vector(word), vector)
    assert not nlp.vocab.has_vector("absent")
    other = kernel.blank("xx", config={"initialize": {"vectors": str(box.path / "out")}})
    other.initialize()
    assert np.array_equal(other.vocab.get_vector("naïve"), VECTORS[1])
    # The folder is like that of any pipeline: all files are in the manifest.
    manifest = json.loads((box.path / "out" / "manifest.json").read_text())
    files = {
        str(file.relative_to(box.path / "out")) for file in (box.path / "out").rglob("*") if file.is_file()
    }
    assert files == {*manifest["files"], "manifest.json"}
    assert [path.name for path in box.path.iterdir() if path.name.startswith(".out")] == []


def test_equal_files_give_equal_bytes(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    for name in ("one", "two"):
        init(box, "xx", "a.vec", name)
    files = [file.relative_to(box.path / "one") for file in (box.path / "one").rglob("*") if file.is_file()]
    for file in files:
        assert (box.path / "one" / file).read_bytes() == (box.path / "two" / file).read_bytes()


def test_name_attr_and_what_verbose_says(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(["naïve"], VECTORS[:1]))
    said = init(box, "xx", "a.vec", "out", "--name", "mine", "--attr", "lower", "-V")
    nlp = kernel.load(box.path / "out")
    assert nlp.vocab.vectors.name == "mine"
    assert np.array_equal(nlp("Naïve")[0].vector, VECTORS[0])
    assert said[:2] == ["a.vec: word2vec", f"digest of the table: {nlp.vocab.vectors.digest}"]
    for attr in ("POS", "SHAPE", "lang"):
        told = refused(box, "xx", "a.vec", "no", "--attr", attr)
        assert f"can't be looked up by '{attr}', only by one of: ORTH, LOWER, NORM" in told


def test_words_that_no_token_finds_are_counted(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(["Paris", "the", "Rome"], VECTORS[:3]))
    done = box.run("init", "vectors", "xx", "a.vec", "out", "--attr", "LOWER")
    assert done.exit_code == 0
    said = " ".join(done.stderr.split())
    assert (
        "a.vec: 2 of 3 words can never be found, because tokens are looked up by their LOWER: "
        "'Paris' (LOWER: 'paris'), 'Rome' (LOWER: 'rome'). Leave --attr out" in said
    )
    assert box.run("init", "vectors", "xx", "a.vec", "other", "--attr", "ORTH").stderr == ""


def test_arguments_in_another_order(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    said = refused(box, "a.vec", "out", "xx")
    assert "a.vec is a file or a directory, and the first argument is the code of a language" in said
    assert "kernel init vectors LANG FILE OUTPUT" in said
    assert "[OPTIONS] LANG FILE OUTPUT" in box.run("init", "vectors", "-h").stdout


def test_pruning_to_more_than_there_are_is_told(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    said = init(box, "xx", "a.vec", "out", "--prune", "5000")
    assert said[1] == "--prune 5000 left all vectors as they are: there are no more than 5,000"


def test_weights_and_other_binary_files_are_refused_in_words(box: Box) -> None:
    from thinc.api import Linear

    (box.path / "model-last.bin").write_bytes(model_to_bytes(Linear(3, 4).initialize()))
    said = " ".join(refused(box, "xx", "model-last.bin", "out").split())
    assert "model-last.bin holds weights, such as kernel pretrain writes, and no word vectors" in said
    assert "--paths.init_tok2vec model-last.bin" in said
    (box.path / "other").write_bytes(bytes(range(256)) * 40)
    said = refused(box, "xx", "other", "out")
    assert "it is binary" in said and said.isascii()


def test_older_encodings_and_decimal_commas_are_guessed(box: Box) -> None:
    words = [f"café{number}" for number in range(300)]
    vectors = np.ones((300, 7), dtype=np.float32)
    (box.path / "a.vec").write_bytes(text_of(words, vectors).decode().encode("latin-1"))
    assert "iconv -f LATIN1 -t UTF-8" in refused(box, "xx", "a.vec", "out")
    for header in (True, False):
        (box.path / "b.vec").write_bytes(text_of(words, vectors / 2, header=header).replace(b".", b","))
        assert "Its numbers have decimal commas" in refused(box, "xx", "b.vec", "out")


def test_what_is_there_is_only_replaced_with_force(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    (box.path / "b.vec").write_bytes(text_of(["b"], VECTORS[:1]))
    init(box, "xx", "a.vec", "out")
    assert "out exists already\nUse --force to replace it." in refused(box, "xx", "b.vec", "out")
    (box.path / "out" / "mine.txt").write_text("mine")
    init(box, "xx", "b.vec", "out", "--force")
    assert len(kernel.load(box.path / "out").vocab.vectors) == 1
    assert (box.path / "out" / "mine.txt").read_text() == "mine"


def test_truncate(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(NAMES, RANDOM))
    init(box, "xx", "a.vec", "out", "--truncate", "100")
    vectors = kernel.load(box.path / "out").vocab.vectors
    assert (len(vectors), vectors.n_keys, "w99" in vectors, "w100" in vectors) == (100, 100, True, False)


@pytest.mark.parametrize("kept", [1, 37, 399])
def test_prune_is_that_of_the_vocab(box: Box, kept: int) -> None:
    (box.path / "a.vec").write_bytes(text_of(NAMES, RANDOM))
    said = init(box, "xx", "a.vec", "out", "--prune", kept)
    words = "1 word has" if kept == 399 else f"{400 - kept} words have"
    assert said[1] == f"{words} the vector of the nearest word that was kept"
    vectors = kernel.load(box.path / "out").vocab.vectors
    vocab = Vocab()
    for name, row in zip(NAMES, RANDOM, strict=True):
        vocab.set_vector(name, row)
    vocab.prune_vectors(kept)
    assert (vectors.shape, vectors.n_keys) == ((kept, 8), 400)
    for name in NAMES:
        assert np.array_equal(vectors[name], vocab.get_vector(name))


def test_prune_over_many_blocks_finds_the_nearest(tmp_path: Path) -> None:
    from kernel_vectors.containers import opened

    vectors = np.random.default_rng(6).normal(size=(5000, 12)).astype(np.float32)
    vectors[4000] = 0
    (tmp_path / "a.vec").write_bytes(text_of([f"w{number}" for number in range(5000)], vectors))
    with opened(tmp_path / "a.vec") as content:
        skipped = Skipped("a.vec", "line")
        found = collect(
            recognise(content, skipped), tmp_path / "rows.npy", "a.vec", skipped, prune=1500, truncate=4500
        )
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    expected = [*range(1500), *(unit[1500:4500] @ unit[:1500].T).argmax(axis=1)]
    assert np.array_equal(found.rows, expected)
    assert (found.replaced, np.load(found.file).shape) == (3000, (1500, 12))


def test_prune_and_truncate_that_contradict_each_other(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    assert "leaves nothing to prune" in refused(box, "xx", "a.vec", "out", "-p", "5", "-t", "5")


def floret_file(box: Box) -> None:
    rows = "".join(f"{number} {numbers(row)}\n" for number, row in enumerate(VECTORS))
    (box.path / "a.floret").write_text(f"10 7 2 4 2 2166136261 < >\n{rows}")


def test_floret(box: Box) -> None:
    floret_file(box)
    said = init(box, "xx", "a.floret", "out", "--mode", "floret")
    assert said[0] == "10 vectors, 7 numbers each, for any text, saved to out as xx_a.vectors"
    nlp = kernel.load(box.path / "out")
    assert nlp.vocab.vectors.mode == "floret"
    assert nlp("whatever")[0].vector.any()
    # And once more from the folder.
    init(box, "xx", "out", "other")
    again = kernel.load(box.path / "other")
    assert again.vocab.vectors.digest == nlp.vocab.vectors.digest
    assert np.array_equal(again("whatever")[0].vector, nlp("whatever")[0].vector)


def test_floret_keeps_all_rows(box: Box) -> None:
    floret_file(box)
    for option in ("--prune", "--truncate"):
        assert "all have to stay" in refused(box, "xx", "a.floret", "out", option, "5")
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    assert "a.vec is of the mode default, not floret" in refused(
        box, "xx", "a.vec", "out", "--mode", "floret"
    )
    assert "a.floret is of the mode floret, not default" in refused(
        box, "xx", "a.floret", "out", "--mode", "default"
    )


def folder_of_the_field(place: Path) -> None:
    """The `vocab` folder of a pipeline of the field: rows as npy, keys as msgpack, strings as JSON."""
    place.mkdir(parents=True)
    strings = Vocab().strings
    with (place / "vectors").open("wb") as file:
        np.save(file, VECTORS[:5])
    rows = {strings.add(word): number % 5 for number, word in enumerate(WORDS)}
    rows[123456789123456789] = 2
    (place / "key2row").write_bytes(srsly.msgpack_dumps(rows))
    (place / "strings.json").write_text(json.dumps(sorted([*WORDS, "more", "strings"])))
    (place / "vectors.cfg").write_text('{"mode":"default"}')


@pytest.mark.parametrize("file", ["fr/vocab", "fr"])
def test_a_pipeline_of_the_field(box: Box, file: str) -> None:
    folder_of_the_field(box.path / "fr" / "vocab")
    (box.path / "fr" / "meta.json").write_text('{"lang": "fr", "vectors": {"name": "fr_vectors"}}')
    said = init(box, "xx", file, "out")
    assert said[0] == "5 vectors, 7 numbers each, for 11 words, saved to out as fr_vectors"
    vectors = kernel.load(box.path / "out").vocab.vectors
    for number, word in enumerate(WORDS):
        assert np.array_equal(vectors[word], VECTORS[number % 5])
    assert np.array_equal(vectors[123456789123456789], VECTORS[2])
    strings = kernel.load(box.path / "out").vocab.strings
    assert "naïve" in strings and "more" not in strings


def test_an_installed_pipeline_of_the_field(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "xx_acme_md"
    folder_of_the_field(package / "xx_acme_md-3.8.0" / "vocab")
    (package / "__init__.py").write_text("raise RuntimeError('nobody imports this')")
    monkeypatch.syspath_prepend(tmp_path / "site")
    init(box, "xx", "xx_acme_md", "out", "--prune", "3")
    vectors = kernel.load(box.path / "out").vocab.vectors
    assert (len(vectors), vectors.n_keys) == (3, 11)
    unit = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    nearest = int((unit[3] @ unit[:3].T).argmax())
    assert np.array_equal(vectors[WORDS[3]], VECTORS[nearest])
    init(box, "xx", package, "other", "--truncate", "2")
    assert kernel.load(box.path / "other").vocab.vectors.n_keys == 4


def test_folders_without_vectors(box: Box) -> None:
    (box.path / "empty").mkdir()
    assert "there is no table of vectors" in refused(box, "xx", "empty", "out")
    folder_of_the_field(box.path / "bad")
    (box.path / "bad" / "vectors").write_bytes(b"no array")
    assert "bad" in refused(box, "xx", "bad", "out")


def test_a_folder_of_pipelines_is_none(box: Box) -> None:
    folder_of_the_field(box.path / "many" / "one" / "vocab")
    assert "there is no table of vectors" in refused(box, "xx", "many", "out")


def test_a_pipe_is_said_to_be_one(box: Box) -> None:
    os.mkfifo(box.path / "pipe")
    assert "pipe is no regular file, and can be read only once" in refused(box, "xx", "pipe", "out")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["xx", "absent.vec", "out"], "there is no file or directory absent.vec, and no installed package"),
        (["qq", "a.vec", "out"], "there is no language 'qq'"),
        (["xx", "a.vec"], "three arguments: LANG, FILE and OUTPUT"),
        (["xx", "--check", "."], "--check takes no other arguments"),
        (["xx", "bad.vec", "out"], "bad.vec:2: the file ends within a line"),
    ],
)
def test_what_cannot_be_done_leaves_nothing(box: Box, words: list[str], said: str) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    (box.path / "bad.vec").write_bytes(b"a 1 2\nb 1")
    assert said in refused(box, *words)


def test_a_failure_leaves_what_was_there(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    init(box, "xx", "a.vec", "out")
    (box.path / "bad.vec").write_bytes(text_of(NAMES, RANDOM)[:-30])
    refused(box, "xx", "bad.vec", "out", "--force")
    assert len(kernel.load(box.path / "out").vocab.vectors) == 10


def test_check_sees_a_changed_byte(box: Box) -> None:
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    init(box, "xx", "a.vec", "out")
    for place in ("out", "out/vocab"):
        assert init(box, "--check", place)[0].startswith(
            f"{place}: the vectors xx_a.vectors are as they were written: "
        )
    file = box.path / "out" / "vocab" / "vectors"
    data = bytearray(file.read_bytes())
    data[200] ^= 1
    file.write_bytes(bytes(data))
    done = box.run("init", "vectors", "--check", "out")
    assert (done.exit_code, "changed" in done.stderr) == (2, True)


KILLED = """
import os, resource, signal, sys
from kernel_vectors import {module}
from kernel.cli.run import run
found = {module}.{name}
calls = []
def killed(*args, **settings):
    calls.append(1)
    if len(calls) == {call}:
        {what}
    return found(*args, **settings)
{module}.{name} = killed
sys.exit(run(["init", "vectors", "xx", "a.vec", "out", "--force"]))
"""
PLACES = pytest.mark.parametrize(
    ("module", "name", "call"), [("text", "Block", 2), ("collect", "Collected", 1), ("build", "Made", 1)]
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are POSIX's")


def run_with(box: Box, code: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in which something happens, with a table of 3,000 rows."""
    vectors = np.ones((3000, 4), dtype=np.float32)
    (box.path / "a.vec").write_bytes(text_of([f"w{number}" for number in range(3000)], vectors))
    return subprocess.run(
        [sys.executable, "-c", code], cwd=box.path, capture_output=True, text=True, check=False
    )


def outputs(box: Box) -> list[str]:
    """Names beside the output, its own among them."""
    return sorted(path.name for path in box.path.iterdir() if "out" in path.name)


@posix
@PLACES
def test_who_is_killed_leaves_nothing_that_is_taken_for_a_pipeline(
    box: Box, module: str, name: str, call: int
) -> None:
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    done = run_with(box, KILLED.format(module=module, name=name, call=call, what=kill))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (box.path / "out").exists()
    init(box, "xx", "a.vec", "out")
    assert outputs(box) == ["out"]


@posix
@PLACES
@pytest.mark.parametrize(
    ("sent", "code", "word"), [("SIGTERM", 143, "terminated"), ("SIGINT", 130, "interrupted")]
)
def test_who_is_asked_to_end_leaves_what_was_there(
    box: Box, module: str, name: str, call: int, sent: str, code: int, word: str
) -> None:
    (box.path / "b.vec").write_bytes(text_of(WORDS, VECTORS))
    init(box, "xx", "b.vec", "out")
    send = f"os.kill(os.getpid(), signal.{sent})"
    done = run_with(box, KILLED.format(module=module, name=name, call=call, what=send))
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (code, [word])
    assert outputs(box) == ["out"]
    assert len(kernel.load(box.path / "out").vocab.vectors) == 10


@posix
@PLACES
def test_a_disk_that_is_full(box: Box, module: str, name: str, call: int) -> None:
    """A limit on the size of files stands for it. What was there stays, and nothing else does."""
    (box.path / "b.vec").write_bytes(text_of(WORDS, VECTORS))
    init(box, "xx", "b.vec", "out")
    full = "resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))"
    done = run_with(box, KILLED.format(module=module, name=name, call=call, what=full))
    assert done.returncode == 1, done.stderr
    said = done.stderr.splitlines()[-1]
    assert said.startswith("error: can't write ") and said.endswith(": File too large")
    assert outputs(box) == ["out"]
    assert len(kernel.load(box.path / "out").vocab.vectors) == 10


def test_what_has_not_yet_got_its_name_is_there(box: Box) -> None:
    """The moment between two renames: the new directory is whole, and is loaded."""
    (box.path / "a.vec").write_bytes(text_of(WORDS, VECTORS))
    init(box, "xx", "a.vec", "out")
    (box.path / "out").rename(box.path / ".out.new")
    assert len(kernel.load(box.path / "out").vocab.vectors) == 10
    assert "out exists already\nUse --force to replace it." in refused(box, "xx", "a.vec", "out")
    init(box, "xx", "a.vec", "out", "--force")
    assert outputs(box) == ["out"]


def test_memory_is_that_of_the_words_and_a_block(tmp_path: Path) -> None:
    from kernel_vectors.containers import opened

    vectors = np.ones((20_000, 100), dtype=np.float32)
    (tmp_path / "a.vec").write_bytes(text_of([f"w{number}" for number in range(20_000)], vectors))
    peaks = {}
    for limits in ({}, {"prune": 1000}):
        tracemalloc.start()
        with opened(tmp_path / "a.vec") as content:
            skipped = Skipped("a.vec", "line")
            collect(recognise(content, skipped), tmp_path / "rows.npy", "a.vec", skipped, **limits)
        peaks[str(limits)] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # The table has 8 MB. Words and a set of them take 4, the rest is blocks and what is read ahead.
    assert max(peaks.values()) < 12e6, peaks
    assert vectors.nbytes == 8e6


def test_one_of_each_is_said_in_the_singular(box: Box) -> None:
    (box.path / "a.txt").write_text("one 0.5\n")
    assert (
        init(box, "xx", "a.txt", "out")[0]
        == "1 vector, 1 number each, for 1 word, saved to out as xx_a.vectors"
    )


def test_a_folder_with_an_empty_table_is_refused(box: Box) -> None:
    Vocab().to_disk(box.path / "vocab")
    assert "the table of vectors is empty" in refused(box, "xx", "vocab", "out")


def test_a_pipeline_without_vectors_is_refused(box: Box) -> None:
    kernel.blank("xx").to_disk(box.path / "empty")
    assert "the table of vectors is empty" in refused(box, "xx", "empty", "out")
