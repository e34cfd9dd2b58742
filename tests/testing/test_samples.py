"""Documents and examples that are good for any component."""

from kernel.language import Language
from kernel.testing.samples import TEXTS, sample_docs, sample_examples
from kernel.vocab import Vocab


def test_documents_differ_in_length_and_share_words():
    vocab = Vocab()
    docs = sample_docs(vocab)
    assert [doc.text.rstrip() for doc in docs] == list(TEXTS) and all(doc.vocab is vocab for doc in docs)
    assert min(map(len, docs)) == 1 and len(set(map(len, docs))) > 2
    assert [len(doc) for doc in sample_docs(texts=["a b"])] == [2]


def test_examples_are_annotated_with_everything():
    examples = sample_examples(Language())
    assert len(examples) == 5
    for example in examples:
        gold, predicted = example.reference, example.predicted
        for name in ("TAG", "POS", "LEMMA", "DEP", "HEAD", "ENT_IOB", "SENT_START"):
            assert gold.has_annotation(name) and not predicted.has_annotation(name)
        assert sum(gold.cats.values()) == 1 and predicted.cats == {}
        assert all(token.head.sent == token.sent for token in gold)
    assert {ent.label_ for example in examples for ent in example.reference.ents} == {"PERSON", "PLACE"}
