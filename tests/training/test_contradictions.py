"""Limits of a run that make no sense together."""

import pytest

from kernel import Config
from kernel.config.schemas import TrainingSchema
from kernel.training.contradictions import contradictions

DEFAULTS = {
    key: TrainingSchema.model_fields[key].default
    for key in ("max_steps", "max_epochs", "patience", "eval_frequency")
}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, []),
        ({"max_steps": 10}, []),
        ({"max_steps": 0}, []),
        ({"max_steps": 0, "patience": 0, "max_epochs": 3}, []),
        ({"max_steps": 0, "patience": 0}, ["sets no end: max_steps = 0, max_epochs = 0, patience = 0."]),
        ({"max_steps": 0, "patience": 0, "max_epochs": -1}, ["max_epochs = -1"]),
        ({"max_steps": 0, "eval_frequency": 0}, ["eval_frequency = 0, so that patience never counts"]),
        ({"eval_frequency": 0}, []),
        ({"eval_frequency": 0, "patience": 100}, ["patience = 100 never counts with eval_frequency = 0"]),
        ({"max_steps": 100, "eval_frequency": 500}, ["is above max_steps = 100: nothing is evaluated"]),
        ({"max_steps": 100, "eval_frequency": 100}, []),
        ({"max_steps": 500, "patience": 600}, ["patience = 600 is above max_steps = 500"]),
        ({"patience": 100}, ["the run ends 100 steps after the first evaluation"]),
        ({"patience": 200}, []),
    ],
)
def test_what_is_odd(settings, told):
    found = list(contradictions({**DEFAULTS, **settings}))
    assert len(found) == len(told)
    assert all(text in one for text, one in zip(told, found, strict=True))


@pytest.mark.needs(
    "kernel-nlp-languages", "kernel-nlp-readers", "kernel-nlp-batchers", "kernel-nlp-callbacks"
)
def test_debug_config_warns(tmp_path, capsys):
    from kernel.cli.run import run

    text = '[nlp]\nlang = "en"\n[training]\nmax_steps = 0\npatience = 0\n'
    Config.from_str(text).to_disk(tmp_path / "a.cfg")
    assert run(["debug", "config", str(tmp_path / "a.cfg")]) == 0
    captured = capsys.readouterr()
    assert "warning: [training] sets no end" in captured.err and "config is valid" in captured.out
