"""Labels that are counted in all of a streamed corpus, and kept."""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import registry
from kernel.errors import KernelWarning
from kernel.registries.code import load_code
from kernel.training.counting import count, progress_line, shown, with_labels


class Lines:
    """The lines of a file as examples."""

    def __init__(self, path: Path) -> None:
        self.path, self.passes = path, 0

    def __call__(self, pipeline: Any) -> Iterator[str]:
        self.passes += 1
        yield from self.path.read_text(encoding="utf-8").split()

    def progress(self) -> float:
        return 0.25


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "data.txt"
    path.write_text("a b a", encoding="utf-8")
    return Lines(path)


def counted(corpus: Lines, *, names: bool = True, **sections: Any) -> dict[str, Any]:
    block = {"@readers": "test.Lines.v1", **({"path": str(corpus.path)} if names else {})}
    plain = {"corpora": {"train": block}, "components": {}, **sections}

    def labels(read: Callable[[Any], Callable[[], Iterable[Any]]]) -> dict[str, Any]:
        return {"tagger": sorted(set(read(None)())), "tok2vec": None}

    return count(plain, "corpora.train", corpus, labels)


def test_labels_are_counted_once(corpus: Lines, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert counted(corpus) == counted(corpus) == {"tagger": ["a", "b"]}
    assert corpus.passes == 1
    assert "corpora.train: 3 examples counted in 0:00" in caplog.text


def test_other_data_and_other_components_are_counted_anew(corpus: Lines) -> None:
    counted(corpus)
    counted(corpus, components={"tagger": {"factory": "tagger"}})
    corpus.path.write_text("c", encoding="utf-8")
    assert counted(corpus) == {"tagger": ["c"]}
    assert corpus.passes == 3


def test_other_versions_of_packages_are_counted_anew(corpus: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"readers": {"test.Lines.v1": "lines==1.0"}}

    def origin(config: dict[str, Any]) -> dict[str, Any]:
        assert {"corpora", "components"} == config.keys(), "what the training section names makes no labels"
        return {"kernel": "1.0", "names": names, "code": {}, "blas": {}}

    monkeypatch.setattr("kernel.training.counting.provenance", origin)
    counted(corpus, training={"batcher": {"@batchers": "test.Batcher.v1"}})
    counted(corpus)
    assert corpus.passes == 1
    names["readers"]["test.Lines.v1"] = "lines==1.1"
    counted(corpus)
    assert corpus.passes == 2


def test_data_without_files_are_counted_each_time(corpus: Lines) -> None:
    assert counted(corpus, names=False) == counted(corpus, names=False)
    assert corpus.passes == 2


@pytest.mark.parametrize(
    "content",
    ['{"tagger": ', "[]", "5", "null", '{"tagger": ["a", "x"]}', '{"sha256": "0", "labels": "{}"}', "\xff"],
)
def test_a_damaged_result_is_counted_again(corpus: Lines, tmp_path: Path, content: str) -> None:
    counted(corpus)
    (file,) = (tmp_path / "cache").rglob("*.json")
    file.write_bytes(content.encode("latin-1"))
    assert counted(corpus) == {"tagger": ["a", "b"]}
    assert corpus.passes == 2


def test_other_code_is_counted_anew(corpus: Lines, tmp_path: Path) -> None:
    code = tmp_path / "functions.py"
    with registry.restored():
        for text in ("LABEL = 1\n", "LABEL = 2\n"):
            code.write_text(text, encoding="utf-8")
            load_code(code)
            counted(corpus)
    assert corpus.passes == 2


def test_who_has_no_home_has_no_cache(corpus: Lines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "relative")
    before = sorted(tmp_path.iterdir())
    assert counted(corpus) == counted(corpus) == {"tagger": ["a", "b"]}
    assert (corpus.passes, sorted(tmp_path.iterdir())) == (2, before)


def test_a_cache_that_cannot_be_written_is_a_warning(corpus: Lines, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    with pytest.warns(KernelWarning, match=r"the labels of corpora.train can't be kept in .*counted again"):
        assert counted(corpus) == {"tagger": ["a", "b"]}


def test_labels_that_are_given_stay() -> None:
    given = {"seed": 1, "components": {"ner": {"labels": ["A"]}, "textcat": {"positive_label": "x"}}}
    assert with_labels(given, {"ner": ["B"], "textcat": ["x", "y"], "tagger": ["N"]}) == {
        "seed": 1,
        "components": {
            "ner": {"labels": ["A"]},
            "textcat": {"labels": ["x", "y"], "positive_label": "x"},
            "tagger": {"labels": ["N"]},
        },
    }


def test_progress_has_the_time_left_where_the_share_is_known() -> None:
    assert progress_line("corpora.train", 12_000, None, 61) == "counting corpora.train: 12,000 examples, 1:01"
    assert progress_line("c", 5, 0.25, 3600) == "counting c: 5 examples, 25%, 3:00:00 left"
    assert progress_line("c", 5, 0.0, 2) == "counting c: 5 examples, 0:02"


def test_a_pass_that_is_left_early_says_nothing(corpus: Lines, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    examples = shown(corpus(None), corpus, "c")
    assert next(iter(examples)) == "a"
    examples.close()  # type: ignore[attr-defined]
    assert caplog.text == ""


def test_a_long_pass_says_how_far_it_is(
    corpus: Lines, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    clock = iter(range(0, 1000, 6))
    monkeypatch.setattr("kernel.training.counting.monotonic", lambda: next(clock))
    assert list(shown(corpus(None), corpus, "c")) == ["a", "b", "a"]
    lines = [record.message for record in caplog.records]
    assert lines == ["counting c: 2 examples, 25%, 0:36 left", "c: 3 examples counted in 0:24"]
