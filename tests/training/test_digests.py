"""Equal data have equal digests, wherever they lie; whatever a config names that a run reads is among them."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.errors import CallbackError
from kernel.training import digests as module
from kernel.training.digests import digests
from kernel.training.drift import changes


def config(**corpora: Any) -> dict[str, Any]:
    return {"corpora": {name: {"@readers": "acme.Rows.v1", **block} for name, block in corpora.items()}}


def read(plain: dict[str, Any], *names: str, output: Path | None = None) -> dict[str, dict[str, Any]]:
    return digests(plain, dict.fromkeys(names or ("corpora.train",), object()), output=output)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_digest_of_one_file_is_its_own() -> None:
    Path("train.txt").write_bytes(b"1 2 3\n")
    sha256 = hashlib.sha256(b"1 2 3\n").hexdigest()
    assert read(config(train={"path": "train.txt"})) == {
        "corpora.train": {"sha256": sha256, "bytes": 6, "files": {"train.txt": sha256[:16]}}
    }


def test_a_folder_has_the_same_digest_elsewhere_and_another_when_a_file_changes() -> None:
    for place in ("one", "two/deep"):
        for name in ("a.txt", "b/c.txt", ".hidden"):
            file = Path(place, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
    one, two = (read(config(train={"path": place}))["corpora.train"] for place in ("one", "two/deep"))
    assert one == two
    assert list(one["files"]) == ["a.txt", "b/c.txt"]
    Path("two/deep/.hidden").write_text("other")
    assert read(config(train={"path": "two/deep"}))["corpora.train"] == one
    Path("two/deep/b/c.txt").write_text("other")
    changed = read(config(train={"path": "two/deep"}))["corpora.train"]
    assert changed["sha256"] != one["sha256"]
    assert changed["files"]["a.txt"] == one["files"]["a.txt"]


def test_a_name_that_moves_to_another_content_is_another_digest() -> None:
    Path("data").mkdir()
    Path("data/a").write_text("1")
    Path("data/b").write_text("2")
    before = read(config(train={"path": "data"}))["corpora.train"]
    Path("data/a").write_text("2")
    Path("data/b").write_text("1")
    assert read(config(train={"path": "data"}))["corpora.train"]["sha256"] != before["sha256"]


def test_lists_patterns_and_nested_blocks_of_a_corpus_count() -> None:
    for name in ("a.txt", "b.txt", "c.csv", "words.txt"):
        Path(name).write_text(name)
    block = {
        "path": ["[ab].txt", "c.csv"],
        "augmenter": {"@augmenters": "acme.Swap.v1", "table": "words.txt"},
    }
    assert list(read(config(train=block))["corpora.train"]["files"]) == [
        "a.txt",
        "b.txt",
        "c.csv",
        "words.txt",
    ]


def test_files_of_one_name_in_several_folders_all_count() -> None:
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "x.txt").write_text(folder)
    block = config(train={"path": ["a", "b"]})
    before = read(block)["corpora.train"]
    assert len(before["files"]) == 2
    Path("a/x.txt").write_text("c")
    assert read(block)["corpora.train"]["sha256"] != before["sha256"]


def test_only_the_corpora_of_the_run_count_and_one_block_may_make_several() -> None:
    Path("data").mkdir()
    Path("data/rows").write_text("1")
    Path("other").write_text("2")
    plain = config(train={"path": "data/rows"}, spare={"path": "other"})
    assert list(read(plain)) == ["corpora.train"]
    both = {"corpora": {"@readers": "acme.Both.v1", "folder": "data"}}
    found = read(both, "corpora.train", "corpora.dev")
    assert found["corpora.train"] == found["corpora.dev"]
    assert list(found["corpora.dev"]["files"]) == ["rows"]


def test_files_that_other_sections_name_count_and_words_do_not() -> None:
    for folder in ("vectors", "ner", "model"):
        Path(folder).mkdir()
        Path(folder, "weights").write_text(folder)
    Path("labels.json").write_text("[]")
    Path("log.jsonl").write_text("{}")
    plain = {
        **config(train={}),
        "paths": {"vectors": "vectors"},
        "nlp": {"lang": "ner", "pipeline": ["ner"]},
        "components": {
            "ner": {"factory": "ner", "upstream": "*", "kind": "ner"},
            "tagger": {"source": "./model"},
        },
        "initialize": {
            "vectors": "vectors",
            "components": {"ner": {"labels": {"@readers": "acme.Labels.v1", "file": "labels.json"}}},
        },
        "training": {"logger": {"@loggers": "acme.Log.v1", "path": "log.jsonl"}},
    }
    assert set(read(plain)) == {
        "components.tagger.source",
        "initialize.vectors",
        "initialize.components.ner.labels.file",
    }


@pytest.mark.parametrize(
    "text", ["", "nothing.txt", "a" * 5000, "nul\0", "*.nothing", "~nobody-of-this-name/x"]
)
def test_texts_that_are_no_paths_are_no_data(text: str) -> None:
    assert read({**config(train={"path": text}), "initialize": {"vectors": text}}) == {}


def test_the_output_of_a_run_is_no_data_of_it() -> None:
    Path("train.txt").write_text("1")
    before = read(config(train={"path": "."}), output=Path("out"))
    Path("out").mkdir()
    Path("out/history.jsonl").write_text("2")
    assert read(config(train={"path": "."}), output=Path("out")) == before
    assert read(config(train={"path": "."})) != before


def test_a_corpus_says_itself_what_it_reads() -> None:
    class Corpus:
        def digest(self) -> str:
            return "abc"

    assert digests({}, {"corpora.train": Corpus()}) == {"corpora.train": {"sha256": "abc"}}


def test_an_error_in_a_digest_names_the_corpus() -> None:
    class Corpus:
        def digest(self) -> str:
            raise ValueError("no connection")

    with pytest.raises(CallbackError, match=r"digest of corpora\.dev.*no connection"):
        digests({}, {"corpora.dev": Corpus()})


def test_of_large_data_size_and_pieces_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE", 2**20)
    monkeypatch.setattr(module, "SAMPLE", 2**19)
    Path("data").mkdir()
    Path("data/large").write_bytes(os.urandom(3 * 2**20))
    Path("data/small").write_bytes(b"small")
    plain = config(train={"path": "data"})
    before = read(plain)["corpora.train"]
    assert before["sampled"] is True
    assert before["bytes"] == 3 * 2**20 + 5

    def change(name: str, edit: Callable[[bytearray], object]) -> bool:
        content = Path("data", name).read_bytes()
        edited = bytearray(content)
        edit(edited)
        Path("data", name).write_bytes(edited)
        differs = read(plain)["corpora.train"]["sha256"] != before["sha256"]
        Path("data", name).write_bytes(content)
        return bool(differs)

    def flip(place: int) -> Callable[[bytearray], object]:
        return lambda content: content.__setitem__(place, content[place] ^ 1)

    assert change("large", flip(0))
    assert change("large", flip(-1))
    assert change("large", lambda content: content.append(0))
    assert change("small", flip(2))
    assert read(plain)["corpora.train"] == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_pipe_is_not_read() -> None:
    Path("data").mkdir()
    os.mkfifo("data/pipe")
    Path("data/rows").write_text("1")
    assert list(read(config(train={"path": "data"}))["corpora.train"]["files"]) == ["rows"]
    assert read(config(train={"path": "data/pipe"})) == {}


def test_links_that_lead_in_a_circle_end() -> None:
    Path("data").mkdir()
    Path("data/rows").write_text("1")
    Path("data/again").symlink_to(Path("data").resolve())
    assert list(read(config(train={"path": "data"}))["corpora.train"]["files"]) == ["rows"]


def test_a_file_of_pretrained_weights_is_told_from_another() -> None:
    def data() -> dict[str, Any]:
        return {"data": read({"initialize": {"init_tok2vec": "w.bin"}, "paths": {"init_tok2vec": "w.bin"}})}

    Path("w.bin").write_bytes(b"1")
    before = data()
    assert before["data"]["initialize.init_tok2vec"]["bytes"] == 1
    assert not changes(before, data())
    Path("w.bin").write_bytes(b"2")
    assert [change.name for change in changes(before, data())] == ["data:initialize.init_tok2vec"]
