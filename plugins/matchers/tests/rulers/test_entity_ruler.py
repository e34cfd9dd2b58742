"""Entities by rules: which of several, what stays of those that were there, labels with ids, files of the field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_matchers.entity_ruler.component import EntityRuler

from kernel.errors import DataError
from kernel.language import Language
from kernel.tokens import Doc, Span
from kernel.vocab import attrs
from kernel.vocab.strings import hash_string

texts = st.lists(st.lists(st.sampled_from("abc"), max_size=9), max_size=4)
patterns = st.lists(
    st.tuples(
        st.sampled_from("XYZ"),
        st.sampled_from(["", "i", "j"]),
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
places = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3), st.sampled_from("XO")), max_size=2)


def one_after_another(words, present, wanted, overwrite):
    """Entities, (start, end, label, id, kb_id), by the rules written out: a match at a time."""
    names = list(dict.fromkeys((label, own_id) for label, own_id, _, _ in wanted))
    matches = {
        (start, start + len(phrase), names.index((label, own_id)))
        for label, own_id, phrase, _ in wanted
        for start in range(len(words) - len(phrase) + 1)
        if words[start : start + len(phrase)] == phrase
    }
    new, taken = [], set()
    had = {token for start, end, *_ in present for token in range(start, end)}
    for start, end, name in sorted(matches, key=lambda match: (match[0] - match[1], match[0], match[2])):
        tokens = set(range(start, end))
        if (overwrite or not tokens & had) and not tokens & taken:
            new.append((start, end, *names[name], ""))
            taken |= tokens
    return sorted(new + [each for each in present if not set(range(*each[:2])) & taken])


@given(texts, patterns, places, st.booleans())
def test_entities_are_those_of_one_match_after_another(texts, wanted, places, overwrite):
    ruler = EntityRuler(Language(), overwrite_ents=overwrite)
    ruler.add_patterns(
        {
            "label": label,
            "id": own_id,
            "pattern": " ".join(phrase) if as_phrase else [{"ORTH": word} for word in phrase],
        }
        for label, own_id, phrase, as_phrase in wanted
    )
    docs, expected = [], []
    for words in texts:
        doc, present, end = Doc(ruler.vocab, words=words), [], 0
        for start, size, label in sorted(places):
            if start >= end and start + size <= len(words):
                end = start + size
                present.append((start, end, label, "old", "Q1"))
        doc.ents = [
            Span(doc, start, end, label, span_id=own, kb_id=kb) for start, end, label, own, kb in present
        ]
        docs.append(doc)
        expected.append(one_after_another(words, present, wanted, overwrite))
    assert list(ruler.pipe(docs)) == docs
    assert [[(e.start, e.end, e.label_, e.id_, e.kb_id_) for e in doc.ents] for doc in docs] == expected
    for doc, ents in zip(docs, expected, strict=True):
        inside = {token: start for start, end, *_ in ents for token in range(start, end)}
        iob = ["O" if token not in inside else "IB"[inside[token] == token] for token in range(len(doc))]
        assert [token.ent_iob_ for token in doc] == iob
        assert [bool(token.ent_kb_id_) for token in doc] == [
            any(start <= token.i < end and kb for start, end, _, _, kb in ents) for token in doc
        ]


def test_missing_and_blocked_tokens_are_outside_afterwards():
    ruler = EntityRuler(Language(), patterns=[{"label": "A", "pattern": "b c"}])
    doc = Doc(ruler.vocab, words=["a", "b", "c", "d"])
    doc.set_ents([], missing=[doc[0:1], doc[3:4]], blocked=[doc[1:2]])
    assert [token.ent_iob for token in ruler(doc)] == [2, 3, 1, 2]
    other = ruler(Doc(ruler.vocab, words=["x"]))
    assert other.has_annotation("ENT_IOB") and attrs.ENT_ID not in other.columns


def test_no_document_holds_on_to_the_ids_of_others():
    ruler = EntityRuler(Language(), patterns=[{"label": "A", "pattern": "a", "id": "x"}])
    docs = [Doc(ruler.vocab, words=[word]) for word in "ab"]
    list(ruler.pipe(docs))
    assert docs[0][0].ent_id_ == "x" and docs[0].columns[attrs.ENT_ID].base is None
    assert attrs.ENT_ID not in docs[1].columns


def test_labels_with_ids_in_them():
    ruler = EntityRuler(Language(), ent_id_sep="@@")
    ruler.add_patterns(
        [{"label": "ORG@@apple", "pattern": "Apple"}, {"label": "ORG", "pattern": "pear", "id": "p"}]
    )
    assert ruler.labels == ("ORG",) and ruler.ent_ids == ("apple", "p")
    assert "ORG@@p" in ruler and "ORG@@x" not in ruler
    assert ruler.patterns[0] == {"label": "ORG", "pattern": "Apple", "id": "apple"}
    doc = ruler.nlp.make_doc("pear Apple x")
    assert ruler.match(doc) == [(hash_string("ORG@@p"), 0, 1), (hash_string("ORG@@apple"), 1, 2)]
    assert [(ent.label_, ent.ent_id_) for ent in ruler(doc).ents] == [("ORG", "p"), ("ORG", "apple")]


def test_before_and_after_another_ruler():
    nlp = Language()
    nlp.add_pipe("entity_ruler", name="first").add_patterns([{"label": "ONE", "pattern": "b"}])
    second = nlp.add_pipe("entity_ruler", name="second")
    second.add_patterns([{"label": "TWO", "pattern": "a b"}, {"label": "TWO", "pattern": "c"}])
    assert [(ent.text, ent.label_) for ent in nlp("a b c").ents] == [("b", "ONE"), ("c", "TWO")]
    second.overwrite = True
    assert [(ent.text, ent.label_) for ent in nlp("a b c").ents] == [("a b", "TWO"), ("c", "TWO")]


def test_files_of_patterns_alone(tmp_path):
    ruler = EntityRuler(Language(), overwrite_ents=True, phrase_matcher_attr="LOWER", ent_id_sep="@@")
    ruler.add_patterns([{"label": "A", "pattern": "b", "id": "c"}])
    ruler.to_disk(tmp_path / "rules.jsonl")
    assert (tmp_path / "rules.jsonl").read_text("utf8") == '{"label":"A","pattern":"b","id":"c"}\n'
    for name in ("rules.jsonl", "rules"):
        other = EntityRuler(Language()).from_disk(tmp_path / name)
        assert other.patterns == ruler.patterns and not other.overwrite
    ruler.to_disk(tmp_path / "folder")
    other = EntityRuler(Language()).from_disk(str(tmp_path / "folder"))
    assert (other.overwrite, other.phrase_matcher_attr, other.ent_id_sep) == (True, "LOWER", "@@")
    assert [ent.text for ent in other(other.nlp.make_doc("B")).ents] == ["B"]
    with pytest.raises(
        DataError, match=r"nothing: component 'entity_ruler': there is neither a directory nor"
    ):
        other.from_disk(tmp_path / "nothing")
    (tmp_path / "wrong.jsonl").write_text('{"label": "A", "pattern": "b"}\n{"label"\n')
    with pytest.raises(
        DataError, match=r"wrong\.jsonl:2: the patterns of component 'entity_ruler' are not JSON"
    ):
        other.from_disk(tmp_path / "wrong.jsonl")
    (tmp_path / "wrong.jsonl").write_text('{"label": "A"}\n')
    with pytest.raises(
        DataError, match=r"wrong\.jsonl: pattern 1 of component 'entity_ruler' has no 'pattern'"
    ):
        other.from_disk(tmp_path / "wrong.jsonl")
    assert len(other) == 1


def test_what_the_field_saves_is_read(tmp_path):
    (tmp_path / "cfg").write_text(
        '{\n  "overwrite":true,\n  "phrase_matcher_attr":null,\n  "ent_id_sep":"||"\n}'
    )
    (tmp_path / "patterns.jsonl").write_text(
        '{"label":"GPE","pattern":[{"LOWER":"rome"}],"id":"r"}\n{"label":"A","pattern":"b"}\n'
    )
    ruler = EntityRuler(Language()).from_disk(tmp_path)
    assert ruler.overwrite and [ent.ent_id_ for ent in ruler(ruler.nlp.make_doc("Rome b")).ents] == ["r", ""]
