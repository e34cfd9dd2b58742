import pytest

from kernel.tokens import Doc
from kernel.vocab import Vocab


@pytest.fixture
def vocab():
    return Vocab()


@pytest.fixture
def doc(vocab):
    """I saw New York. It rains!"""
    return Doc(
        vocab,
        words=["I", "saw", "New", "York", ".", "It", "rains", "!"],
        spaces=[True, True, True, False, True, True, False, False],
        tags=["PRP", "VBD", "NNP", "NNP", ".", "PRP", "VBZ", "."],
        pos=["PRON", "VERB", "PROPN", "PROPN", "PUNCT", "PRON", "VERB", "PUNCT"],
        lemmas=["I", "see", "New", "York", ".", "it", "rain", "!"],
        morphs=["Person=1|Number=Sing", "", "", "", "", "", "", ""],
        heads=[1, 1, 3, 1, 1, 6, 6, 6],
        deps=["nsubj", "ROOT", "compound", "dobj", "punct", "nsubj", "ROOT", "punct"],
        ents=["O", "O", "B-GPE", "I-GPE", "O", "O", "O", "O"],
    )


@pytest.fixture
def plain(vocab):
    """I like New York in Autumn, without annotations."""
    return Doc(vocab, words=["I", "like", "New", "York", "in", "Autumn"], spaces=[True] * 5 + [False])
