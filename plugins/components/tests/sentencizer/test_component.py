"""The sentencizer: where sentences start, what stays, saving."""

import pytest
from kernel_components.sentencizer.component import Sentencizer
from kernel_components.sentencizer.terminals import sentence_terminals

import kernel
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab


def starts(words, sentencizer=None, **annotations):
    doc = Doc(Vocab(), words=words.split(), **annotations)
    (sentencizer or Sentencizer())(doc)
    return [index for index, token in enumerate(doc) if token.is_sent_start]


@pytest.mark.parametrize(
    "words, expected",
    [
        ("", []),
        ("one", [0]),
        ("no end", [0]),
        (". x", [0, 1]),
        ("a . b . c", [0, 2, 4]),
        ("a ! ! ? b", [0, 4]),
        ('he said " a . " and left', [0, 6]),
        ("( a . ) b", [0, 4]),
        ("a . ... ) ! b c .", [0, 5]),
        ("a . )", [0]),
        ("a ) b", [0]),
        ("ক । খ", [0, 2]),
        ("我 。 你 ！ 他", [0, 2, 4]),
    ],
)
def test_a_sentence_starts_at_the_first_word_after_its_end(words, expected):
    assert starts(words) == expected


def test_documents_of_a_batch_do_not_touch():
    vocab = Vocab()
    texts = ["a .", "b c", "", ") . d", "", "e . f"]
    alone = [starts(text) for text in texts]
    docs = [Doc(vocab, words=text.split()) for text in texts]
    batch = list(Sentencizer().pipe(docs))
    assert [[i for i, token in enumerate(doc) if token.is_sent_start] for doc in batch] == alone
    assert alone == [[0], [0], [], [0, 2], [], [0, 2]]


def test_other_tokens_are_said_not_to_start_one():
    doc = Sentencizer()(Doc(Vocab(), words=["a", ".", "b"]))
    assert [token.is_sent_start for token in doc] == [True, False, True]
    assert [span.text.strip() for span in doc.sents] == ["a .", "b"]


def test_boundaries_that_are_set_stay_unless_overwritten():
    given = {"sent_starts": [None, True, None, False]}
    assert starts("a b . c", **given) == [0, 1]
    assert starts("a b . c", Sentencizer(overwrite=True), **given) == [0, 3]


def test_own_punctuation():
    assert starts("a . b | c", Sentencizer(punct_chars=["|"])) == [0, 4]
    assert starts("a . b", Sentencizer(punct_chars=[])) == [0]


def test_survives_bytes_and_disk(tmp_path):
    sentencizer = Sentencizer(punct_chars=["|", "。"], overwrite=True)
    sentencizer.to_disk(tmp_path / "sentencizer")
    for copy in (
        Sentencizer().from_bytes(sentencizer.to_bytes()),
        Sentencizer().from_disk(tmp_path / "sentencizer"),
    ):
        assert copy.punct_chars == {"|", "。"}
        assert copy.to_bytes() == sentencizer.to_bytes()
        assert starts("a | b . c", copy) == [0, 2]


def test_many_scripts_have_an_end_of_sentence():
    characters = sentence_terminals()
    assert len(characters) == len(set(characters)) > 140
    assert set(".!?。！？।؟።៕") <= set(characters)
    assert not set(",;:…\"')") & set(characters)


@pytest.mark.needs("kernel-nlp-languages")
def test_a_pipeline_scores_its_sentences():
    nlp = kernel.blank("xx")
    nlp.add_pipe("sentencizer")
    doc = nlp("This is one. This is two! Three")
    assert len(list(doc.sents)) == 3
    gold = {"words": [token.text for token in doc], "sent_starts": [token.is_sent_start for token in doc]}
    scores = nlp.evaluate([Example.from_dict(nlp.make_doc(doc.text), gold)])
    assert scores["sents_f"] == 1.0


def test_documents_of_several_generations_and_changed_flags():
    vocab, sentencizer = Vocab(), Sentencizer()
    docs = [Doc(vocab, words=["a", ".", "b"]), Doc(Vocab(), words=["c", "!", "d"])]
    assert [[t.is_sent_start for t in doc] for doc in sentencizer.pipe(docs)] == [[True, False, True]] * 2
    vocab["b"].is_punct = True
    doc = sentencizer(Doc(vocab, words=["a", ".", "b", "c"]))
    assert [token.is_sent_start for token in doc] == [True, False, False, True]
