"""`kernel report` predicts with the best model where the run kept nothing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from kernel_report import kept, predicting
from kernel_report.command import report
from kernel_report.run import read_run

from kernel.errors import DataError


def run_report(*args):
    return CliRunner().invoke(
        report, [str(arg) for arg in args], catch_exceptions=False, help_option_names=["-h", "--help"]
    )


@pytest.fixture
def output(runs):
    return runs / "bare"


def without_model(predictions):
    return {key: value for key, value in predictions.items() if key not in ("model", "score")}


def test_it_finds_what_the_callback_would_have_kept(runs, output):
    found = predicting.with_predictions(read_run(output))
    wanted = kept.read(runs / "kept")
    assert without_model(found.best) == without_model(wanted.best)
    assert found.data == wanted.data


def test_the_second_time_nothing_is_predicted(output, monkeypatch):
    first = predicting.with_predictions(read_run(output))
    monkeypatch.setattr(predicting, "_predicted", lambda *_: pytest.fail("predicted again"))
    assert predicting.with_predictions(read_run(output)).best == json.loads(json.dumps(first.best))


@pytest.mark.parametrize("changed", ["data", "model"])
def test_other_data_or_another_model_are_predicted_anew(output, changed):
    predicting.with_predictions(read_run(output))
    if changed == "data":
        with Path("dev.jsonl").open("a") as file:
            file.write('{"text": "One more.", "spans": []}\n')
    else:
        manifest = output / "model-best" / "manifest.json"
        manifest.write_text(manifest.read_text() + "\n")
    calls = []
    predicting.with_predictions(read_run(output), None, lambda *told: calls.append(told))
    entries = kept.load(output / kept.ASKED)["entries"]
    assert len(entries) == 2 and calls


def test_what_the_run_kept_of_its_best_model_will_do(runs, monkeypatch):
    output = runs / "kept"
    monkeypatch.setattr(predicting, "_predicted", lambda *_: pytest.fail("predicted"))
    run = read_run(output)
    assert predicting.with_predictions(run) == run.kept


def test_the_page_of_other_data(output, tmp_path):
    (tmp_path / "more.jsonl").write_text(
        '{"text": "Ann was here.", "spans": [{"start": 0, "end": 3, "label": "PER"}]}\n'
    )
    page = tmp_path / "more.html"
    with pytest.warns(UserWarning, match="labels that 'ner' did not see"):
        assert run_report(output, "--data", tmp_path / "more.jsonl", "-o", page).exit_code == 0
    assert "1 document of" in page.read_text()
    # It is not what is shown when nobody asks for it.
    assert "more.jsonl" not in _page(output)


def _page(output):
    assert run_report(output).exit_code == 0
    return (output / "report.html").read_text()


def test_data_that_were_asked_for_must_be_there(output, tmp_path):
    with pytest.raises(DataError, match="no such file"):
        run_report(output, "--data", tmp_path / "nowhere.jsonl")
    assert not (output / "report.html").exists()


def test_a_corpus_that_has_gone_is_a_warning(output):
    Path("dev.jsonl").unlink()
    with pytest.warns(UserWarning, match="no predictions of"):
        assert "Nothing is kept" in _page(output)


def test_no_predictions(output, monkeypatch):
    monkeypatch.setattr(predicting, "_predicted", lambda *_: pytest.fail("predicted"))
    assert run_report(output, "--no-predictions").exit_code == 0
    assert "Nothing is kept" in (output / "report.html").read_text()


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"version": 1, "best": 3}',
        '{"version": 1, "best": {"kinds": 7}}',
        '{"version": 99}',
        '{"version": 1, "best": {}, "data": {"parts": [1]}}',
    ],
)
def test_a_damaged_file_is_no_harm(output, content):
    (output / kept.FILE).write_text(content)
    assert run_report(output, "--no-predictions").exit_code == 0
    assert "<h2" in (output / "report.html").read_text()


def test_several_runs_are_compared_by_label(runs):
    assert run_report(runs / "kept", runs / "bare", "-o", "both.html").exit_code == 0
    text = Path("both.html").read_text()
    assert "Entities in all runs" in text and "<script>" not in text
