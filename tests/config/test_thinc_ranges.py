"""The ranges of thinc's functions."""

from math import inf, nan
from typing import Any

import pytest

from kernel.config import resolve
from kernel.config.signatures import of_function, type_hints
from kernel.config.thinc_ranges import thinc_ranges
from kernel.errors import ConfigError
from kernel.registries.family import registry

NOT_NEGATIVE, POSITIVE = "must be greater than or equal to 0", "must be greater than 0"


def built(kind: str, name: str, settings: dict[str, Any]) -> Any:
    return resolve({"x": {f"@{kind}": name, **settings}})["x"]


BAD = [
    ("optimizers", "Adam.v1", {"learn_rate": -1}, NOT_NEGATIVE),
    ("optimizers", "Adam.v1", {"learn_rate": []}, "must have at least 1 item, not 0"),
    ("optimizers", "Adam.v1", {"learn_rate": [0.1, -1]}, NOT_NEGATIVE),
    ("optimizers", "Adam.v1", {"learn_rate": nan}, "must be a finite number"),
    ("optimizers", "Adam.v1", {"beta1": 0}, POSITIVE),
    ("optimizers", "Adam.v1", {"beta2": 0.0}, POSITIVE),
    ("optimizers", "Adam.v1", {"beta2": 1}, "must be less than 1"),
    ("optimizers", "Adam.v1", {"eps": 0}, POSITIVE),
    ("optimizers", "Adam.v1", {"L2": -0.1}, NOT_NEGATIVE),
    ("optimizers", "Adam.v1", {"grad_clip": -1}, NOT_NEGATIVE),
    ("optimizers", "RAdam.v1", {"beta1": 1.0}, "must be less than 1"),
    ("optimizers", "SGD.v1", {"learn_rate": inf}, "must be a finite number"),
    ("schedules", "constant.v1", {"rate": -1}, NOT_NEGATIVE),
    ("schedules", "constant.v1", {"rate": nan}, "must be a finite number"),
    ("schedules", "compounding.v1", {"start": 1, "stop": 2, "compound": 0}, POSITIVE),
    (
        "schedules",
        "warmup_linear.v1",
        {"initial_rate": 1, "total_steps": 5, "warmup_steps": -1},
        NOT_NEGATIVE,
    ),
    (
        "schedules",
        "slanted_triangular.v1",
        {"max_rate": 1, "num_steps": 9, "cut_frac": 1},
        "must be less than 1",
    ),
    ("schedules", "cyclic_triangular.v1", {"min_lr": 0, "max_lr": 1, "period": 0}, "must be greater .* to 1"),
    ("layers", "Dropout.v1", {"rate": 5}, "must be less than or equal to 1"),
    ("layers", "Maxout.v1", {"nO": 2, "dropout": 5}, "must be less than or equal to 1"),
    ("layers", "Maxout.v1", {"nP": 0}, "must be greater than or equal to 1"),
    ("layers", "HashEmbed.v1", {"nO": 2, "nV": 0}, "must be greater than or equal to 1"),
    ("layers", "Softmax.v2", {"temperature": 0}, POSITIVE),
    ("layers", "LSTM.v1", {"depth": 0}, "must be greater than or equal to 1"),
    ("losses", "CategoricalCrossentropy.v3", {"label_smoothing": 1}, "must be less than 1"),
    ("initializers", "uniform_init.v1", {"lo": -inf}, "must be a finite number"),
]
GOOD = [
    ("optimizers", "Adam.v1", {"learn_rate": 0, "L2": 0, "grad_clip": 0, "beta1": 0.001, "beta2": 0.999999}),
    ("optimizers", "Adam.v1", {"learn_rate": [0.1, 0.0]}),
    ("optimizers", "Adam.v1", {"learn_rate": {"@schedules": "constant.v1", "rate": 0}}),
    ("optimizers", "RAdam.v1", {"beta1": 0, "beta2": 0}),
    ("optimizers", "SGD.v1", {"learn_rate": 1e9}),
    ("schedules", "compounding.v1", {"start": 4, "stop": 1, "compound": 0.5}),
    ("schedules", "constant_then.v1", {"rate": 0, "steps": 0, "schedule": [1.0]}),
    ("layers", "Dropout.v1", {"rate": 0}),
    ("layers", "Dropout.v1", {"rate": 1}),
    ("layers", "Maxout.v1", {"nO": 1, "nI": None, "nP": 1, "dropout": None}),
    ("layers", "MultiSoftmax.v1", {"nOs": [1, 2]}),
]


@pytest.mark.parametrize(("kind", "name", "settings", "reason"), BAD)
def test_what_thinc_has_no_answer_to_is_refused(kind: str, name: str, settings: dict, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        built(kind, name, settings)
    (problem,) = caught.value.problems
    key = list(settings)[-1]
    assert (problem.path or "").startswith(f"x.{key}")
    assert f"for {key!r} of {name} (thinc " in (problem.expected or "")


@pytest.mark.parametrize(("kind", "name", "settings"), GOOD)
def test_the_ends_of_the_ranges_are_accepted(kind: str, name: str, settings: dict) -> None:
    assert built(kind, name, settings) is not None


@pytest.mark.parametrize("kind", ["optimizers", "schedules", "layers", "losses", "initializers"])
def test_no_default_is_out_of_its_range(kind: str) -> None:
    from kernel.config.values import is_plain
    from kernel.config.written import convert

    for name in registry.names(kind):
        for parameter in of_function(registry.get(kind, name), name).parameters.values():
            if not parameter.is_required and is_plain(parameter.default):
                convert(parameter.hint, parameter.default)


def test_the_hints_are_equal_each_time_so_that_their_validators_are_made_once() -> None:
    adam = registry.get("optimizers", "Adam.v1")
    hints = type_hints(adam)
    assert thinc_ranges(adam, hints) == thinc_ranges(adam, hints)


def test_functions_of_others_have_their_own() -> None:
    def make(learn_rate: float, dropout: float) -> None: ...

    assert thinc_ranges(make, type_hints(make)) == {}
