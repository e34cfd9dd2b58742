"""The attribute ruler: what rules set, in which order, how they are given and saved."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import srsly
from hypothesis import given
from hypothesis import strategies as st
from kernel_matchers.attribute_ruler.component import AttributeRuler

import kernel
from kernel.errors import DataError, KernelWarning
from kernel.language import Language
from kernel.tokens import Doc, DocBin, Token
from kernel.tokens.underscore import restored
from kernel.training import Example
from kernel.vocab import Vocab, attrs
from kernel.vocab.strings import hash_string

TAG_MAP = {
    "NN": {"POS": "NOUN", "Number": "Sing"},
    "DT": {"POS": "DET", "MORPH": "Definite=Def"},
    "UH": {"POS": "INTJ"},
}


@pytest.fixture(scope="module")
def nlp():
    return Language()


@pytest.fixture
def ruler(nlp):
    return AttributeRuler(nlp.vocab)


def doc_of(nlp, text, **annotations):
    return Doc(nlp.vocab, words=text.split(), **annotations)


def tags(doc):
    return [token.tag_ for token in doc]


def test_a_rule_sets_attributes_of_one_token_of_a_match(nlp, ruler):
    ruler.add(
        [[{"LOWER": "a"}, {"LOWER": "dog"}]], {"TAG": "NN", "POS": "NOUN", "MORPH": "Number=Sing|Case=Nom"}, 1
    )
    ruler.add([[{"LOWER": "dog"}, {"LOWER": "barks"}]], {"LEMMA": "bark", "DEP": "ROOT"}, index=-1)
    doc = ruler(doc_of(nlp, "A dog barks at a cat"))
    assert tags(doc) == ["", "NN", "", "", "", ""] and doc[1].pos_ == "NOUN"
    assert str(doc[1].morph) == "Case=Nom|Number=Sing"
    assert [token.lemma_ for token in doc] == ["", "", "bark", "", "", ""]
    assert doc[2].dep_ == "ROOT"
    assert set(doc.columns) == {attrs.TAG, attrs.POS, attrs.MORPH, attrs.LEMMA, attrs.DEP}
    untouched = ruler(doc_of(nlp, "no match"))
    assert untouched.columns == {}


def test_the_rule_that_was_added_last_counts(nlp, ruler):
    ruler.add([[{"LOWER": "dog"}]], {"TAG": "A", "POS": "NOUN"})
    ruler.add([[{}]], {"TAG": "B"})
    ruler.add([[{"LOWER": "big"}, {"LOWER": "dog"}]], {"TAG": "C"}, index=1)
    doc = ruler(doc_of(nlp, "big dog dog"))
    assert tags(doc) == ["B", "C", "B"] and [token.pos_ for token in doc] == ["", "NOUN", "NOUN"]


def test_rules_do_not_see_what_rules_set(nlp, ruler):
    ruler.add([[{"LOWER": "dog"}]], {"TAG": "NN"})
    ruler.load_from_tag_map(TAG_MAP)
    assert ruler(doc_of(nlp, "dog"))[0].pos_ == ""
    assert ruler(doc_of(nlp, "dog", tags=["DT"]))[0].pos_ == "DET"


def test_a_tag_map(nlp, ruler):
    ruler.load_from_tag_map(TAG_MAP)
    doc = ruler(doc_of(nlp, "the dog oh ?", tags=["DT", "NN", "UH", "?"]))
    assert [token.pos_ for token in doc] == ["DET", "NOUN", "INTJ", ""]
    assert [str(token.morph) for token in doc] == ["Definite=Def", "Number=Sing", "", ""]
    # No features, as opposed to features that nobody has annotated.
    assert [token.has_morph() for token in doc] == [True, True, True, False]
    assert ruler.patterns[2] == {
        "patterns": [[{"TAG": "UH"}]],
        "attrs": {"POS": "INTJ", "MORPH": "_"},
        "index": 0,
    }


def test_numbers_of_attributes_and_of_their_values(nlp, ruler):
    ruler.load_from_tag_map({"NN": {attrs.POS: 92, "Number": "Sing"}})
    doc = ruler(doc_of(nlp, "dog", tags=["NN"]))
    assert (doc[0].pos_, str(doc[0].morph)) == ("NOUN", "Number=Sing")
    assert ruler.patterns[0]["attrs"] == {"POS": 92, "MORPH": "Number=Sing"}


def test_morphological_rules(nlp, ruler):
    rules = {
        "PRP": {
            "I": {"POS": "PRON", "Person": "One", "Number": "Sing"},
            "we": {"LEMMA": "I", "MORPH": "Number=Plur"},
        }
    }
    ruler.load_from_morph_rules(rules)
    doc = ruler(doc_of(nlp, "I we I", tags=["PRP", "PRP", "NN"]))
    assert [str(token.morph) for token in doc] == ["Number=Sing|Person=One", "Number=Plur", ""]
    assert [token.lemma_ for token in doc] == ["", "I", ""]


def test_initialize_replaces_the_rules(nlp, ruler):
    ruler.add([[{"LOWER": "old"}]], {"TAG": "X"})
    given = [{"patterns": [[{"LOWER": "the"}]], "attrs": {"POS": "X"}}]
    ruler.initialize(
        list, nlp=nlp, patterns=given, tag_map=TAG_MAP, morph_rules={"NN": {"cat": {"LEMMA": "c"}}}
    )
    assert len(ruler) == 5
    # Those of the tag map came later.
    doc = ruler(doc_of(nlp, "the cat old", tags=["DT", "NN", ""]))
    assert [token.pos_ for token in doc] == ["DET", "NOUN", ""] and doc[1].lemma_ == "c"
    ruler.initialize(list)
    assert ruler.patterns == []


def test_norms_are_those_of_single_tokens(nlp, ruler):
    ruler.add([[{"LOWER": "gonna"}, {}]], {"NORM": "going to"})
    ruler.add([[{"LOWER": "tokyo"}]], {"NORM": "東京"})
    docs = [nlp.make_doc(text) for text in ("Gonna go gonna", "gonna Tokyo gonna see", "")]
    assert [[token.norm_ for token in doc] for doc in ruler.pipe(docs)] == [
        ["going to", "go", "gonna"],
        ["going to", "東京", "going to", "see"],
        [],
    ]
    assert [token.text for token in docs[0]] == ["Gonna", "go", "gonna"] and docs[0].text == "Gonna go gonna"
    ruler.add([[{"LOWER": "tokyo"}]], {"NORM": None})
    assert ruler(nlp.make_doc("Tokyo"))[0].norm_ == "tokyo"


def test_entities(nlp, ruler):
    ruler.add(
        [[{"LOWER": "new"}, {"LOWER": "york"}]], {"ENT_TYPE": "PLACE", "ENT_IOB": "B", "ENT_KB_ID": "Q60"}
    )
    ruler.add([[{"LOWER": "new"}, {"LOWER": "york"}]], {"ENT_TYPE": "PLACE", "ENT_IOB": 1}, index=1)
    doc = ruler(doc_of(nlp, "in New York", ents=["O", "O", "O"]))
    assert [(span.text, span.label_, span.kb_id_) for span in doc.ents] == [("New York", "PLACE", "Q60")]


def test_sentence_starts(nlp, ruler):
    ruler.add([[{"ORTH": ";"}, {}]], {"SENT_START": True}, index=1)
    ruler.add([[{"LOWER": "and"}]], {"IS_SENT_START": False})
    doc = ruler(doc_of(nlp, "and a ; b and c"))
    assert [token.is_sent_start for token in doc] == [True, None, None, True, False, None]
    assert [span.text.strip() for span in doc.sents] == ["and a ;", "b and c"]


def test_extension_attributes(nlp, ruler):
    with restored():
        Token.set_extension("kind", default=None)
        Token.set_extension("length", getter=len)
        ruler.add([[{"LOWER": "dog"}]], {"_": {"kind": "animal"}, "TAG": "NN"})
        ruler.add([[{"_": {"kind": "thing"}}]], {"_": {"kind": "object"}})
        docs = [doc_of(nlp, "a dog"), doc_of(nlp, "dog car")]
        docs[1][1]._.kind = "thing"
        list(ruler.pipe(docs))
        assert [[token._.kind for token in doc] for doc in docs] == [[None, "animal"], ["animal", "object"]]
        for name, said in {
            "length": "'length' can't be set: it is computed",
            "colour": "no extension 'colour'",
        }.items():
            with pytest.raises(DataError, match=said):
                ruler.add([[{}]], {"_": {name: 1}})


def test_nothing_is_set_twice_in_different_documents(nlp, ruler):
    ruler.add([[{"LOWER": "a"}]], {"TAG": "X"})
    docs = [doc_of(nlp, text, tags=["T"] * len(text.split())) for text in ("a b", "b b", "", "b a")]
    kept = docs[1].columns[attrs.TAG]
    list(ruler.pipe(docs))
    assert [tags(doc) for doc in docs] == [["X", "T"], ["T", "T"], [], ["T", "X"]]
    assert docs[1].columns[attrs.TAG] is kept
    # No document holds on to what the others have.
    assert docs[0].columns[attrs.TAG].base is None


words = st.lists(st.sampled_from("abc"), max_size=6)
rules = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=3),
        st.dictionaries(
            st.sampled_from(["TAG", "LEMMA", "POS"]), st.sampled_from(["X", "VERB", "NOUN"]), max_size=2
        ),
        st.integers(0, 2),
    ),
    max_size=5,
)


@given(st.lists(words, max_size=4), rules)
def test_what_is_set_is_what_one_rule_after_another_sets(texts, rules):
    vocab = Vocab()
    ruler, expected = AttributeRuler(vocab), [[{} for _ in text] for text in texts]
    for asked, wanted, index in rules:
        index = min(index, len(asked) - 1)
        ruler.add([[{"LOWER": word} if word else {} for word in asked]], wanted, index)
        for text, found in zip(texts, expected, strict=True):
            for start in range(len(text) - len(asked) + 1):
                if all(word in ("", other) for word, other in zip(asked, text[start:], strict=False)):
                    found[start + index].update(wanted)
    docs = [Doc(vocab, words=text) for text in texts]
    assert list(ruler.pipe(docs)) == docs
    found = [[{"TAG": t.tag_, "LEMMA": t.lemma_, "POS": t.pos_} for t in doc] for doc in docs]
    assert [[{key: value for key, value in one.items() if value} for one in doc] for doc in found] == expected


def test_patterns_are_what_was_given(nlp, ruler):
    given = [
        {
            "patterns": [[{"LOWER": "a", "OP": "?"}, {"TAG": {"IN": ["NN"]}}]],
            "attrs": {"POS": "NOUN"},
            "index": -1,
        },
        {
            "patterns": [[{"MORPH": {"IS_SUPERSET": ["A=b"]}}], [{}]],
            "attrs": {"MORPH": "B=c|A=d"},
            "index": 0,
        },
    ]
    ruler.add_patterns(given)
    assert ruler.patterns == given
    ruler.patterns.clear()
    given[0]["attrs"]["POS"] = "X"
    assert len(ruler) == 2 and ruler.patterns[0]["attrs"] == {"POS": "NOUN"}
    ruler.clear()
    assert ruler.patterns == []


def test_match_says_what_matches(nlp, ruler):
    ruler.add([[{"LOWER": "b"}]], {"TAG": "X"})
    ruler.add([[{}, {"LOWER": "b"}]], {"TAG": "Y"}, index=1)
    assert [(rule, start, end) for rule, _, start, end in ruler.match(doc_of(nlp, "b b"))] == [
        (0, 0, 1),
        (0, 1, 2),
        (1, 0, 2),
    ]
    assert {number for _, number, _, _ in ruler.match(doc_of(nlp, "b"))} == {hash_string("0")}


def test_files_are_those_of_the_field(nlp, ruler, tmp_path):
    ruler.add([[{"LOWER": "dog"}]], {"TAG": "NN"}, -1)
    ruler.to_disk(tmp_path / "ruler")
    assert [file.name for file in (tmp_path / "ruler").iterdir()] == ["patterns"]
    assert srsly.read_msgpack(tmp_path / "ruler" / "patterns") == ruler.patterns
    other = AttributeRuler(Vocab()).from_disk(tmp_path / "ruler")
    assert other.patterns == ruler.patterns and tags(other(Doc(other.vocab, words=["dog"]))) == ["NN"]
    assert AttributeRuler(Vocab()).from_bytes(ruler.to_bytes()).to_bytes() == ruler.to_bytes()
    for content, said in (
        (b"\x81\xa1a\x01", "are no list"),
        (srsly.msgpack_dumps([{"patterns": []}]), "a rule is a dict"),
    ):
        (tmp_path / "ruler" / "patterns").write_bytes(content)
        with pytest.raises(DataError, match=said):
            other.from_disk(tmp_path / "ruler")


def test_a_rule_that_matches_any_number_of_tokens_takes_linear_time(nlp, ruler):
    ruler.add(
        [[{"IS_SPACE": True, "OP": "+"}], [{"IS_SPACE": True}, {"ORTH": "x", "OP": "?"}]], {"TAG": "SP"}
    )
    doc = ruler(Doc(nlp.vocab, words=[" "] * 50_000))
    assert {token.tag_ for token in doc} == {"SP"}


@pytest.mark.parametrize("values", [{"c", "a", "b"}, iter("abc")])
def test_values_that_are_given_as_a_set_or_one_by_one_are_saved_in_order(ruler, values):
    ruler.add([[{"LOWER": {"IN": values}, "MORPH": {"IS_SUBSET": ("X=y", "A=b")}}]], {"TAG": "S"})
    pattern = [{"LOWER": {"IN": ["a", "b", "c"]}, "MORPH": {"IS_SUBSET": ["X=y", "A=b"]}}]
    assert ruler.patterns == [{"patterns": [pattern], "attrs": {"TAG": "S"}, "index": 0}]
    other = AttributeRuler(Vocab()).from_bytes(ruler.to_bytes())
    assert other.patterns == ruler.patterns and other.to_bytes() == ruler.to_bytes()


def test_a_pipeline_is_saved_with_its_rules(nlp, tmp_path):
    nlp = Language()
    nlp.add_pipe("attribute_ruler").add([[{"LOWER": "dog"}]], {"TAG": "NN", "NORM": "hound"})
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    expected = [("a", "", "a"), ("dog", "NN", "hound")]
    for pipeline in (nlp, loaded, pickle.loads(pickle.dumps(loaded))):
        doc = pipeline("a dog")
        assert [(token.text, token.tag_, token.norm_) for token in doc] == expected


def test_two_processes_say_the_same(tmp_path):
    nlp = Language()
    nlp.add_pipe("attribute_ruler").initialize(
        list,
        patterns=[
            {
                "patterns": [[{"LOWER": {"REGEX": "s$"}}, {"IS_ALPHA": True, "OP": "*"}]],
                "attrs": {"TAG": "X", "NORM": "y"},
                "index": -1,
            }
        ],
        morph_rules={"": {"one": {"LEMMA": "1", "Number": "Sing"}}},
    )
    texts = ["one of cats", "", "dogs and cats and one", " ", "no"] * 8
    alone, together = ([doc.to_json() for doc in nlp.pipe(texts, n_process=n, batch_size=7)] for n in (1, 2))
    assert alone == together


def test_scores(nlp):
    gold = {
        "words": ["a", "dog"],
        "tags": ["DT", "NN"],
        "pos": ["DET", "NOUN"],
        "morphs": ["A=b", "B=c"],
        "lemmas": ["a", "dog"],
    }
    ruler = Language().add_pipe("attribute_ruler")
    ruler.add([[{}]], {"TAG": "NN", "MORPH": "B=c"})
    example = Example.from_dict(ruler(Doc(ruler.vocab, words=["a", "dog"])), gold)
    scores = ruler.score([example])
    expected = {"tag_acc": 0.5, "pos_acc": 0.0, "morph_acc": 0.5, "lemma_acc": 0.0, "morph_micro_f": 0.5}
    assert {key: scores[key] for key in expected} == pytest.approx(expected)
    assert set(scores) == {*expected, "morph_micro_p", "morph_micro_r", "morph_per_feat"}


def test_what_debug_data_says(nlp, ruler):
    train = [Example(doc_of(nlp, "a b"), doc_of(nlp, "a b", tags=["X", "Y"]))]
    said = [(one.level, one.message) for one in ruler.debug(train, [])]
    assert said == [("warn", "there are no rules, so the component does nothing")]
    ruler.load_from_tag_map({"X": {"POS": "X"}, "Z": {"POS": "X"}})
    said = [(one.level, one.message, one.items) for one in ruler.debug(train, [])]
    assert said == [
        ("info", "2 rules, of which 1 match something in the training data", ()),
        ("info", "1 rules match nothing in the training data", ("[[{'TAG': 'Z'}]]",)),
    ]


@pytest.mark.parametrize(
    ("patterns", "given", "index", "said"),
    [
        ([[{}]], {"TAGG": "NN"}, 0, "rule 0 of component 'attribute_ruler': no token attribute is called 'TAGG'"),
        ([[{}]], {"POS": "NN"}, 0, "rule 0 of component 'attribute_ruler': 'NN' is not a coarse part-of-speech tag: expected one of"),
        ([[{}]], {"HEAD": 1}, 0, "HEAD can't be set by a rule: a head is a place in its document"),
        ([[{}]], {"IS_STOP": True}, 0, "IS_STOP can't be set for a token"),
        ([[{}]], {"TAG": 3.5}, 0, "TAG is a text, not 3.5"),
        ([[{}]], {"TAG": 123456789}, 0, "TAG: no string has the number 123456789"),
        ([[{}]], {"ENT_IOB": "X"}, 0, "ENT_IOB is I, O, B or '' (or 1, 2, 3, 0), not 'X'"),
        ([[{}]], {"SENT_START": 2}, 0, "2 is not a sentence start"),
        ([[{}]], {"_": "x"}, 0, "'_' has a dict of extension attributes, not 'x'"),
        ([[{}]], "TAG", 0, "rule 0 of component 'attribute_ruler' sets a dict of attributes, not 'TAG'"),
        ([[{}]], {"TAG": "NN"}, "1", "index is the number of a token, not '1'"),
        ([{}], {"TAG": "NN"}, 0, "rule 0 of component 'attribute_ruler': pattern 1 is a list with a dict for each token"),
        (None, {"TAG": "NN"}, 0, "rule 0 of component 'attribute_ruler' are a list of patterns, not None"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule(ruler, patterns, given, index, said):
    with pytest.raises(ValueError) as caught:
        ruler.add(patterns, given, index)
    assert said in str(caught.value)
    assert len(ruler) == 0


@pytest.mark.parametrize("table", [["NN"], {"NN": "NOUN"}])
def test_a_tag_map_is_a_table_of_tables(ruler, table):
    with pytest.raises(DataError, match="tag map is a table"):
        ruler.load_from_tag_map(table)


@pytest.mark.parametrize(
    ("attrs", "said"),
    [
        ({"POS": "noun"}, "'noun' is not a coarse part-of-speech tag"),
        ({"TAG": 3.5}, "TAG is a text, not 3.5"),
        ({"_": "x"}, "'_' has a dict of extension attributes"),
    ],
)
def test_a_mistake_in_an_entry_is_told_by_its_tag_and_word(ruler, attrs, said):
    with pytest.raises(DataError) as caught:
        ruler.load_from_tag_map({"DT": {"POS": "DET"}, "NN": attrs})
    assert f"component 'attribute_ruler', the entry 'NN' of the tag map: {said}" in str(caught.value)
    with pytest.raises(DataError) as caught:
        ruler.load_from_morph_rules({"PRP": {"we": {"POS": "PRON"}, "I": attrs}})
    where = "component 'attribute_ruler', the entry 'I' of the morphological rules of 'PRP'"
    assert f"{where}: {said}" in str(caught.value)


def test_attributes_without_capitals_are_told(nlp, ruler):
    with pytest.warns(
        KernelWarning, match=r"entry 'NN' of the tag map: pos, Lemma is taken for .* Write POS, LEMMA to"
    ):
        ruler.load_from_tag_map({"NN": {"pos": "NOUN", "Lemma": "x", "Number": "Sing", "Prefix": "Yes"}})
    assert str(ruler(doc_of(nlp, "dog", tags=["NN"]))[0].morph) == "Lemma=x|Number=Sing|Prefix=Yes|pos=NOUN"
    with pytest.warns(KernelWarning, match="entry 'I' of the morphological rules of 'PRP': pos is taken"):
        ruler.load_from_morph_rules({"PRP": {"I": {"pos": "PRON"}}})


def test_a_match_that_is_too_short_is_an_error(nlp):
    nlp = Language()
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "ok"}]], {"TAG": "A"})
    ruler.add([[{"LOWER": "big"}, {"LOWER": "dog", "OP": "?"}]], {"TAG": "X"}, index=1)
    with pytest.raises(IndexError) as caught:
        list(ruler.pipe([doc_of(nlp, "ok"), doc_of(nlp, "a big dog")]))
    assert str(caught.value) == (
        "rule 1 of component 'attribute_ruler' sets token 1 of a match, but 'big' has 1 token\n"
        "Its patterns: [[{'LOWER': 'big'}, {'LOWER': 'dog', 'OP': '?'}]]. Give it another index, or patterns that match enough tokens."
    )
    ruler.clear()
    ruler.add([[{"LOWER": "big"}, {"LOWER": "dog", "OP": "?"}]], {"TAG": "X"}, index=-2)
    with pytest.raises(IndexError, match=r"sets token -2 of a match, but 'big' has 1 token"):
        ruler(doc_of(nlp, "big"))


@pytest.mark.parametrize("words", [[], ["One"], [" ", "\n", "  "], ["\U0001f600", "ב", "日本", "ক"]])
def test_documents_of_all_kinds(nlp, ruler, words):
    ruler.add([[{"OP": "+"}]], {"TAG": "X"})
    ruler.add([[{"IS_SPACE": True}]], {"POS": "SPACE", "NORM": "-"}, -1)
    doc = ruler(Doc(nlp.vocab, words=words))
    assert tags(doc) == ["X"] * len(words)
    assert [token.pos_ for token in doc] == ["SPACE" if word.isspace() else "" for word in words]
    assert DocBin(docs=[doc]).to_bytes()


def test_a_document_of_100_000_tokens(nlp, ruler):
    ruler.load_from_tag_map({f"T{number}": {"POS": "NOUN", "Number": str(number)} for number in range(50)})
    ruler.add([[{"LOWER": "w3"}, {"TAG": "T4"}, {"OP": "?"}]], {"LEMMA": "three", "NORM": "drei"})
    words = [f"w{number % 1000}" for number in range(100_000)]
    doc = Doc(nlp.vocab, words=words, tags=[f"T{number % 50}" for number in range(100_000)])
    ruler(doc)
    assert (doc.to_array("POS") == nlp.vocab.strings["NOUN"]).all()
    assert (
        np.count_nonzero(doc.to_array("LEMMA")) == 100
        and doc[3].norm_ == "drei"
        and doc[50003].lemma_ == "three"
    )
    assert str(doc[99_999].morph) == "Number=49"


def test_memory_stays_flat(nlp, monkeypatch):
    """Texts of ever new words, rules that look at texts: nothing that is remembered grows without bound."""
    from kernel_matchers.token_patterns import answers

    monkeypatch.setattr(answers, "REMEMBERED", 1000)
    ruler = AttributeRuler(nlp.vocab)
    ruler.add([[{"LOWER": {"REGEX": "1$"}}]], {"TAG": "X"})
    matcher = vars(ruler)["_matcher"]
    kept = []
    for number in range(9):
        words = [f"n{number}x{place}" for place in range(400)]
        doc = ruler(Doc(Vocab(), words=words))
        assert [token.tag_ for token in doc] == ["X" if word.endswith("1") else "" for word in words]
        (known,) = vars(matcher)["_compiled"].truth.answers.values()
        kept.append(len(known))
    # A batch more than there is room for, and room for as much again.
    assert max(kept) <= 2 * (1000 + 400)


TRAIN = """
[paths]
rules = null

[nlp]
lang = "xx"
pipeline = ["tagger","attribute_ruler"]

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "kernel.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
width = 8
depth = 1
embed_size = 50
window_size = 1
maxout_pieces = 2
subword_features = true
pretrained_vectors = null

[components.attribute_ruler]
factory = "attribute_ruler"

[initialize.components.attribute_ruler.patterns]
@readers = "kernel.read_json.v1"
path = ${paths.rules}

[initialize.components.attribute_ruler.tag_map]
@readers = "kernel.read_yaml.v1"
path = "PLACE/tags.yaml"
"""


@pytest.mark.needs(
    "kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-languages", "kernel-nlp-readers"
)
def test_rules_come_from_files_and_see_the_tags_of_a_tagger(tmp_path: Path):
    rules = [{"patterns": [[{"TAG": "NN"}, {"LOWER": "dog"}]], "attrs": {"LEMMA": "hound"}, "index": 1}]
    (tmp_path / "rules.json").write_text(srsly.json_dumps(rules))
    (tmp_path / "tags.yaml").write_text("NN: {POS: NOUN, Number: Sing}\n")
    config = kernel.Config.from_str(
        TRAIN.replace("PLACE", tmp_path.as_posix()), overrides={"paths.rules": str(tmp_path / "rules.json")}
    )
    nlp = Language.from_config(config)

    def examples():
        gold = {"words": ["a", "dog"], "tags": ["NN", "NN"]}
        return [Example.from_dict(nlp.make_doc("a dog"), gold)]

    nlp.initialize(examples)
    assert len(nlp.get_pipe("attribute_ruler")) == 2
    for _ in range(20):
        nlp.update(examples(), sgd=nlp.create_optimizer(), annotates=["tagger", "attribute_ruler"])
    doc = nlp("a dog")
    assert [(t.tag_, t.pos_, str(t.morph), t.lemma_) for t in doc] == [
        ("NN", "NOUN", "Number=Sing", ""),
        ("NN", "NOUN", "Number=Sing", "hound"),
    ]
    scores = nlp.evaluate(examples())
    assert scores["tag_acc"] == 1.0
