"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import AugmenterSuite

GOLDENS = Path(__file__).with_name("goldens.json")
VARIANTS = {
    "single": [{"tags": ["."], "variants": [".", "!", "..."]}],
    "paired": [{"tags": ["NNP", "VBZ"], "variants": [["Anna", "likes"], ["Berta", "loves"]]}],
}


class TestLowerCase(AugmenterSuite):
    name = "kernel.lower_case.v1"
    settings = {"level": 0.5}
    goldens = GOLDENS


class TestOrthVariants(AugmenterSuite):
    name = "kernel.orth_variants.v1"
    settings = {"level": 0.9, "lower": 0.3, "orth_variants": VARIANTS}
    goldens = GOLDENS


class TestCombined(AugmenterSuite):
    name = "kernel.combined_augmenter.v1"
    settings = {
        "lower_level": 0.3,
        "orth_level": 0.5,
        "orth_variants": VARIANTS,
        "whitespace_level": 0.5,
        "whitespace_per_token": 0.3,
        "whitespace_variants": ["\n", "  "],
    }
    goldens = GOLDENS


class TestSpellingNoise(AugmenterSuite):
    name = "kernel.spelling_noise.v1"
    settings = {"level": 0.9, "per_token": 0.6, "min_length": 3}
    goldens = GOLDENS


class TestEntityReplacement(AugmenterSuite):
    name = "kernel.entity_replacement.v1"
    settings = {"level": 0.9, "entities": {"PERSON": ["Ben", "Grace Hopper"], "PLACE": ["San José"]}}
    goldens = GOLDENS
