"""Augmenters that put tokens in or exchange them: every annotation moves with its token."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_augmenters.combined import create_combined_augmenter
from kernel_augmenters.entity_replacement import create_entity_replacement_augmenter
from kernel_augmenters.splicing import Edit, Phrase, spliced

from kernel.errors import ConfigError, DataError
from kernel.numeric.random import seed_all
from kernel.tokens import Doc
from kernel.training import Example

from .conftest import described, example_from, is_tree

ENTITIES = {"PERSON": ["Grace Brewster Hopper", "Bo"], "GPE": ["Rio", "San José de la Costa"]}


def whitespace(per_token=1.0, variants=None):
    return create_combined_augmenter(0.0, 0.0, None, 1.0, per_token, variants)


def sentences(doc):
    return [[token.i for token in sent] for sent in doc.sents]


@settings(max_examples=150, deadline=None)
@given(content=described(), seed=st.integers(0, 99))
def test_whitespace_comes_in_between(nlp, content, seed):
    example = example_from(nlp, content)
    old = example.reference
    seed_all(seed)
    (made,) = whitespace()(nlp, example)
    new = made.reference
    assert new.text == "".join(token.text_with_ws for token in new) == made.predicted.text
    kept = [token.i for token in new if not token.is_space]
    assert [new[i].text for i in kept] == old.words()
    place = {i: number for number, i in enumerate(kept)}
    for i in kept:
        token, was = new[i], old[place[i]]
        assert (token.tag_, token.pos_, str(token.morph), token.lemma_, token.dep_) == (
            was.tag_, was.pos_, str(was.morph), was.lemma_, was.dep_,
        )  # fmt: skip
        assert token.head.i == kept[was.head.i]
        assert (token.ent_iob_, token.ent_type_, token.ent_kb_id_) == (
            was.ent_iob_,
            was.ent_type_,
            was.ent_kb_id_,
        )
    for token in new:
        if token.is_space:
            assert (token.tag_, token.pos_, token.dep_) == ("_SP", "SPACE", "dep")
            assert token.head.i == (token.i - 1 if token.i else 1)
    assert is_tree(new)
    # Entities and spans are of the same words; whitespace at their ends is no part of them.
    for mine, before in ((new.ents, old.ents), (new.spans["sc"], old.spans["sc"])):
        assert [[t.text for t in span if not t.is_space] for span in mine] == [
            [t.text for t in s] for s in before
        ]
        assert not any(span[0].is_space or span[-1].is_space for span in mine)
    assert [[place[i] for i in sent if i in place] for sent in sentences(new)] == sentences(old)
    assert new.cats == old.cats


def test_the_tokenizer_sees_the_same_whitespace(nlp):
    words = ["Ada", "met", "(", "him", ")"]
    content = {
        "words": words,
        "spaces": [1, 1, 0, 0, 0],
        "heads": [1] * 5,
        "entities": [(0, 2, "X")],
        "spans": [],
    }
    augment = whitespace(variants=[" ", "\n"])
    found = set()
    for seed in range(40):
        seed_all(seed)
        (made,) = augment(nlp, example_from(nlp, content))
        assert made.predicted.words() == made.reference.words()
        found.add(made.reference.text)
    assert len(found) > 10


def test_whitespace_in_what_is_annotated_in_part(nlp):
    bare = Doc(nlp.vocab, words=["a", "b"], spaces=[True, False])
    (made,) = whitespace()(nlp, Example(nlp.make_doc(bare.text), bare))
    assert len(made.reference) > 2
    assert not any(
        made.reference.has_annotation(attr) for attr in ("TAG", "DEP", "ENT_IOB", "LEMMA", "SENT_START")
    )
    tagged = Doc(nlp.vocab, words=["a", "b"], spaces=[True, False], tags=["", ""], ents=["", "O"])
    (made,) = whitespace()(nlp, Example(nlp.make_doc(tagged.text), tagged))
    assert not made.reference.has_annotation("TAG")
    (sentence,) = [Doc(nlp.vocab, words=["a"], spaces=[True], sent_starts=[True])]
    (made,) = whitespace(2.0, ["\n"])(nlp, Example(nlp.make_doc(sentence.text), sentence))
    assert len(list(made.reference.sents)) == 1


@settings(max_examples=150, deadline=None)
@given(content=described(), seed=st.integers(0, 99), from_corpus=st.booleans())
def test_entities_are_exchanged(nlp, content, seed, from_corpus):
    example = example_from(nlp, content)
    old = example.reference
    settings = {"corpus": lambda nlp: [source(nlp)]} if from_corpus else {"entities": ENTITIES}
    seed_all(seed)
    (made,) = create_entity_replacement_augmenter(1.0, **settings)(nlp, example)
    new = made.reference
    assert new.text == "".join(token.text_with_ws for token in new) == made.predicted.text
    assert [ent.label_ for ent in new.ents] == [ent.label_ for ent in old.ents]
    assert is_tree(new)
    assert len(sentences(new)) == len(sentences(old))
    starts = {sent.start for sent in old.sents}
    inside = [(s.start, s.end) for s in old.spans["sc"]]
    where, shift, roots = {}, 0, {}
    for was, ent in zip(old.ents, new.ents, strict=True):
        assert ent.start == was.start + shift
        crosses = not starts.isdisjoint(range(was.start + 1, was.end))
        cut = any(was.start < border < was.end for span in inside for border in span)
        if crosses or cut:
            assert ent.text == was.text and ent.kb_id_ == was.kb_id_
        else:
            assert ent.text != was.text and ent.text in known(from_corpus)[was.label_]
            roots[was.start, was.end] = (ent.start, ent.end)
        shift += len(ent) - len(was)
    # Tokens outside keep all of theirs, and hang where they hung.
    distance, exchanged = 0, dict(roots)
    for token in old:
        begun = next(((a, b) for a, b in exchanged if a <= token.i < b), None)
        if begun is None:
            where[token.i] = token.i + distance
        elif token.i == begun[1] - 1:
            (a, b), (c, d) = begun, exchanged[begun]
            distance += (d - c) - (b - a)
    for i, place in where.items():
        assert (new[place].text, new[place].tag_, new[place].dep_) == (old[i].text, old[i].tag_, old[i].dep_)
        head = old[i].head.i
        if head in where:
            assert new[place].head.i == where[head]
        else:
            first, last = next(exchanged[a, b] for a, b in exchanged if a <= head < b)
            assert first <= new[place].head.i < last
    for was, span in zip(old.spans["sc"], new.spans["sc"], strict=True):
        if was.start in where:
            assert span.start == where[was.start]
        if was.end - 1 in where:
            assert span.end == where[was.end - 1] + 1
    assert new.cats == old.cats


def source(nlp):
    words = ["Grace", "Brewster", "Hopper", "saw", "Bo", "in", "San", "José"]
    doc = Doc(
        nlp.vocab,
        words=words,
        tags=["NNP"] * 3 + ["VBD", "NNP", "IN", "NNP", "NNP"],
        heads=[2, 2, 3, 3, 3, 3, 5, 6],
        deps=["compound", "compound", "nsubj", "ROOT", "dobj", "prep", "pobj", "flat"],
        ents=["B-PERSON", "I-PERSON", "I-PERSON", "O", "B-PERSON", "O", "B-GPE", "I-GPE"],
    )
    return Example(nlp.make_doc(doc.text), doc)


def known(from_corpus):
    return {"PERSON": ["Grace Brewster Hopper", "Bo"], "GPE": ["San José"]} if from_corpus else ENTITIES


def person(nlp):
    content = {
        "words": ["Dr.", "Ada", "Lovelace", "met", "us"],
        "spaces": [1, 1, 1, 1, 0],
        "heads": [2, 2, 3, 3, 3],
        "entities": [(1, 3, "PERSON")],
        "spans": [(0, 3), (1, 3)],
    }
    return example_from(nlp, content)


def test_what_was_annotated_in_the_entity_comes_with_it(nlp):
    seed_all(0)
    augment = create_entity_replacement_augmenter(1.0, corpus=lambda nlp: [source(nlp)])
    made = {next(augment(nlp, person(nlp))) for _ in range(20)}
    doc = next(each.reference for each in made if "Hopper" in each.reference.text)
    assert doc.text == "Dr. Grace Brewster Hopper met us"
    assert [token.tag_ for token in doc] == ["T0", "NNP", "NNP", "NNP", "T3", "T4"]
    assert [token.head.i for token in doc] == [3, 3, 3, 4, 4, 4]
    assert [token.dep_ for token in doc] == ["d0", "compound", "compound", "d2", "ROOT", "d4"]
    assert [(span.start, span.end) for span in doc.spans["sc"]] == [(0, 4), (1, 4)]
    assert doc.ents[0].kb_id_ == ""


def test_of_a_given_text_only_the_place_in_the_tree_is_known(nlp):
    augment = create_entity_replacement_augmenter(1.0, entities={"PERSON": ["Grace Brewster Hopper"]})
    (made,) = augment(nlp, person(nlp))
    doc = made.reference
    assert [token.tag_ for token in doc] == ["T0", "", "", "", "T3", "T4"]
    assert [token.dep_ for token in doc] == ["d0", "", "", "d2", "ROOT", "d4"]
    assert [token.head.i for token in doc] == [3, 3, 3, 4, 4, 4]
    assert [token.ent_iob_ for token in doc] == ["O", "B", "I", "I", "O", "O"]
    assert len(list(doc.sents)) == 1


def test_an_entity_without_another_one_stays(nlp):
    for entities in ({"GPE": ["Rio"]}, {"PERSON": ["Ada Lovelace"]}):
        example = person(nlp)
        assert list(create_entity_replacement_augmenter(1.0, entities=entities)(nlp, example)) == [example]


def test_where_entities_come_from_does_not_depend_on_when_they_are_needed(nlp):
    def made(first):
        augment = create_entity_replacement_augmenter(1.0, corpus=shuffled)
        for place in range(first, 6):
            seed_all(1, place)
            found = next(augment(nlp, person(nlp))).text
        return found

    def shuffled(nlp):
        import random

        examples = [source(nlp)]
        for number in range(9):
            doc = Doc(nlp.vocab, words=[f"P{number}"], ents=["B-PERSON"])
            examples.append(Example(doc.copy(), doc))
        random.shuffle(examples)
        return examples

    assert len({made(first) for first in range(6)}) == 1


def test_without_entities(nlp):
    with pytest.raises(ConfigError, match="has no entities to take"):
        create_entity_replacement_augmenter(1.0)
    bare = Doc(nlp.vocab, words=["a"])
    with pytest.raises(DataError, match="the corpus has no entities"):
        list(
            create_entity_replacement_augmenter(1.0, corpus=lambda nlp: [Example(bare, bare)])(
                nlp, person(nlp)
            )
        )


def test_whitespace_variants_are_whitespace():
    with pytest.raises(ConfigError, match="'x' is no whitespace"):
        whitespace(variants=[" ", "x"])


def test_user_data_of_what_is_gone_goes(nlp):
    doc = Doc(nlp.vocab, words=["Ada", "met", "us"], spaces=[True, True, False])
    keys = {
        "gone": ("._.", "t", 0, None),
        "word": ("._.", "t", 4, None),
        "span": ("._.", "s", 4, 10),
        "doc": ("._.", "d", None, None),
    }
    doc.user_data.update({key: name for name, key in keys.items()})
    new = spliced(doc, [Edit(0, 1, Phrase(("Grace", "Hopper"), (True, False)))])
    assert new.text == "Grace Hopper met us"
    assert new.user_data == {("._.", "t", 13, None): "word", ("._.", "s", 13, 19): "span", keys["doc"]: "doc"}
