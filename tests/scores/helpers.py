"""Documents to score."""

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

VOCAB = Vocab()


def doc(words, **annotations):
    words = words.split() if isinstance(words, str) else words
    return Doc(VOCAB, words=words, spaces=[True] * len(words), **annotations)


def pair(predicted, reference):
    return Example(predicted, reference)
