"""The manifest of a run says what its weights depend on, in plain data, and is the same for the same run."""

import json
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import kernel
from kernel.training.manifest import facts, shown
from kernel.training.run import Run

MakeRun = Callable[..., Run]


def test_it_has_everything_and_is_plain(make_run: MakeRun) -> None:
    found = make_run(max_steps=3).facts
    assert json.loads(json.dumps(found)) == found
    assert found["kernel"] == found["packages"]["kernel-nlp"] == kernel.__version__
    assert {"numpy", "thinc"} <= found["packages"].keys()
    assert found["threads"]["blas"] == 1
    assert (found["seed"], found["gpu_id"]) == (0, -1)
    assert found["platform"]["machine"]
    assert set(found["data"]) == {"corpora.train", "corpora.dev"}
    assert found["settings"]["training"]["max_steps"] == 3
    assert found["settings"]["corpora"]["train"]["path"] == "train.txt"
    assert list(found["code"]) == ["numeric.py"]
    assert "kernel/training/loop.py" in found["sources"]["kernel-nlp"]


def test_equal_runs_have_equal_manifests(make_run: MakeRun) -> None:
    assert make_run().facts == make_run().facts


def test_a_drawn_seed_is_recorded(make_run: MakeRun) -> None:
    run = make_run(seed=None)
    assert run.facts["seed"] == run.seed
    assert run.facts["settings"]["training"]["seed"] is None


def test_threads_of_torch_are_recorded_where_it_is_in_use(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert "torch" not in facts(run)["threads"]
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(get_num_threads=lambda: 3))
    assert facts(run)["threads"]["torch"] == 3


def test_files_of_a_plugin_are_recorded_but_not_those_of_libraries(
    make_run: MakeRun, fake_distribution: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_distribution(
        "acme-rows",
        "1.2",
        entry_points={"kernel_batchers": {"acme.Batches.v1": "acme_rows:make"}},
        modules={
            "acme_rows": "def make(size: int):\n    return lambda rows: ([row] for row in rows)\n",
        },
    )
    found = make_run(batcher={"@batchers": "acme.Batches.v1", "size": 1}).facts
    assert found["packages"]["acme-rows"] == "1.2"
    assert list(found["sources"]["acme-rows"]) == ["acme_rows.py"]
    assert "numpy" not in found["sources"]


def test_packages_that_components_and_vectors_come_from_are_recorded(
    make_run: MakeRun, fake_distribution: Callable[..., Any]
) -> None:
    fake_distribution("acme-model", "3.0")
    fake_distribution("acme-vectors", "4.0")
    run = make_run()
    run.config["components"]["ner"] = {"source": "acme_model"}
    run.config["components"]["tagger"] = {"source": "nothing_of_this_name"}
    run.config["initialize"]["vectors"] = "acme-vectors"
    packages = facts(run)["packages"]
    assert (packages["acme-model"], packages["acme-vectors"]) == ("3.0", "4.0")
    assert "nothing-of-this-name" not in packages


def test_what_is_shown_is_short(make_run: MakeRun) -> None:
    found = make_run().facts
    assert set(shown(found)) == {
        "kernel",
        "python",
        "platform",
        "packages",
        "blas",
        "threads",
        "seed",
        "gpu_id",
    }
