"""Every registered name of the package goes through the suite of its kind."""

from pathlib import Path

from kernel.testing import BatcherSuite


class Batcher(BatcherSuite):
    goldens = Path(__file__).with_name("goldens.json")


class TestByPadded(Batcher):
    name = "kernel.batch_by_padded.v1"
    settings = {"size": 20, "buffer": 8, "discard_oversize": False}
    limit = 20
    window = 16

    def measure(self, batch):
        return max(map(len, batch)) * len(batch)


class TestBySequence(Batcher):
    name = "kernel.batch_by_sequence.v1"
    settings = {"size": 3}
    limit = 3
    window = 3

    def measure(self, batch):
        return len(batch)


class TestByWords(Batcher):
    name = "kernel.batch_by_words.v1"
    settings = {"size": 20, "tolerance": 0.2, "discard_oversize": False}
    limit = 24
    window = 50


class TestByWordsWithoutLongOnes(BatcherSuite):
    name = "kernel.batch_by_words.v1"
    settings = {"size": 6, "tolerance": 0.0, "discard_oversize": True}
    limit = 6
    drops = True
