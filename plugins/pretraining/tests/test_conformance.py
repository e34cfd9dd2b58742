"""Everything that the package registers goes through the suite of its kind."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernel.testing import CommandSuite, ObjectiveSuite, SectionSuite
from kernel.testing.samples import TEXTS
from kernel.vocab import Vocab

GOLDENS = Path(__file__).with_name("goldens.json")


class TestCharacters(ObjectiveSuite):
    name = "kernel.PretrainCharacters.v1"
    settings = {"maxout_pieces": 2, "hidden_size": 12, "n_characters": 3}
    goldens = GOLDENS


class TestTypes(ObjectiveSuite):
    name = "kernel.PretrainTypes.v1"
    settings = {"maxout_pieces": 2, "hidden_size": 12, "rows": 50}
    goldens = GOLDENS


class WithVectors(ObjectiveSuite):
    """Documents of which every other word has a vector."""

    def vocab(self) -> Vocab:
        """Vectors of five numbers for every other word of the documents."""
        vocab, generator = Vocab(), np.random.default_rng(1)
        for word in sorted({word for text in TEXTS for word in text.split()})[::2]:
            vocab.set_vector(word, generator.normal(size=5).astype("f"))
        return vocab


class TestVectors(WithVectors):
    name = "kernel.PretrainVectors.v1"
    settings = {"maxout_pieces": 2, "hidden_size": 12}
    goldens = GOLDENS


class TestVectorsByDistance(WithVectors):
    name = "kernel.PretrainVectors.v1"
    settings = {"maxout_pieces": 2, "hidden_size": 12, "loss": "L2"}


class TestCommand(CommandSuite):
    name = "pretrain"
    goldens = GOLDENS

    def golden(self) -> Any:
        """What becomes of a line without a config."""
        return self.run("missing.cfg").exit_code


@pytest.mark.needs("kernel-nlp-batchers", "kernel-nlp-callbacks")
class TestPretraining(SectionSuite):
    name = "pretraining"
    section = """
[system]
seed = 0
gpu_allocator = null

[pretraining]
component = "tok2vec"
"""
