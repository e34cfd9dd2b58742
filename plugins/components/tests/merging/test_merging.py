"""Merging components: which tokens become one, how they are annotated, and that all other tokens stay."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.pipeline import merge_entities, merge_noun_chunks, merge_subtokens

import kernel
from kernel.errors import Unsupported
from kernel.language import Language
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab


def words(doc):
    return [token.text for token in doc]


def parsed(vocab):
    doc = Doc(
        vocab,
        words=["The", "New", "York", "Times", "hired", "two", "writers"],
        heads=[3, 2, 3, 4, 4, 6, 4],
        deps=["det", "compound", "compound", "nsubj", "ROOT", "nummod", "dobj"],
        tags=["DT", "NNP", "NNP", "NNPS", "VBD", "CD", "NNS"],
        pos=["DET", "PROPN", "PROPN", "PROPN", "VERB", "NUM", "NOUN"],
        lemmas=["the", "New", "York", "Times", "hire", "two", "writer"],
    )
    doc.ents = [Span(doc, 1, 4, "ORG", kb_id="Q1"), Span(doc, 5, 6, "CARDINAL")]
    return doc


def test_an_entity_becomes_one_token_with_the_annotations_of_its_root():
    doc = Language().add_pipe("merge_entities")(parsed(Vocab()))
    assert words(doc) == ["The", "New York Times", "hired", "two", "writers"]
    token = doc[1]
    assert (token.tag_, token.pos_, token.dep_, token.head.text) == ("NNPS", "PROPN", "nsubj", "hired")
    assert (token.lemma_, token.ent_type_, token.ent_kb_id_) == ("New York Times", "ORG", "Q1")
    assert [(span.text, span.label_) for span in doc.ents] == [("New York Times", "ORG"), ("two", "CARDINAL")]
    assert doc[0].head.i == 1


def test_neighbours_with_one_label_stay_two_entities():
    doc = Doc(Vocab(), words=list("abcd"))
    doc.ents = [Span(doc, 0, 2, "X"), Span(doc, 2, 4, "X")]
    assert [span.text for span in merge_entities(doc).ents] == ["a b", "c d"]


def test_noun_chunks_become_tokens():
    pytest.importorskip("kernel_languages")
    doc = kernel.blank("en").add_pipe("merge_noun_chunks")(parsed(kernel.blank("en").vocab))
    assert words(doc) == ["The New York Times", "hired", "two writers"]
    assert [token.dep_ for token in doc] == ["nsubj", "ROOT", "dobj"]


def test_without_a_parse_there_are_no_noun_chunks_and_without_a_rule_it_is_said():
    assert words(merge_noun_chunks(Doc(Vocab(), words=["a", "b"]))) == ["a", "b"]
    with pytest.raises(Unsupported, match="no rule for noun chunks"):
        merge_noun_chunks(parsed(Vocab()))


@pytest.mark.parametrize(
    "deps, found",
    [
        ("ssxsy", ["abc", "de"]),
        ("xxs", ["a", "b", "c"]),
        ("xss", ["a", "bc"]),
        ("", []),
        ("xyz", ["a", "b", "c"]),
    ],
)
def test_parts_are_merged_with_the_token_after_them(deps, found):
    names = {"s": "subtok"}
    doc = Doc(
        Vocab(),
        words=list("abcdefg"[: len(deps)]),
        spaces=[False] * len(deps),
        deps=[names.get(dep, dep) for dep in deps],
        heads=[min(i + 1, len(deps) - 1) for i in range(len(deps))],
    )
    assert words(merge_subtokens(doc)) == found


def test_the_label_of_parts_is_a_setting():
    nlp = Language()
    doc = Doc(nlp.vocab, words=["a", "b", "c"], deps=["part", "subtok", "x"], heads=[1, 2, 2])
    assert words(nlp.add_pipe("merge_subtokens", config={"label": "part"})(doc)) == ["a b", "c"]


@given(st.data())
def test_the_text_stays_and_so_do_tokens_outside(data):
    size = data.draw(st.integers(0, 12))
    doc = Doc(
        Vocab(),
        words=[f"w{i}" for i in range(size)],
        spaces=data.draw(st.lists(st.booleans(), min_size=size, max_size=size)),
    )
    borders = sorted(data.draw(st.sets(st.integers(0, size), max_size=size + 1)))
    spans = [Span(doc, start, end, "X") for start, end in zip(borders[::2], borders[1::2], strict=False)]
    doc.ents, text = spans, doc.text
    outside = [token.text for token in doc if not token.ent_type]
    merge_entities(doc)
    assert doc.text == text
    assert [token.text for token in doc if not token.ent_type] == outside
    assert len(doc) == len(outside) + len(spans)


@pytest.mark.slow
def test_a_long_document_is_merged_in_one_pass():
    def seconds(size):
        doc = Doc(Vocab(), words=["word"] * size, heads=[i - i % 5 for i in range(size)], deps=["x"] * size)
        doc.ents = [Span(doc, start, start + 2, "X") for start in range(0, size, 5)]
        began = time.process_time()
        assert len(merge_entities(doc)) == size - size // 5
        return time.process_time() - began

    assert seconds(100_000) < 30 * max(seconds(10_000), 0.02)
