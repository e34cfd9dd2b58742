"""Augmenters under the names of the field."""

import pytest

import kernel
from kernel.tokens import Doc
from kernel.training import Example, augment, dont_augment
from kernel.vocab import Vocab


def test_examples_as_they_are() -> None:
    doc = Doc(Vocab(), words=["a"])
    example = Example(doc, doc)
    assert list(dont_augment(None, example)) == [example]
    assert augment.dont_augment is dont_augment


@pytest.mark.needs("kernel-nlp-augmenters")
def test_functions_that_make_augmenters() -> None:
    assert augment.create_lower_casing_augmenter is kernel.registry.augmenters.get("kernel.lower_case.v1")
    assert callable(augment.create_combined_augmenter) and callable(augment.create_orth_variants_augmenter)
    assert "create_combined_augmenter" in dir(augment)
    with pytest.raises(AttributeError, match="no attribute 'create_any'"):
        _ = augment.create_any
