"""The callback: what it keeps, what it leaves alone, and that it never stops a run."""

import json
import re

import pytest
from kernel_report import kept
from kernel_report.page import write_page
from kernel_report.predictions import collector as collecting
from kernel_report.predictions.tally import Tally
from kernel_report.run import read_runs

import kernel
from kernel import hookimpl
from kernel.errors import CallbackError, KernelWarning, TrainingError
from kernel.scores.counts import PRFScore
from kernel.testing.toy import toy_run
from kernel.training import Example
from kernel.training.history import rows
from kernel.training.loop import train


def kind_of(predictions, name):
    return next(kind for kind in predictions["kinds"] if kind["name"] == name)


def test_what_is_kept_has_the_figures_of_the_history(runs):
    output = runs / "kept"
    history = {row["evaluation"]: row for row in rows(output) if "evaluation" in row}
    found = kept.read(output)
    best = found.best
    row = history[best["step"]]
    assert row["score"] == max(one["score"] for one in history.values()) == best["score"] > 0
    entities = kind_of(best, "ents")
    assert entities["components"] == ["ner"]
    per_type = {
        label: PRFScore(tp=right, fp=wrong, fn=missed).to_dict()
        for label, gold, said, right, wrong, missed in entities["labels"]
        if gold or said
    }
    assert per_type == row["scores"]["ents_per_type"]
    assert (
        PRFScore(tp=entities["total"][2], fp=entities["total"][3], fn=entities["total"][4]).fscore
        == row["scores"]["ents_f"]
    )
    assert found.latest is None or found.latest["step"] == max(history)


def test_the_weights_are_those_of_a_run_without_it(runs):
    for name in ("model-last", "model-best"):
        ours, theirs = (
            json.loads((runs / output / name / "manifest.json").read_text()) for output in ("kept", "bare")
        )
        weights = [file for file in ours["files"] if "config" not in file and "meta" not in file]
        assert weights and all(ours["files"][file] == theirs["files"][file] for file in weights)


def test_a_run_that_is_resumed_keeps_what_one_without_a_break_keeps(trained):
    whole = trained("whole", training__max_steps=4)
    trained("part", training__max_steps=2)
    part = trained("part", training__max_steps=4, resume=True)
    ours, theirs = (json.loads((output / "report.json").read_text()) for output in (whole, part))
    assert ours == theirs


def test_texts_and_labels_of_strangers_are_shown_as_text(runs):
    page = (runs / "kept" / "report.html").read_text()
    assert "<script>" not in page and "<img" not in page
    assert "&lt;script&gt;alert(" in page and "onerror=alert(1)&gt;" in page
    assert "\u202e" not in page and "\x1b" not in page
    assert r"bidi\u202eevil\x1b[31m" in page


def test_the_page_says_what_became_of_the_run(runs):
    page = (runs / "kept" / "report.html").read_text()
    assert "ended: max_steps = 24 reached" in page
    assert "running" not in page


def test_a_report_that_fails_is_a_warning_and_the_run_goes_on(trained, monkeypatch):
    def broken(self, example):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(Tally, "add", broken)
    with pytest.warns(
        KernelWarning, match="goes on without its report, which failed: .*no such luck"
    ) as said:
        output = trained()
    assert len([one for one in said if "report" in str(one.message)]) == 1
    assert (output / "model-best").is_dir() and not (output / "report.json").exists()


def test_a_disk_that_is_full_is_a_warning(trained, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "write", full)
    with pytest.warns(KernelWarning, match="No space left on device"):
        assert (trained() / "model-best").is_dir()


@pytest.fixture
def slow(monkeypatch):
    """Counting, writing and pages that take 0.4 seconds each by the report's clock; what was done, in order."""
    import kernel_report.page

    now, done = [0.0], []
    monkeypatch.setattr("kernel_report.callback.perf_counter", lambda: now[0])

    def slowed(place, name, what):
        real = getattr(place, name)

        def work(*args, **named):
            now[0] += 0.4
            done.append(what)
            return real(*args, **named)

        monkeypatch.setattr(place, name, work)

    slowed(collecting.Collector, "add", "count")
    slowed(kept, "write", "write")
    slowed(kernel_report.page, "write_page", "page")
    return done


def test_counting_writing_and_pages_have_one_budget(trained, slow):
    output = trained(training__max_steps=16)
    # After 1.2 seconds there is no time left; the last writing is always done.
    assert slow == ["count", "write", "page", "page"]
    assert kept.read(output).best["step"] == 1
    assert "ended: max_steps = 16 reached" in (output / "report.html").read_text()


def test_what_waited_is_written_at_the_end(trained, slow, monkeypatch):
    monkeypatch.setattr("kernel_report.callback._FREE_SECONDS", 0.3)
    output = trained(training__max_steps=16)
    assert slow == ["count", "write", "page"]
    assert kept.read(output).best["step"] == 1


def test_with_time_each_evaluation_is_counted(trained, slow, monkeypatch):
    monkeypatch.setattr("kernel_report.callback._FREE_SECONDS", 60.0)
    output = trained(training__max_steps=8)
    evaluations = sum("evaluation" in row for row in rows(output))
    assert slow == ["count", "write", "page"] * evaluations + ["page"]


def test_a_pipeline_without_text(tmp_path):
    output = tmp_path / "out"
    with toy_run(callbacks={"report": {"@callbacks": "kernel.Report.v1"}}, output=output) as run:
        for _ in train(run):
            pass
    found = kept.read(output)
    assert found.best["kinds"] == [] and "no texts" in found.best["reason"]
    assert [part["name"] for part in found.data["parts"]] == ["train", "dev"]
    page = (output / "report.html").read_text()
    assert "errors can&#39;t be shown" in page


def test_a_run_that_saves_nothing_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with toy_run(callbacks={"report": {"@callbacks": "kernel.Report.v1"}}) as run:
        assert len(list(train(run))) == 6
    assert list(tmp_path.iterdir()) == []


NO_CHECKPOINTS = "[training.checkpoint]\nevery_minutes = 0\nat_evaluation = false\n"


def states(output):
    """What the page of the callback says of the run, and what the page that is made afterwards says."""
    left = (output / "report.html").read_text()
    write_page(read_runs([output]), output / "again.html")
    pages = [left, (output / "again.html").read_text()]
    return [
        (re.findall(r">State</th><td>(.*?)</td>", page), re.findall(r">Steps</th><td>(\d+)", page))
        for page in pages
    ]


def test_an_error_that_is_not_of_a_step_has_the_page_that_is_made_afterwards(tmp_path):
    class Fails:
        @hookimpl
        def step_end(self, run):
            if run.step == 5:
                raise ConnectionError("no network")

    output = tmp_path / "out"
    block = {"@callbacks": "kernel.Report.v1"}
    with toy_run(callbacks={"report": block}, output=output) as run:
        run.hooks.add([("fails", Fails())])
        with pytest.raises(CallbackError, match="no network"):
            list(train(run))
    ours, theirs = states(output)
    assert ours == theirs == (["stopped"], ["4"])


@pytest.mark.parametrize(("config", "state"), [("", "stopped"), (NO_CHECKPOINTS, "failed")])
def test_a_run_that_fails_has_a_page(tmp_path, config, state):
    output = tmp_path / "out"
    block = {"@callbacks": "kernel.Report.v1"}
    with (
        toy_run(callbacks={"report": block}, output=output, fails=True, config=config) as run,
        pytest.raises(TrainingError),
    ):
        list(train(run))
    ours, theirs = states(output)
    assert ours == ([state], ["3"])
    assert theirs == (["not known"] if config else [state], ["3"])


@pytest.mark.parametrize(("config", "state"), [("", "stopped"), (NO_CHECKPOINTS, "ended: the caller left")])
def test_a_run_that_was_left_has_the_page_that_is_made_afterwards(tmp_path, config, state):
    output = tmp_path / "out"
    with toy_run(
        callbacks={"report": {"@callbacks": "kernel.Report.v1"}}, output=output, config=config
    ) as run:
        steps = train(run)
        for info in steps:
            if info.step == 5:
                break
        steps.close()
    ours, theirs = states(output)
    assert ours[0][0].startswith(state) and ours[1] == theirs[1] == ["5"]
    assert theirs[0] == (["not known"] if config else [state])


def test_a_corpus_without_gold_says_so(runs):
    nlp = kernel.load(runs / "bare" / "model-best")
    docs = [nlp.make_doc("Nobody has looked at this.") for _ in range(2)]
    collected = collecting.Collector(nlp)
    nlp.evaluate([Example(*docs)], predicted=collected.add)
    assert kind_of(collected.result(), "ents")["no_gold"] == "The document has no annotated entities."
