"""The page shows what the outputs hold, as text, and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_report.page import page_of, write_page
from kernel_report.rendering import show_apart, show_number
from kernel_report.run import read_runs

from kernel.errors import KernelError, UsageError
from kernel.testing import Box

from .conftest import HOSTILE, Page, made_history

Write = Callable[..., Path]
Train = Callable[..., Path]
RECORD = {
    "seed": 3,
    "python": "3.11",
    "packages": {"numpy": "2.4"},
    "code": {},
    "data": {"corpora.train": {"sha256": "ab" * 32, "bytes": 12}},
    "settings": {"training": {"max_steps": 10, "dropout": 0.1}},
}
# Attributes by which a page fetches or runs something.
_FETCHING = {
    "src",
    "href",
    "srcset",
    "data",
    "action",
    "formaction",
    "poster",
    "background",
    "xlink:href",
    "ping",
    "style",
}


def page_about(*outputs: Path) -> Page:
    return Page(page_of(read_runs(outputs)))


def check(page: Page) -> None:
    """What holds for every page."""
    assert page.errors == []
    names = {each.tag.rpartition("}")[2] for each in page.elements()}
    assert not names & {
        "script",
        "iframe",
        "object",
        "embed",
        "img",
        "link",
        "base",
        "form",
        "image",
        "use",
        "foreignObject",
    }
    for element in page.elements():
        assert not any(name.startswith("on") for name in element.attrib), element.attrib
        fetched = {name: value for name, value in element.attrib.items() if name in _FETCHING}
        assert all(name == "href" and value.startswith("#") for name, value in fetched.items()), fetched
    ids = [each.get("id") for each in page.elements() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert {each.get("href") for each in page.elements("a")} <= {f"#{name}" for name in ids}
    (style,) = page.elements("style")
    assert style.text and "url(" not in style.text and "@import" not in style.text
    (policy,) = [each.get("content") for each in page.elements("meta") if each.get("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    # Addresses of names are no requests; all others would be.
    assert set(re.findall(r"\bhttps?://[^\s\"'<]+", page.html)) <= {"http://www.w3.org/2000/svg"}


def test_a_real_run(train: Train) -> None:
    page = page_about(train("out"))
    check(page)
    assert page.elements("h1")[0].text == "out"
    for text in ("ended: max_steps = 8 reached", "Steps 8", "Best score", "Words a second"):
        assert text in page.section("summary")
    assert "Loss of line" in page.section("curves") and "Learn rate" in page.section("curves")
    assert "kernel train" in page.section("origin") and "sha256" in page.section("origin")


def test_what_differs_from_the_defaults_is_told(train: Train) -> None:
    output = train("out", "--training.patience", "7")
    # What --code brought is registered while a command runs, and not here.
    assert "is not known here" in page_about(output).section("config")


def test_settings_that_are_not_the_defaults(train: Train, box: Box) -> None:
    output = train("out", "--training.patience", "7")
    done = box.run("report", output, "--code", "functions.py", "--output", "page.html")
    assert (done.exit_code, done.stderr) == (0, "")
    page = Page((box.path / "page.html").read_text("utf8"))
    check(page)
    section = next(each for each in page.elements("section") if each.get("id") == "config")
    rows = {}
    for row in section.iter("tr"):
        name, value, default = ("".join(cell.itertext()) for cell in row)
        rows[name] = (value, default)
    assert rows["training.patience"] == ("7", "1600")
    assert rows["training.max_steps"] == ("8", "20000")
    assert rows["corpora.dev.count"] == ("8", "16")
    assert "corpora.train.count" not in rows and "training.dropout" not in rows
    # All of them are in the whole config, and those are marked.
    text = "".join(next(section.iter("pre")).itertext())
    assert '[corpora.train]\n@readers = "acme.Points.v1"\ncount = 16' in text
    marked = {"".join(each.itertext()) for each in section.iter("mark")}
    assert {"patience = 7", "count = 8"} <= marked and "count = 16" not in marked


def test_every_figure_has_words_and_a_table_with_its_numbers(write: Write) -> None:
    page = page_about(write("a", made_history(500), RECORD))
    check(page)
    figures = page.elements("figure")
    titles = ["".join(next(each.iter("figcaption")).itertext()) for each in figures]
    assert titles == [
        "Loss of ner", "Loss of tok2vec", "Score", "ents", "Learn rate", "Words a second", "Memory in MB",
    ]  # fmt: skip
    for figure in figures:
        drawings = [each for each in figure.iter() if each.tag.rpartition("}")[2] == "svg"]
        assert len(drawings) == 2 and all(each.get("aria-hidden") == "true" for each in drawings)
        assert all(len(row) == len(next(figure.iter("tr"))) for row in figure.iter("tr"))
        assert 2 <= len(list(figure.iter("tr"))) <= 26
    score = "".join(figures[2].itertext())
    assert "at step 500" in score and "lowest" in score


def test_a_number_stands_where_it_was(write: Write) -> None:
    rows: list[dict[str, Any]] = [{"step": step, "losses": {"ner": float(step)}} for step in range(1, 6)]
    page = page_about(write("a", rows, RECORD))
    (figure,) = page.elements("figure")
    table = [["".join(cell.itertext()) for cell in row] for row in figure.iter("tr")]
    assert table == [["step", "Loss of ner"], *([str(step), str(step)] for step in range(1, 6))]
    assert "5 at step 5, lowest 1 at 1, highest 5 at 5" in " ".join("".join(figure.itertext()).split())
    assert "The times are not known." in "".join(figure.itertext())


def test_words_of_a_figure_tell_its_numbers_apart(write: Write) -> None:
    values = [0.00100012, 0.001, 0.00100031]
    rows = [{"step": step, "losses": {"ner": value}} for step, value in enumerate(values, 1)]
    (figure,) = page_about(write("a", rows, RECORD)).elements("figure")
    words = " ".join("".join(figure.itertext()).split())
    assert "0.0010003 at step 3, lowest 0.001 at 2, highest 0.0010003 at 3" in words


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=3))
def test_numbers_that_differ_look_different(values: list[float]) -> None:
    shown = show_apart(values)
    assert len(set(shown)) >= len(set(values))
    if len(set(map(show_number, values))) == len(set(values)):
        assert shown == list(map(show_number, values))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.0, 2.5], ["1", "2.5"]),
        ([1234.1, 1234.2], ["1,234.1", "1,234.2"]),
        ([123456.0, 2.0], ["123,456", "2"]),
        ([1.00001e-5, 1e-5], ["1.00001e-05", "1e-05"]),
    ],
)
def test_numbers_take_the_digits_that_tell_them_apart(values: list[float], shown: list[str]) -> None:
    assert show_apart(values) == shown


def test_several_runs_are_compared_first(write: Write) -> None:
    other = json.loads(json.dumps(RECORD))
    other["settings"]["training"]["dropout"] = 0.3
    other["settings"]["training"]["extra"] = None
    other["packages"]["numpy"] = "2.5"
    page = page_about(write("a", made_history(300), RECORD), write("b", made_history(200), other))
    check(page)
    assert [each.get("id") for each in page.elements("section")][:3] == ["comparison", "summary", "curves"]
    text = page.section("comparison")
    assert "training.dropout 0.1 0.3" in text and 'packages.numpy "2.4" "2.5"' in text
    assert "training.extra not there null" in text and "max_steps" not in text
    assert "a : " in page.section("curves") or "a: " in page.section("curves")


def test_a_number_is_the_same_with_and_without_a_point(write: Write) -> None:
    settings = [
        {"training": {"dropout": 1, "drawn": [0, {"a": 2}], "averages": True}},
        {"training": {"dropout": 1.0, "drawn": [0.0, {"a": 2.0}], "averages": 1}},
    ]
    page = page_about(*(write(str(place), [], {"settings": one}) for place, one in enumerate(settings)))
    text = page.section("comparison")
    assert "training.averages true 1" in text and "dropout" not in text and "drawn" not in text


def test_equal_runs_differ_in_nothing(write: Write) -> None:
    page = page_about(write("a", made_history(10), RECORD), write("b", made_history(10), RECORD))
    assert page.section("comparison").count("Nothing that is recorded differs.") == 2


def test_hostile_names_are_text_everywhere(write: Write) -> None:
    record = {
        **RECORD,
        "settings": {"nlp": {"lang": "en", "pipeline": [HOSTILE]}, HOSTILE: {HOSTILE: HOSTILE}},
        "packages": {HOSTILE: HOSTILE},
        "data": {HOSTILE: {"sha256": HOSTILE, "bytes": HOSTILE}},
        "code": {HOSTILE: HOSTILE},
        "platform": {"system": HOSTILE},
        "blas": [{"library": HOSTILE}],
        "resumed": [{"step": 3, "changes": [{"name": HOSTILE, "detail": HOSTILE, "old": HOSTILE, "new": 1}]}],
    }
    rows = [*made_history(200, name=HOSTILE, labels=[HOSTILE]), {"step": 201, "losses": {"x": 1}}]
    rows[99]["losses"][HOSTILE + "2"] = 3.0
    name = HOSTILE.replace("/", "\\").replace("\x1b", "")
    outputs = [write(name, rows, record), write("b", rows, {**record, "settings": {}})]
    for some in (outputs[:1], outputs):
        page = page_about(*some)
        check(page)
        assert (
            "<script>alert(1)</script>" in page.text.replace("\\", "/")
            and "49" not in page.elements("h1")[0].text
        )
        # What a browser would obey is shown: escapes, marks of direction.
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page.html)
        assert "\\x1b[31m" in page.text and "\\u202e" in page.text


def test_a_page_of_many_labels_and_steps_is_small(write: Write) -> None:
    labels = [f"LABEL_{number:03}" for number in range(500)]
    output = write("a", made_history(8_000, every=1000, labels=labels), RECORD)
    page = page_about(output, write("b", made_history(2000), RECORD))
    check(page)
    assert len(page.html.encode()) < 600_000
    assert len(page_of(read_runs([output])).encode()) < 400_000


def test_ten_runs_on_a_page(write: Write) -> None:
    outputs = [write(f"run-{number}", made_history(400), RECORD) for number in range(10)]
    page = page_about(*outputs)
    check(page)
    assert page.elements("h1")[0].text == "10 runs" and len(page.html.encode()) < 1_000_000


@pytest.mark.parametrize(
    "history", [[], [{"evaluation": 0, "score": None, "scores": {}}]], ids=["none", "null"]
)
def test_a_run_without_numbers_has_a_page(write: Write, history: list[Any]) -> None:
    page = page_about(write("a", history, RECORD))
    check(page)
    assert "There is no step in history.jsonl" in page.section("summary")
    assert "curves" not in [each.get("id") for each in page.elements("section")]


@pytest.mark.parametrize(
    "number", [1e308, -1e308, 5e-324, 10**400, -(10**400), 0.0, -0.5], ids=lambda number: str(number)[:9]
)
def test_numbers_of_any_size_have_a_page(write: Write, number: float) -> None:
    rows: list[dict[str, Any]] = [
        {
            "step": step,
            "losses": {"ner": number if step % 2 else -number},
            **dict.fromkeys(("learn_rate", "dropout", "words", "memory_mb"), number),
            "seconds": number if step > 2 else step,
        }
        for step in range(1, 150)
    ]
    page = page_about(
        write("a", [*rows, {"evaluation": 149, "score": number, "scores": {"a": number}}], RECORD)
    )
    check(page)
    assert not re.search(r"\b(inf|nan)\b", page.section("summary") + page.text.partition("Config")[0])


def test_marks_of_axes_differ_and_are_whole(write: Write) -> None:
    rows: list[dict[str, Any]] = [
        {
            "step": step,
            "losses": {"ner": 999.6 + step / 120_000},
            "learn_rate": 0.001 - step * 1e-9,
            "seconds": step / 100_000,
        }
        for step in range(1, 100_001, 1000)
    ]
    page = page_about(write("a", rows, RECORD))
    check(page)
    drawings = [each for each in page.elements("svg")]
    assert len(drawings) == 4
    for drawing in drawings:
        for axis in (each for each in drawing.iter() if (each.get("class") or "").startswith("axis")):
            labels = ["".join(each.itertext()) for each in axis.iter() if each.tag.endswith("text")]
            assert 2 <= len(labels) <= 6 and len(set(labels)) == len(labels), labels
            for text in (
                each for each in axis.iter() if each.tag.endswith("text") and "axis x" in axis.attrib["class"]
            ):
                half = 3.2 * len("".join(text.itertext()))
                assert float(text.attrib["x"]) + half < 300 - plot_of(drawing), labels


def plot_of(drawing: ElementTree.Element) -> float:
    """How far from the left the lines begin."""
    moved = next(each.get("transform") or "" for each in drawing.iter() if each.get("class") == "plot")
    found = re.search(r"translate\(([\d.]+)", moved)
    assert found is not None
    return float(found[1])


@pytest.mark.parametrize(
    "damage",
    [
        ("documents", float("inf")),
        ("kinds", [{}]),
        ("kinds", 3),
        ("step", float("inf")),
        ("source", None),
    ],
)
def test_kept_predictions_that_are_damaged_have_a_page(write: Write, damage: tuple[str, Any]) -> None:
    output = write("a", made_history(10), RECORD)
    best = {
        "documents": 1,
        "words": 2,
        "source": "x",
        "step": 1,
        "reason": None,
        "kinds": [],
        damage[0]: damage[1],
    }
    (output / "report.json").write_text(json.dumps({"version": 1, "run": None, "best": best}))
    page = page_about(output)
    check(page)
    assert damage[0] == "source" or "report.json" in page.section("predictions")


STRANGE = [
    {},
    {"seed": [1], "blas": 3, "resumed": 1, "gpu": 2, "gpu_id": "x", "python": {}, "kernel": None},
    {
        "blas": [1, None],
        "resumed": [None, {"step": 1, "changes": 3}],
        "data": {"corpora.train": 3},
        "sources": {"a": 1},
    },
    {"settings": {"training": 3, "nlp": None, "components": [1], "": {"": 1}, "a.b": {"c": {}}}, "config": 7},
]


@pytest.mark.parametrize("record", [None, *STRANGE], ids=range(5))
def test_a_record_of_another_kind_has_a_page(write: Write, record: dict[str, Any] | None) -> None:
    rows = [{"evaluation": [1], "score": 1}, {"evaluation": 2}, {"step": 2, "losses": {"": 1, "a": None}}]
    outputs = [write("a", rows, record), write("b", [], record)]
    check(page_about(outputs[0]))
    check(page_about(*outputs))


def test_a_checkpoint_alone_has_a_page(train: Train) -> None:
    output = train("out")
    for name in ("run.json", "history.jsonl"):
        (output / name).unlink()
    page = page_about(output)
    check(page)
    assert "There is no run.json." in page.section("summary") and "sha256" in page.section("origin")


def test_only_a_step_that_was_kept_can_be_repeated(write: Write) -> None:
    output = write("a", made_history(3), RECORD)
    (run,) = read_runs([output])
    runs = [replace(run, state="failed")]
    assert "kernel replay" not in page_of(runs)
    (output / "failed-step").mkdir()
    assert "kernel replay" in page_of(runs)


def test_equal_outputs_give_equal_pages(write: Write) -> None:
    output = write("a", made_history(100), RECORD)
    assert page_of(read_runs([output])) == page_of(read_runs([output]))


def test_a_page_is_written_whole_or_not_at_all(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    output = write("a", made_history(10), RECORD)
    target = output / "report.html"
    target.write_text("old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(KernelError, match="No space"):
        patched.setattr(Path, "write_text", full)
        write_page(read_runs([output]), target)
    assert target.read_text() == "old" and {path.name for path in output.iterdir()} <= {
        "report.html", "run.json", "history.jsonl", ".report.html.lock",
    }  # fmt: skip
    write_page(read_runs([output]), target)
    assert target.read_text().startswith("<!doctype html>")


def test_the_command_writes_into_the_output_or_where_it_is_told(write: Write, box: Box) -> None:
    output = write("a", made_history(10), RECORD)
    done = box.run("report", output)
    assert (done.exit_code, done.stdout) == (0, f"wrote {output / 'report.html'}\n")
    done = box.run("report", output, output, "--output", "there.html")
    assert done.exit_code == 0
    assert (box.path / "there.html").read_text("utf8") == (output / "report.html").read_text("utf8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none"], "none is not there"),
        (["."], "is no output of a run"),
        (["a", "--output", "config.cfg/page.html"], "can't write"),
        (["a", "--output", "."], "can't write"),
        (["a", "--port", "80"], "--port is for --watch"),
        (["a", "--watch", "--output", "x.html"], "leave out --output"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be_done_is_said_in_one_line(
    write: Write, box: Box, words: list[str], said: str
) -> None:
    output = write("a", made_history(10), RECORD)
    box.config("")
    done = box.run("report", *(str(output) if word == "a" else word for word in words))
    assert done.exit_code == 2 and said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_nobody_writes_where_no_run_was(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_page(read_runs([tmp_path]), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
