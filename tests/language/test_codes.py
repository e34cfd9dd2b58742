"""Codes of languages, however they are written."""

from __future__ import annotations

import pytest

import kernel
from kernel.language.codes import language_code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("en", "en"),
        ("eng", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("zh-Hant-TW", "zh"),
        ("mul", "xx"),
        ("no", "nb"),
        ("nob", "nb"),
        ("grc", "grc"),
        ("tlh", "tlh"),
        ("acme-tweets", "acme-tweets"),
        ("Klingon", "Klingon"),
    ],
)
def test_a_code_is_found(written: str, code: str) -> None:
    assert language_code(written) == code


def test_a_registered_code_stays() -> None:
    assert language_code("no", {"no"}) == "no"
    assert language_code("no", {"nb"}) == "nb"


@pytest.mark.needs("kernel-nlp-languages")
def test_a_blank_pipeline_takes_them() -> None:
    assert kernel.blank("en-GB").lang == "en"
    assert kernel.blank("mul").lang == "xx"
