"""What is found in tags."""

import pytest
from kernel_components.token_labels.debug import entropy

from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")


def tagged(nlp, *tags):
    return [Example.from_dict(Doc(nlp.vocab, words=["w"] * len(one)), {"tags": one}) for one in tags]


def test_tags_are_counted_without_the_prefix_of_wrong_ones(nlp):
    examples = tagged(nlp, ["N", "V", ""], ["!N", "N"])
    assert dict(nlp.create_pipe("tagger").gold_labels(examples)) == {"N": 3, "V": 1}


@pytest.mark.parametrize(
    ("tags", "level", "text"),
    [
        (["N", "V"], "info", "entropy 1.00"),
        (["N", "N", "N", "V"], "info", "entropy 0.81"),
        (["N", "N"], "warn", "only one label"),
        (["", ""], "fail", "no token to train on has a label"),
    ],
)
def test_how_even_tags_are(nlp, look, tags, level, text):
    assert look("tagger", tagged(nlp, tags)).has(level, text)


@pytest.mark.parametrize(("counts", "expected"), [([], 0.0), ([5], 0.0), ([2, 2, 2], 1.0), ([3, 1], 0.8113)])
def test_entropy(counts, expected):
    assert entropy(counts) == pytest.approx(expected, abs=1e-4)
