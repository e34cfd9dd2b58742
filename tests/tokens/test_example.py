import pytest

from kernel.errors import DataError, KernelWarning, WrongType
from kernel.tokens import Doc, Example
from kernel.vocab import Vocab

VOCAB = Vocab()


@pytest.fixture
def apart(vocab):
    """An example whose two sides have different words."""
    predicted = Doc(vocab, words=["I", "like", "New York", "in", "Aut", "umn"])
    reference = Doc(
        vocab,
        words=["I", "like", "New", "York", "in", "Autumn"],
        ents=["O", "O", "B-LOC", "I-LOC", "O", "B-DATE"],
        tags=["a", "b", "c", "c", "e", "f"],
        lemmas=["i", "l", "n", "y", "in", "a"],
        heads=[1, 1, 1, 1, 5, 1],
        deps=["d0", "d1", "d2", "d3", "d4", "d5"],
    )
    return Example(predicted, reference)


def test_two_documents_make_an_example(plain, doc):
    example = Example(plain, plain.copy())
    assert example.x is plain and example.predicted is plain
    assert example.text == plain.text and len(example) == 6
    with pytest.raises(TypeError, match="not of str"):
        Example("text", doc)


def test_misaligned_entities_are_missing_and_said(plain):
    with pytest.warns(KernelWarning, match="New Yor"):
        example = Example.from_dict(plain, {"entities": [(7, 14, "LOC"), (19, 25, "DATE")]})
    assert example.get_aligned_ner() == ["O", "O", None, None, "O", "U-DATE"]
    with pytest.warns(KernelWarning, match="spans"):
        example = Example.from_dict(plain, {"spans": {"sc": [(7, 14, "LOC")]}})
    assert len(example.reference.spans["sc"]) == 0


def test_words_of_another_text_are_refused_when_they_are_aligned(plain):
    example = Example.from_dict(plain, {"words": ["something", "else"]})
    with pytest.raises(DataError, match="can't be aligned"):
        example.alignment  # noqa: B018


def test_attributes_across_tokenizations(apart):
    assert apart.get_aligned("TAG", as_string=True) == ["a", "b", "c", "e", "f", "f"]
    assert apart.get_aligned("LEMMA", as_string=True) == ["i", "l", None, "in", "a", "a"]
    assert apart.get_aligned("ENT_IOB") == [2, 2, None, 2, 3, 3]
    with pytest.raises(DataError, match="HEAD is not a string attribute"):
        apart.get_aligned("HEAD", as_string=True)


def test_entities_across_tokenizations(apart):
    spans, tags = apart.get_aligned_ents_and_ner()
    assert [(span.text, span.label_) for span in spans] == [("New York", "LOC"), ("Aut umn", "DATE")]
    assert tags == ["O", "O", "U-LOC", "O", "B-DATE", "L-DATE"]


def test_an_entity_with_other_borders_is_not_known(vocab):
    predicted = Doc(vocab, words=["New", "Yorkers", " "])
    reference = Doc(vocab, words=["New", "York", "ers"], ents=["B-LOC", "I-LOC", "O"])
    assert Example(predicted, reference).get_aligned_ents_and_ner() == ([], [None, None, "O"])


def test_spans_across_tokenizations(apart):
    x = apart.predicted
    assert [span.text for span in apart.get_aligned_spans_x2y([x[2:3], x[4:6], x[4:5]])] == [
        "New York",
        "Autumn",
    ]
    y = apart.reference
    twice = [y[2:4], y[2:4], y[3:4]]
    assert [span.text for span in apart.get_aligned_spans_y2x(twice)] == ["New York"]
    assert len(apart.get_aligned_spans_y2x(twice, allow_overlap=True)) == 2


def test_the_tree_across_tokenizations(apart):
    heads, deps = apart.get_aligned_parse(projectivize=False)
    assert heads == [1, 1, None, None, 1, 1]
    assert deps == ["d0", "d1", None, "d4", "d5", "d5"]


def test_crossing_arcs_are_lifted_and_marked(vocab):
    doc = Doc(vocab, words=list("abcd"), heads=[1, 1, 0, 1], deps=["w", "x", "y", "z"])
    heads, deps = Example(doc, doc).get_aligned_parse()
    assert heads == [1, 1, 1, 1] and deps == ["w", "x", "y||w", "z"]
    assert Example(doc, doc).get_aligned_parse(projectivize=False)[0] == [1, 1, 0, 1]


def test_no_tree_is_not_known(plain):
    assert Example(plain, plain).get_aligned_parse() == ([None] * 6, [None] * 6)


def test_sentence_starts(vocab):
    reference = Doc(vocab, words=["a", "b", "c", "d"], sent_starts=[1, 0, 1, 0])
    predicted = Doc(vocab, words=["ab", "c", "d"])
    assert Example(predicted, reference).get_aligned_sent_starts() == [True, True, False]
    assert Example(predicted, Doc(vocab, words=["abcd"])).get_aligned_sent_starts() != []
    plain = Doc(vocab, words=["a", "b"])
    assert Example(plain, plain).get_aligned_sent_starts() == [None, None]


def test_splitting_into_sentences(vocab):
    reference = Doc(vocab, words=["a", "b", "c", "d"], sent_starts=[1, 0, 1, 0], tags=list("wxyz"))
    predicted = Doc(vocab, words=["ab", "c", "d"])
    first, second = Example(predicted, reference).split_sents()
    assert [token.text for token in first.predicted] == ["ab"]
    assert [token.tag_ for token in second.reference] == ["y", "z"]
    assert second.get_aligned("TAG", as_string=True) == ["y", "z"]


def test_what_is_made_from_gold_is_made_once(apart):
    made = []

    def make(example):
        made.append(example)
        return len(made)

    assert [apart.cached("key", make) for _ in range(3)] == [1, 1, 1]
    assert apart.cached("other", make) == 2
    apart.predicted.ents = [("X", 0, 1)]
    apart.predicted = apart.predicted.copy()
    assert apart.cached("key", make) == 1
    apart.reference.ents = []
    assert apart.cached("key", make) == 3
    apart.predicted = Doc(apart.predicted.vocab, words=["I", "like", "New", "York", "in", "Autumn"])
    assert apart.cached("key", make) == 4
    apart.reference = apart.reference.copy()
    assert apart.cached("key", make) == 5


def test_words_are_compared_across_generations(vocab):
    predicted = Doc(vocab, words=["a", "b"])
    vocab.new_generation()
    reference = Doc(vocab, words=["b", "a"])
    assert not Example(predicted, reference).same_words
    assert Example(predicted, Doc(vocab, words=["a", "b"])).same_words


def test_a_copy_is_independent(apart):
    copy = apart.copy()
    copy.reference.ents = []
    assert apart.reference.ents and copy.get_aligned("TAG") == apart.get_aligned("TAG")


def test_spans_that_overlap_are_never_shortened(plain):
    example = Example(plain, plain.copy())
    spans = [plain[0:3], plain[2:5], plain[3:5]]
    for aligned in (example.get_aligned_spans_x2y, example.get_aligned_spans_y2x):
        assert [(span.start, span.end) for span in aligned(spans)] == [(0, 3), (3, 5)]
        everything = aligned(spans, allow_overlap=True)
        assert [(span.start, span.end) for span in everything] == [(0, 3), (2, 5), (3, 5)]


def test_a_sentence_starts_in_the_token_of_its_first_word(vocab):
    words, gold = ["ab", "cd", "ef"], ["a", "b", "c", "de", "f"]
    reference = Doc(vocab, words=gold, spaces=[False] * 5, sent_starts=[1, -1, -1, 1, -1])
    example = Example(Doc(vocab, words=words, spaces=[False] * 3), reference)
    assert example.get_aligned_sent_starts() == [True, True, False]


def test_entities_that_both_have(vocab):
    words = ["Ada", "met", "Bo", "in", "Rome"]
    reference = Doc(vocab, words, ents=["B-PER", "O", "B-PER", "O", "B-LOC"])
    example = Example(Doc(vocab, words, ents=["B-PER", "O", "O", "O", "B-ORG"]), reference)
    assert [ent.text for ent in example.get_matching_ents()] == ["Ada"]
    assert [ent.text for ent in example.get_matching_ents(check_label=False)] == ["Ada", "Rome"]


def test_a_predicted_document_that_was_merged_in_place_and_is_set_again(vocab):
    """So does `nlp.update` with what an annotating component gives back: the same document, with other tokens."""
    words = ["Ada", "Lovelace", "lives"]
    example = Example(Doc(vocab, words), Doc(vocab, words, tags=["N", "N", "V"]))
    assert example.same_words and example.cached("tags", lambda each: each.get_aligned("TAG"))
    doc = example.predicted
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    example.predicted = doc
    assert not example.same_words and len(example.alignment.x2y.lengths) == 2
    assert example.get_aligned("TAG", as_string=True) == ["N", "V"]
    assert len(example.cached("tags", lambda each: each.get_aligned("TAG"))) == 2


def test_a_text_is_no_document():
    with pytest.raises(WrongType, match=r"made of a Doc, not of str\n.*nlp\.make_doc\(text\)"):
        Example.from_dict("a text", {"cats": {}})
