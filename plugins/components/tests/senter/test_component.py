"""The senter: gold, learning, what is written to documents, what reads it."""

import pytest

import kernel
from kernel.errors import KernelError, UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

TEXT = "this is one . here is another ! the end ."
STARTS = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]
TINY = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 12,
        "depth": 1,
        "embed_size": 60,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    },
}


def make_examples(nlp, starts=STARTS):
    words = TEXT.split()
    gold = None if starts is None else [bool(start) for start in starts]
    return [Example(Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, sent_starts=gold))]


def make(**settings):
    nlp = kernel.blank("xx")
    senter = nlp.add_pipe("senter", config={"model": TINY, **settings})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    return nlp, senter, examples


def train(nlp, examples, steps=60):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={})
    return losses


def starts(doc):
    return [token.sent_start for token in doc]


def test_learns_where_sentences_start():
    nlp, _, examples = make()
    train(nlp, examples)
    doc = nlp(TEXT)
    assert [sentence.text for sentence in doc.sents] == ["this is one .", "here is another !", "the end ."]
    assert starts(doc) == [1 if start else -1 for start in STARTS]
    assert nlp.evaluate(make_examples(nlp))["sents_f"] == 1.0


def test_labels_are_fixed_and_hidden():
    nlp, senter, _ = make()
    assert senter.labels == ("I", "S") and senter.label_data is None and senter.hide_labels
    assert "senter" not in nlp.pipe_labels and senter.model.get_dim("nO") == 2
    assert senter.add_label("S") == 0
    with pytest.raises(UsageError, match="can't add the label 'X': its labels are fixed"):
        senter.add_label("X")


@pytest.mark.parametrize(("overwrite", "expected"), [(False, [1, 1, -1, -1]), (True, [1, -1, -1, -1])])
def test_starts_that_are_known_stay_unless_overwritten(overwrite, expected):
    nlp, senter, examples = make(overwrite=overwrite)
    train(nlp, examples)
    doc = Doc(nlp.vocab, words=["this", "is", "one", "."], sent_starts=[True, True, None, None])
    assert starts(senter(doc)) == expected


def test_gold_of_other_tokens():
    nlp, senter, _ = make()
    predicted = Doc(nlp.vocab, words=["a", "b", ".", "c", "d", "e"], spaces=[0, 1, 1, 0, 1, 0])
    gold = Doc(
        nlp.vocab, words=["ab", ".", "cd", "e"], spaces=[1, 1, 1, 0], sent_starts=[True, False, True, False]
    )
    # Only the first part of a token that starts a sentence starts it.
    assert senter.gold([Example(predicted, gold)])[0].tolist() == [1, 0, 0, 1, 0, 0]
    merged = Example(Doc(nlp.vocab, words=["ab", ". cd", "e"], spaces=[1, 1, 0]), gold)
    assert senter.gold([merged])[0].tolist() == [1, 1, 0]


def test_documents_without_sentences_teach_nothing():
    nlp, senter, examples = make()
    unknown = make_examples(nlp, None)
    assert not senter.learnable(unknown) and senter.gold(unknown)[0].tolist() == [-1] * 11
    both = nlp.update([*examples, *unknown], sgd=False, losses={})
    alone = nlp.update(examples, sgd=False, losses={})
    assert both["senter"] == pytest.approx(alone["senter"])
    fresh = kernel.blank("xx")
    fresh.add_pipe("senter", config={"model": TINY})
    with pytest.raises(KernelError, match="none of the examples has sentence boundaries"):
        fresh.initialize(lambda: make_examples(fresh, None))


def test_what_comes_after_reads_the_sentences_in_training():
    nlp, senter, examples = make()
    train(nlp, examples)
    seen = []

    @Language.component("reads_sentences")
    def reads_sentences(doc):
        seen.append([len(sentence) for sentence in doc.sents])
        return doc

    nlp.add_pipe("reads_sentences")
    before = senter.to_bytes()
    nlp.update(examples, sgd=None, exclude=["senter"], annotates=["senter", "reads_sentences"])
    assert seen == [[4, 4, 3]] and senter.to_bytes() == before


def test_documents_of_any_size():
    nlp, senter, examples = make()
    train(nlp, examples, 3)
    docs = [
        nlp.make_doc(""),
        Doc(nlp.vocab, words=["one"]),
        Doc(nlp.vocab, words=[" ", "\n"]),
        Doc(nlp.vocab, words=["one", "."] * 50_000),
        Doc(nlp.vocab, words=["食べる", "。", "Ελλάδα", "שלום", "।", "🙂"]),
    ]
    assert [len(doc) for doc in senter.pipe(docs)] == [0, 1, 2, 100_000, 6]
    assert all(start in (1, -1) for doc in docs for start in starts(doc))
    assert all(sum(len(sentence) for sentence in doc.sents) == len(doc) for doc in docs[1:])


def test_survives_bytes():
    nlp, senter, examples = make(overwrite=True)
    train(nlp, examples, 5)
    copy = kernel.blank("xx").add_pipe("senter", config={"model": TINY})
    copy.from_bytes(senter.to_bytes())
    assert copy.cfg == senter.cfg and copy.to_bytes() == senter.to_bytes()
    assert starts(copy(Doc(copy.vocab, words=TEXT.split()))) == starts(nlp(TEXT))


def test_findings(look, nlp):
    found = look("senter", make_examples(nlp))
    assert found.has("info", "3 sentences in 1 documents: 3.0 a document, 3.7 tokens a sentence")
    assert not found.has("warn", "single sentence")
    single = [1] + [0] * 10
    assert look("senter", make_examples(nlp, single) * 20).has("warn", "most documents are a single sentence")
    assert look("senter", make_examples(nlp, None)).has("fail", "no document to train on has sentence")
