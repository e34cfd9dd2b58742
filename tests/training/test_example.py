"""Examples and the like, under the names of the field."""

from __future__ import annotations

from importlib import import_module

import pytest

import kernel.training
from kernel.tokens import Example


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("example", "Example"),
        ("alignment", "Alignment"),
        ("iob_utils", "iob_to_biluo"),
        ("iob_utils", "biluo_tags_to_spans"),
        pytest.param("corpus", "Corpus", marks=pytest.mark.needs("kernel-nlp-readers")),
        pytest.param("corpus", "PlainTextCorpus", marks=pytest.mark.needs("kernel-nlp-readers")),
    ],
)
def test_modules_have_what_the_package_has(module: str, name: str) -> None:
    found = getattr(import_module(f"kernel.training.{module}"), name)
    assert found is getattr(kernel.training, name)


def test_an_example_is_one() -> None:
    assert kernel.training.Example is Example
    with pytest.raises(AttributeError, match="'kernel.training' has no attribute 'Exmaple'"):
        kernel.training.Exmaple  # noqa: B018
