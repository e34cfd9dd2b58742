"""What `debug data` says of sentences."""

from kernel_components.senter.debug import findings

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab


def examples_of(*starts):
    """An example for each list of sentence starts; None for one without."""
    vocab, examples = Vocab(), []
    for each in starts:
        words = ["a"] * (len(each) if each else 3)
        examples.append(Example(Doc(vocab, words), Doc(vocab, words, sent_starts=each)))
    return examples


def said(*starts):
    return [(one.level, one.message) for one in findings(examples_of(*starts))]


def test_how_many_sentences_there_are():
    several = [True, False, True, False]
    assert said(several, None, several) == [
        ("info", "4 sentences in 2 documents: 2.0 a document, 2.0 tokens a sentence")
    ]


def test_nothing_is_learned_from_single_sentences():
    one = [True, False, False]
    (_, first), (level, second) = said(one, one)
    assert first == "2 sentences in 2 documents: 1.0 a document, 3.0 tokens a sentence"
    assert level == "warn" and second.startswith("most documents are a single sentence")


def test_without_sentences():
    assert said(None, None) == [("fail", "no document to train on has sentence boundaries")] == said()
