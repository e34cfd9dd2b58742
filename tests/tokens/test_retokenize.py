import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DataError, UsageError, WrongType
from kernel.tokens import Doc, Example, Span, Token, underscore
from kernel.vocab import Vocab

from .strategies import content, docs

VOCAB = Vocab()


@pytest.fixture(autouse=True)
def own_extensions():
    with underscore.restored():
        yield


def merged(doc, *spans, attrs=None):
    with doc.retokenize() as retokenizer:
        for span in spans:
            retokenizer.merge(span, attrs=attrs)
    return doc


def split(doc, i, orths, heads, attrs=None):
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[i], orths, heads, attrs=attrs)
    return doc


def test_a_merged_token_is_its_span_and_the_text_stays(doc):
    text = doc.text
    merged(doc, doc[2:4])
    assert [token.text for token in doc] == ["I", "saw", "New York", ".", "It", "rains", "!"]
    assert doc.text == text == "".join(token.text_with_ws for token in doc)
    assert [token.idx for token in doc] == [0, 2, 6, 14, 16, 19, 24]


def test_a_merged_token_is_annotated_as_its_root_and_its_lemma_is_all_of_it(doc):
    token = merged(doc, doc[1:4])[1]
    assert (token.tag_, token.pos_, token.dep_, token.lemma_) == ("VBD", "VERB", "ROOT", "see New York")
    assert token.head == token


def test_heads_follow_their_tokens_and_sentences_the_heads(doc):
    merged(doc, doc[2:4])
    assert [token.head.i for token in doc] == [1, 1, 1, 1, 5, 5, 5]
    assert [sent.text for sent in doc.sents] == ["I saw New York.", "It rains!"]
    assert [child.text for child in doc[1].children] == ["I", "New York", "."]


def test_merging_across_a_border_leaves_one_tree(doc):
    # "." and "It" hang on two roots: the word is the root of both.
    merged(doc, doc[4:6])
    assert doc[4].head.text == "rains"
    assert [sent.text for sent in doc.sents] == ["I saw New York", ". It rains!"]


def test_attributes_are_names_or_numbers_with_strings_or_their_numbers(doc):
    number = doc.vocab.strings.add("CITY")
    token = merged(
        doc, doc[2:4], attrs={"TAG": "NP", "lemma": "new york", "ent_type": number, "morph": "B=b|A=a"}
    )[2]
    assert (token.tag_, token.lemma_, token.ent_type_, str(token.morph)) == (
        "NP",
        "new york",
        "CITY",
        "A=a|B=b",
    )
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("New York", "CITY")]


def test_attributes_of_the_word_form_stay_with_it_but_a_norm_is_the_tokens_own(plain):
    token = merged(plain, plain[2:4], attrs={"is_stop": True, "norm": "ny"})[2]
    assert token.is_stop and token.norm_ == "ny"
    assert plain.vocab["New York"].is_stop and plain.vocab["New York"].norm_ == "new york"


def test_an_entity_type_makes_an_entity_and_none_ends_it(plain):
    merged(plain, plain[2:4], attrs={"ent_type": "GPE"})
    assert [(ent.text, ent.label_) for ent in plain.ents] == [("New York", "GPE")]
    merged(plain, plain[2:4], attrs={"ent_type": ""})
    assert plain.ents == () and plain[2].ent_iob_ == "O"


@pytest.mark.parametrize(
    ("start", "end", "tags"),
    [
        (0, 2, ["O", "B-A", "I-A", "B-B"]),  # The root is outside: the entity begins with what is left of it.
        (1, 3, ["O", "B-A", "I-A", "B-B"]),
        (2, 4, ["O", "B-A", "I-A", "B-B"]),
        (3, 5, ["O", "B-A", "I-A", "I-A"]),
        (0, 5, ["O"]),
    ],
)
def test_entities_stay_whole(vocab, start, end, tags):
    doc = Doc(vocab, words=list("abcde"), ents=["O", "B-A", "I-A", "I-A", "B-B"])
    merged(doc, doc[start:end])
    assert [token.ent_iob_ + ("-" + token.ent_type_ if token.ent_type_ else "") for token in doc] == tags


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        ([True, False, True, False], [True, None, False]),
        ([True, True, True, False], [True, True, False]),
        ([True, False, False, None], [True, False, None]),
    ],
)
def test_a_border_inside_of_a_merged_token_is_not_known_any_more(vocab, starts, found):
    doc = Doc(vocab, words=list("abcd"), sent_starts=starts)
    merged(doc, doc[1:3])
    assert [token.is_sent_start for token in doc] == found


def test_a_sentence_start_can_be_given(vocab):
    doc = Doc(vocab, words=list("abcd"), sent_starts=[True, False, True, False])
    merged(doc, doc[1:3], attrs={"sent_start": True})
    assert [sent.text for sent in doc.sents] == ["a", "b c d"]


def test_span_groups_follow_and_get_all_of_a_merged_token(doc):
    doc.spans["x"] = [
        Span(doc, 0, 3, "A", span_id="1"), Span(doc, 3, 5, "B", kb_id="Q"), Span(doc, 5, 6), Span(doc, 8, 8)
    ]  # fmt: skip
    merged(doc, doc[2:4])
    found = [(span.start, span.end, span.label_, span.kb_id_, span.id_) for span in doc.spans["x"]]
    assert found == [(0, 3, "A", "", "1"), (2, 4, "B", "Q", ""), (4, 5, "", "", ""), (7, 7, "", "", "")]


def test_extension_attributes_stay_where_their_tokens_are(doc):
    for owner in (Doc, Span, Token):
        owner.set_extension("note", default=None)
    doc._.note = "doc"
    for i in (2, 3, 4):
        doc[i]._.note = i
    doc[1:3]._.note = "span"
    doc.user_data["other"] = 1
    merged(doc, doc[2:4])
    assert [token._.note for token in doc] == [None, None, 2, 4, None, None, None]
    assert (doc._.note, doc[1:3]._.note, doc.user_data["other"]) == ("doc", "span", 1)
    split(doc, 2, ["New ", "York"], [(doc[2], 1), doc[1]])
    assert doc[3]._.note is None


def test_extension_attributes_are_given_with_an_underscore(plain):
    Token.set_extension("note", default="")
    Token.set_extension(
        "seen", getter=len, setter=lambda token, value: token.doc.user_data.update(seen=value)
    )
    merged(plain, plain[2:4], attrs={"_": {"note": "city", "seen": 5}})
    assert plain[2]._.note == "city" and plain.user_data["seen"] == 5
    split(plain, 3, ["i", "n"], [plain[0], plain[0]], attrs={"_": [{"note": "one"}, {}]})
    assert [plain[i]._.note for i in (3, 4)] == ["one", ""]


def test_of_the_tensor_a_merged_token_keeps_the_last_row_and_parts_have_none(plain):
    plain.tensor = np.arange(12, dtype=np.float32).reshape(6, 2)
    merged(plain, plain[2:4])
    assert plain.tensor[:, 0].tolist() == [0, 2, 6, 8, 10]
    split(plain, 0, ["I"], [plain[0]])
    split(plain, 4, ["Aut", "umn"], [plain[0], plain[0]])
    assert plain.tensor[:, 0].tolist() == [0, 2, 6, 8, 0, 0]


def test_parts_of_a_token_have_heads_that_say_which_part_is_meant(doc):
    split(doc, 6, ["ra", "ins"], [(doc[6], 1), (doc[6], 1)], attrs={"dep": ["compound", "ROOT"]})
    assert [token.text for token in doc][5:] == ["It", "ra", "ins", "!"]
    # What hung on the token hangs on the part that stands for it.
    assert [token.head.text for token in doc][5:] == ["ins", "ins", "ins", "ins"]
    assert [token.dep_ for token in doc][5:] == ["nsubj", "compound", "ROOT", "punct"]
    assert [sent.text for sent in doc.sents] == ["I saw New York.", "It rains!"]
    assert [token.whitespace_ for token in doc[5:8]] == [" ", "", ""]


def test_parts_of_several_tokens_refer_to_each_other(doc):
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[3], ["Yo", "rk"], [(doc[1], 1), doc[2]])
        retokenizer.split(doc[1], ["s", "aw"], [(doc[1], 1), (doc[1], 1)])
    assert [(token.text, token.head.text) for token in doc][:6] == [
        ("I", "aw"), ("s", "aw"), ("aw", "aw"), ("New", "Yo"), ("Yo", "aw"), ("rk", "New")
    ]  # fmt: skip


def test_parts_have_the_tokens_annotations_and_their_own_lemmas_if_it_has_one(doc):
    split(doc, 3, ["Yo", "rk"], [(doc[3], 1), doc[1]])
    assert [(token.tag_, token.lemma_, token.ent_iob_) for token in doc[2:5]] == [
        ("NNP", "New", "B"), ("NNP", "Yo", "I"), ("NNP", "rk", "I")
    ]  # fmt: skip
    assert [ent.text for ent in doc.ents] == ["New York"]


def test_heads_of_a_text_without_a_parse_do_not_make_one(plain):
    split(plain, 5, ["Aut", "umn"], [(plain[5], 1), plain[1]])
    assert not plain.has_annotation("DEP") and not plain.has_annotation("SENT_START")
    assert [token.head.i for token in plain] == list(range(7))


def test_merging_and_splitting_in_one_block(doc):
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[0], ["I"], [doc[1]], attrs={"tag": ["X"]})
        retokenizer.merge(doc[2:4])
        retokenizer.split(doc[6], ["rain", "s"], [(doc[6], 0), (doc[6], 0)])
    assert [token.text for token in doc] == ["I", "saw", "New York", ".", "It", "rain", "s", "!"]
    assert [token.head.text for token in doc] == ["saw", "saw", "saw", "saw", "rain", "rain", "rain", "rain"]
    assert doc[0].tag_ == "X"


def test_the_same_span_twice_is_once_and_one_token_stays_one(plain):
    merged(plain, plain[2:4], plain[2:4], plain[0:1])
    assert len(plain) == 5


def test_nothing_asked_for_changes_nothing(doc):
    before = content(doc)
    version = doc.version
    with doc.retokenize():
        pass
    assert content(doc) == before and doc.version == version


def test_an_error_in_the_block_changes_nothing(doc):
    before = content(doc)
    with pytest.raises(ZeroDivisionError), doc.retokenize() as retokenizer:
        retokenizer.merge(doc[2:4])
        1 / 0  # noqa: B018
    with pytest.raises(DataError, match="cycle"):
        split(doc, 6, ["rain", "s"], [(doc[6], 1), (doc[6], 0)])
    assert content(doc) == before


def test_what_was_refused_does_not_count_as_asked_for(doc):
    with doc.retokenize() as retokenizer:
        with pytest.raises(UsageError):
            retokenizer.merge(doc[2:4], attrs={"head": 1})
        with pytest.raises(DataError):
            retokenizer.split(doc[6], ["rain", "s"], [doc[6], doc[6]], attrs={"tag": "VB"})
        retokenizer.merge(doc[2:4])
        retokenizer.split(doc[6], ["rain", "s"], [(doc[6], 1), doc[1]])
    assert [token.text for token in doc] == ["I", "saw", "New York", ".", "It", "rain", "s", "!"]


def _refuse(token, value):
    raise ValueError(f"not {value}")


@pytest.mark.parametrize(
    ("attrs", "error"),
    [
        ({"_": {"note": "city", "picky": 1}}, ValueError),
        ({"lower": 12345, "_": {"note": "city"}}, KeyError),
        ({"norm": 12345}, KeyError),
        ({"lemma": 1.5, "tag": "NNP"}, WrongType),
    ],
)
def test_an_error_at_the_end_of_the_block_changes_nothing(doc, attrs, error):
    Token.set_extension("note", default="")
    Token.set_extension("picky", getter=len, setter=_refuse)
    doc[0]._.note = "me"
    doc.spans["all"] = [doc[0:4]]
    before = content(doc)
    with pytest.raises(error):
        merged(doc, doc[2:4], attrs=attrs)
    assert content(doc) == before
    assert [token._.note for token in doc] == ["me", *[""] * 7]
    assert [(span.start, span.end) for span in doc.spans["all"]] == [(0, 4)]


def test_the_number_of_a_string_may_be_one_of_numpys(doc):
    number = np.uint64(doc.vocab.strings.add("big-apple"))
    merged(doc, doc[2:4], attrs={"lower": number, "norm": number, "lemma": number})
    assert (doc[2].lower_, doc[2].norm_, doc[2].lemma_) == ("big-apple",) * 3


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda r, doc: r.merge(doc[3:5]), "'York.' overlaps with what is merged or split already"),
        (lambda r, doc: r.split(doc[2], ["N", "ew"], [doc[1], doc[1]]), "'New' overlaps"),
        (lambda r, doc: r.merge(doc[1:1]), "without tokens"),
        (lambda r, doc: r.merge(doc.copy()[4:6]), "belongs to another document"),
        (lambda r, doc: r.split(doc.copy()[4], ["."], [doc[1]]), "belongs to another document"),
        (lambda r, doc: r.split(doc[6], ["rain"], [doc[1]]), "the parts joined are the token"),
        (lambda r, doc: r.split(doc[6], ["rains", ""], [doc[1], doc[1]]), "none is empty"),
        (lambda r, doc: r.split(doc[6], ["rain", "s"], [doc[1]]), "2 parts of 'rains', but 1 heads"),
        (
            lambda r, doc: r.split(doc[6], ["rain", "s"], [doc[6], doc[6]], attrs={"tag": "VB"}),
            r"attrs\['tag'\] is a list with a value for each of the 2 parts, not 'VB'",
        ),
        (lambda r, doc: r.merge(doc[4:6], attrs={"head": 1}), "HEAD of the token '. It' can't be set"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"orth": "x"}), "ORTH of the token '. It' can't be set"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"lema": "x"}), "no token attribute is called 'lema'"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"lower": 1.5}), "LOWER of the token '. It' is a string or its number"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"prefix": None}), "PREFIX of the token '. It' is a string"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"_": ["note"]}), "is a dict of extension attributes"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"_": {"none": 1}}), "Token has no extension 'none'"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"_": {"computed": 1}}), "can't be set: it is computed"),
        (lambda r, doc: r.merge(doc[4:6], attrs={"_": {"does": 1}}), "can't be set: it is computed"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_where_it_is_asked_for(doc, ask, message):
    Token.set_extension("computed", getter=len)
    Token.set_extension("does", method=len)
    before = content(doc)
    with pytest.raises(ValueError, match=message) as raised, doc.retokenize() as retokenizer:
        retokenizer.merge(doc[2:4])
        ask(retokenizer, doc)
    assert isinstance(raised.value, DataError | UsageError)
    assert content(doc) == before


def test_a_part_that_a_head_names_exists(doc):
    with pytest.raises(DataError, match="a head is part 2 of 'rains', which has 2"):
        split(doc, 6, ["rain", "s"], [(doc[6], 2), doc[6]])


def test_an_example_notices(doc):
    example = Example(doc, doc.copy())
    assert example.same_words and example.get_aligned("TAG", as_string=True)[2:4] == ["NNP", "NNP"]
    merged(doc, doc[2:4])
    assert not example.same_words
    assert example.get_aligned("TAG", as_string=True) == ["PRP", "VBD", "NNP", ".", "PRP", "VBZ", "."]
    assert [span.text for span in example.get_aligned_spans_y2x(example.reference.ents)] == ["New York"]
    merged(example.reference, example.reference[2:4])
    assert example.same_words


@given(docs(VOCAB), st.data())
def test_whatever_is_merged_the_text_stays_and_all_is_in_order(doc, data):
    text, groups = doc.text, {key: [span.text for span in group] for key, group in doc.spans.items()}
    borders = sorted(data.draw(st.sets(st.integers(0, len(doc)))))
    spans = [doc[start:end] for start, end in zip(borders[::2], borders[1::2], strict=False)]
    words = [span.text for span in spans]
    merged(doc, *spans)
    assert doc.text == text
    assert set(words) <= {token.text for token in doc}
    assert [ent.text for ent in doc.ents] == [ent.text for ent in Doc(VOCAB).from_bytes(doc.to_bytes()).ents]
    for key, texts in groups.items():
        assert all(
            old.strip() in new for old, new in zip(texts, (s.text for s in doc.spans[key]), strict=True)
        )
    if doc.has_annotation("SENT_START"):
        assert sum(map(len, doc.sents)) == len(doc)


@given(docs(VOCAB), st.data())
def test_a_token_that_is_split_and_merged_again_is_what_it_was(doc, data):
    long = [token.i for token in doc if len(token) > 1]
    if not long:
        return
    i = data.draw(st.sampled_from(long))
    cut = data.draw(st.integers(1, len(doc[i]) - 1))
    words, text, head = doc.words(), doc.text, doc[i].head
    word = words[i]
    split(doc, i, [word[:cut], word[cut:]], [(doc[i], 0) if head.i == i else head, (doc[i], 0)])
    assert [token.text for token in doc[i : i + 2]] == [word[:cut], word[cut:]]
    assert doc.text == text
    merged(doc, doc[i : i + 2])
    assert (doc.words(), doc.text) == (words, text)
    assert doc[i].head.i == head.i
