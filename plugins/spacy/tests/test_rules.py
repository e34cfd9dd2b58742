"""Components of rules that spaCy has saved: attribute ruler, lemmatizer, rulers, sentencizer, and those with settings alone."""

import json

import pytest
import srsly

import kernel
from kernel.errors import DataError
from kernel.tokens import Doc
from kernel.vocab import hash_string

pytestmark = pytest.mark.needs(
    "kernel-nlp-components", "kernel-nlp-languages", "kernel-nlp-matchers", "kernel-nlp-names"
)

RULES = [
    {"patterns": [[{"TAG": "NN"}]], "attrs": {"POS": "NOUN", "MORPH": "Number=Sing"}, "index": 0},
    {"patterns": [[{"LOWER": "the"}], [{"LOWER": "a"}]], "attrs": {"POS": "DET", "LEMMA": "the"}, "index": 0},
]


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def lines(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def test_attribute_ruler(spacy_folder):
    folder = spacy_folder(blocks={"rules": 'factory = "attribute_ruler"\nvalidate = true'})
    nlp = kernel.load(put(folder, "rules/patterns", srsly.msgpack_dumps(RULES)))
    doc = nlp(Doc(nlp.vocab, words=["The", "house"], tags=["DT", "NN"]))
    assert [token.pos_ for token in doc] == ["DET", "NOUN"]
    assert (doc[0].lemma_, str(doc[1].morph)) == ("the", "Number=Sing")


def test_rules_of_an_attribute_ruler_that_are_no_list(spacy_folder):
    folder = spacy_folder(blocks={"rules": 'factory = "attribute_ruler"'})
    with pytest.raises(DataError, match="are no list") as caught:
        kernel.load(put(folder, "rules/patterns", srsly.msgpack_dumps({"NN": {"POS": "NOUN"}})))
    assert str(caught.value.path).endswith("patterns")


def tables(**named):
    """Tables as spaCy writes them: their keys are numbers of strings."""
    return srsly.msgpack_dumps(
        {name: {hash_string(key): value for key, value in table.items()} for name, table in named.items()}
    )


FRENCH = {
    "lemma_lookup": {"vit": ["voir"]},
    "lemma_rules": {"noun": [["aux", "al"]]},
    "lemma_exc": {"noun": {"yeux": ["œil"]}},
    "lemma_index": {"noun": ["cheval"]},
}


def test_lemmatizer_of_a_language(spacy_folder):
    folder = spacy_folder(lang="fr", blocks={"lemmatizer": 'factory = "lemmatizer"\nmode = "rule"'})
    nlp = kernel.load(put(folder, "lemmatizer/lookups/lookups.bin", tables(**FRENCH)))
    doc = Doc(nlp.vocab, words=["Yeux", "chevaux", "vit"], pos=["NOUN", "NOUN", "VERB"])
    assert [token.lemma_ for token in nlp(doc)] == ["œil", "cheval", "voir"]


def test_a_lemmatizer_with_damaged_tables(spacy_folder):
    folder = spacy_folder(blocks={"lemmatizer": 'factory = "lemmatizer"\nmode = "lookup"'})
    with pytest.raises(DataError) as caught:
        kernel.load(put(folder, "lemmatizer/lookups/lookups.bin", b"\x81\xa1"))
    assert str(caught.value.path).endswith("lookups.bin")


PATTERNS = lines(
    {"label": "GPE", "pattern": [{"LOWER": "new"}, {"LOWER": "york"}]},
    {"label": "ORG", "pattern": "acme inc", "id": "acme"},
)


def entities(nlp, text):
    return [(ent.text, ent.label_, ent.id_) for ent in nlp(text).ents]


def test_entity_ruler(spacy_folder):
    folder = spacy_folder(blocks={"names": 'factory = "entity_ruler"\noverwrite_ents = false'})
    put(folder, "names/patterns.jsonl", PATTERNS)
    settings = {"overwrite": True, "phrase_matcher_attr": "LOWER", "ent_id_sep": "::"}
    put(folder, "names/cfg", json.dumps(settings))
    nlp = kernel.load(folder)
    assert entities(nlp, "Acme Inc of New York") == [("Acme Inc", "ORG", "acme"), ("New York", "GPE", "")]
    assert (nlp.get_pipe("names").overwrite, nlp.get_pipe("names").ent_id_sep) == (True, "::")


def test_an_entity_ruler_of_an_old_version_is_a_file_beside_the_others(spacy_folder):
    folder = spacy_folder(blocks={"names": 'factory = "entity_ruler"'})
    nlp = kernel.load(put(folder, "names.jsonl", PATTERNS))
    assert entities(nlp, "acme inc of New York") == [("acme inc", "ORG", "acme"), ("New York", "GPE", "")]


@pytest.mark.parametrize("factory", ["span_ruler", "future_entity_ruler"])
def test_span_ruler(spacy_folder, factory):
    folder = spacy_folder(blocks={"ruler": f'factory = "{factory}"'})
    nlp = kernel.load(put(folder, "ruler/patterns", PATTERNS))
    doc = nlp("acme inc of New York")
    found = doc.ents if factory == "future_entity_ruler" else doc.spans["ruler"]
    assert [(span.text, span.label_) for span in found] == [("acme inc", "ORG"), ("New York", "GPE")]


def test_sentencizer(spacy_folder):
    folder = spacy_folder(blocks={"sents": 'factory = "sentencizer"\npunct_chars = null'})
    nlp = kernel.load(put(folder, "sents.json", json.dumps({"punct_chars": ["!", "·"], "overwrite": True})))
    doc = nlp(Doc(nlp.vocab, words=["a", ".", "b", "·", "c"]))
    assert [sent.text for sent in doc.sents] == ["a . b ·", "c"]
    assert nlp.get_pipe("sents").cfg["overwrite"] is True


def test_settings_count_as_they_were_saved(spacy_folder):
    blocks = {
        "split": 'factory = "token_splitter"\nmin_length = 25\nsplit_length = 10',
        "clean": 'factory = "doc_cleaner"\nsilent = false\n\n[components.clean.attrs]\ntensor = null',
        "merge_entities": 'factory = "merge_entities"',
    }
    folder = spacy_folder(blocks=blocks)
    put(folder, "split/cfg", json.dumps({"min_length": 4, "split_length": 2}))
    nlp = kernel.load(put(folder, "clean/cfg", json.dumps({"attrs": {"tensor": None}, "silent": True})))
    assert [token.text for token in nlp("abcd")] == ["ab", "cd"]
    assert nlp.get_pipe("clean").cfg["silent"] is True


def test_settings_that_are_no_table(spacy_folder):
    folder = spacy_folder(blocks={"sents": 'factory = "sentencizer"'})
    with pytest.raises(DataError, match="no table"):
        kernel.load(put(folder, "sents.json", "[1]"))


@pytest.mark.needs("kernel-nlp-architectures")
@pytest.mark.parametrize(
    ("factory", "file", "data", "message"),
    [
        ("token_splitter", "it/cfg", '{"min_length": "a"}', "min_length of component 'it' is 'a', and should be a number"),
        ("sentencizer", "it.json", '{"punct_chars": 3}', "punct_chars of component 'it' is 3, and should be a list"),
        ("sentencizer", "it.json", '{"overwrite": "no"}', "overwrite of component 'it' is 'no', and should be true or false"),
        ("textcat", "it/cfg", '{"threshold": "high"}', "threshold of component 'it' is 'high', and should be a number"),
    ],
)  # fmt: skip
def test_a_setting_of_another_kind_is_told(spacy_folder, factory, file, data, message):
    folder = spacy_folder(blocks={"it": f'factory = "{factory}"'})
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(data)
    with pytest.raises(DataError) as caught:
        kernel.load(folder)
    assert message in str(caught.value)
