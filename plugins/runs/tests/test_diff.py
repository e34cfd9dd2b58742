"""What differs between two runs is named, with what came of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.testing import Box

Write = Callable[..., Path]


def diff(box: Box, one: Path | str, other: Path | str) -> list[str]:
    done = box.run("runs", "diff", one, other)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.splitlines()


def as_json(box: Box, one: Path | str, other: Path | str) -> dict[str, Any]:
    done = box.run("runs", "diff", one, other, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_seed_data_package_threads_and_setting_of_real_runs_are_named(
    box: Box, train: Callable[..., None]
) -> None:
    train("base")
    train("same")
    train("seed", "--training.seed", "1")
    train("setting", "--training.max_steps", "12")
    points = (box.path / "train.txt").read_text()
    box.file("train.txt", points.replace("\n", "5\n"))
    train("data")
    box.file("train.txt", points)
    train("threads", threads=2)
    train("package", version="1.1")

    found = {name: as_json(box, "base", name) for name in ("same", "seed", "setting", "data", "threads")}
    changes = {name: [change["name"] for change in each["changes"]] for name, each in found.items()}
    assert changes == {
        "same": [],
        "seed": ["seed"],
        "setting": ["training.max_steps"],
        "data": ["data:corpora.train"],
        "threads": [],
    }
    assert found["same"]["parting"] is None
    assert found["same"]["besides"] == {}
    assert found["setting"]["parting"] is None
    assert found["threads"]["parting"] is None
    assert found["threads"]["besides"] == {"threads outside of kernel's calls": [1, 2]}
    # Weights of a line begin with zeros in every seed, but the order of the points is another.
    for name in ("seed", "data"):
        assert (found[name]["parting"]["event"], found[name]["parting"]["step"]) == ("step", 1)
        assert list(found[name]["parting"]["values"]) == ["losses.line"]
    package = as_json(box, "base", "package")
    assert [change["name"] for change in package["changes"]] == ["versions:acme-points"]
    assert (package["changes"][0]["old"], package["changes"][0]["new"]) == ("1.0", "1.1")
    assert package["parting"] is None

    lines = diff(box, "base", "setting")
    assert lines[0] == "setting against base"
    assert "  training.max_steps: 8, now 12" in lines
    assert "all steps up to 8 are equal" in lines
    assert "one ends at step 8, the other at step 12" in lines
    # A model in an output stands for its run.
    assert diff(box, "base/model-best", "same/model-last")[2] == "nothing that may change the weights differs"


def step(number: int, **values: Any) -> dict[str, Any]:
    return {"step": number, "epoch": 0, "losses": {"ner": 3.0, "tagger": 1.0}, "seconds": number, **values}


def evaluation(number: int, score: float | None, **scores: Any) -> dict[str, Any]:
    return {"evaluation": number, "epoch": 0, "score": score, "scores": scores, "seconds": number}


@pytest.mark.parametrize(
    ("row", "event", "values"),
    [
        (step(2, losses={"ner": 3.5, "tagger": 1.0}), "step", {"losses.ner": [3.0, 3.5]}),
        (step(2, losses={"ner": 3.0, "tagger": None}), "step", {"losses.tagger": [1.0, None]}),
        (step(2, losses={"ner": 3.0}), "step", {"losses.tagger": [1.0, None]}),
        (step(2, learn_rate=0.1), "step", {"learn_rate": [None, 0.1]}),
        (step(2, epoch=1), "step", {"epoch": [0, 1]}),
        (evaluation(2, 0.5, f=0.5, speed=9), "evaluation", {"score": [0.75, 0.5], "scores.f": [0.75, 0.5]}),
    ],
)
def test_the_first_place_where_they_part_is_told(
    box: Box, write: Write, row: dict[str, Any], event: str, values: dict[str, Any]
) -> None:
    rows = [step(1), step(2), evaluation(2, 0.75, f=0.75, speed=1), step(3)]
    key = "step" if event == "step" else "evaluation"
    others = [row if each.get(key) == 2 else {**each, "seconds": 99} for each in rows]
    # What comes after it is not told.
    others[-1] = step(3, losses={})
    found = as_json(box, write("a", {"seed": 0}, rows), write("b", {"seed": 0}, others))
    assert found["parting"] == {"event": event, "step": 2, "values": values}


def test_equal_facts_and_other_losses_say_where_to_look(box: Box, write: Write) -> None:
    lines = diff(
        box,
        write("a", {"seed": 0}, [step(1)]),
        write("b", {"seed": 0}, [step(1, losses={"ner": 2.0, "tagger": 1.0})]),
    )
    assert lines[2:6] == [
        "nothing that may change the weights differs",
        "",
        "they part at step 1:",
        "  losses.ner: 3, now 2",
    ]
    assert "No fact that is recorded differs: look at what code takes from elsewhere" in lines[6]


def test_results_are_those_of_the_best_evaluations(box: Box, write: Write) -> None:
    one = write(
        "a",
        {},
        [
            evaluation(1, 0.2, f=0.2),
            evaluation(2, 0.75, f=0.5),
            evaluation(3, 0.75, f=0.75, per_type={"A": 1}),
        ],
    )
    other = write("b", {}, [evaluation(1, 0.5, f=0.5, g=0.25), evaluation(2, None, f=0.9)])
    assert as_json(box, one, other)["results"] == {
        "best score": [0.75, 0.5],
        "at step": [3, 1],
        "f": [0.75, 0.5],
        "g": [None, 0.25],
    }
    # Only what differs is shown.
    assert "  best score: 0.75, now 0.5" in diff(box, one, other)
    assert not [line for line in diff(box, one, one) if line.startswith(("results", "  "))]


def test_that_only_one_went_on_with_something_changed_comes_first(
    box: Box, train: Callable[..., None]
) -> None:
    short = ("--training.max_steps", "4")
    train("straight")
    for name, learn_rate in (("one", "0.05"), ("other", "0.01")):
        train(name, *short)
        rate = ("--training.optimizer.learn_rate", learn_rate)
        # Back again, so that in the end the settings are those of the other.
        train(name, *rate, "--resume", "--allow-drift", "config", "--training.max_steps", "6")
        train(name, "--resume", "--allow-drift", "config")
    lines = diff(box, "straight", "other")
    assert lines[2:6] == [
        "may change the weights, most suspicious first:",
        "  other was resumed after step 4 with training.max_steps: 4, now 6; training.optimizer.learn_rate: 0.05, now 0.01",
        "  other was resumed after step 6 with training.max_steps: 6, now 8; training.optimizer.learn_rate: 0.01, now 0.05",
        "",
    ]
    assert as_json(box, "one", "one")["resumed"][0] == as_json(box, "one", "other")["resumed"][0]
    assert diff(box, "one", "one")[2] == "nothing that may change the weights differs"
    listed = box.run("runs", "list", "other").stdout
    assert "ended: max_steps = 8 reached, changed at 4, 6" in listed


def test_many_losses_that_part_are_counted(box: Box, write: Write) -> None:
    one, other = (
        write(name, {}, [{"step": 1, "losses": {f"c{number}": number + add for number in range(10)}}])
        for name, add in (("a", 0), ("b", 1))
    )
    assert "  and 2 more" in diff(box, one, other)


def test_runs_without_history_are_compared_by_what_they_went_by(box: Box, write: Write) -> None:
    one, other = write("a", {"seed": 0}), write("b", {"seed": 1})
    (one / "history.jsonl").unlink()
    lines = diff(box, one, other)
    assert "  seed: 0, now 1" in lines
    assert "there is no step that the histories of both have" in lines


@pytest.mark.parametrize(
    ("one", "other", "changes", "besides"),
    [
        ({"gpu_id": 0, "gpu": {"name": "X"}}, {"gpu_id": 1, "gpu": {"name": "X"}}, [], ["number of the GPU"]),
        ({"gpu_id": -1}, {"gpu_id": 0, "gpu": {"name": "X"}}, ["device"], []),
        ({"platform": {"release": "1"}}, {"platform": {"release": "2"}}, [], ["release of the system"]),
        ({"threads": {"blas": 1, "process": 1}}, {}, [], []),
    ],
)
def test_what_changes_no_weights_stands_apart(
    box: Box, write: Write, one: Any, other: Any, changes: list[str], besides: list[str]
) -> None:
    found = as_json(box, write("a", one), write("b", other))
    assert [change["name"] for change in found["changes"]] == changes
    assert list(found["besides"]) == besides


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no run.json in it"),
        ("{", "no JSON"),
        ("[]", "not the record of a run"),
    ],
)
def test_what_is_no_run_is_an_error_that_names_it(
    box: Box, write: Write, content: str | None, message: str
) -> None:
    one = write("a", {})
    other = box.path / "b"
    other.mkdir()
    if content is not None:
        (other / "run.json").write_text(content)
    done = box.run("runs", "diff", one, other)
    assert done.exit_code == 2
    assert message in done.stderr
    assert str(other) in done.stderr
    missing = box.run("runs", "diff", one, "nowhere")
    assert missing.exit_code == 2
    assert "nowhere is not there" in missing.stderr


def test_names_that_a_terminal_would_obey_are_shown(box: Box, write: Write) -> None:
    one, other = write("a", {"packages": {"x\x1b[2J": "1"}}), write("b", {"packages": {"x\x1b[2J": "2\n"}})
    assert "\x1b" not in "".join(diff(box, one, other))
