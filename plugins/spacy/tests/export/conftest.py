"""Small pipelines of every kind, trained for some steps, so that they can be exported."""

import pytest

import kernel
from kernel.language import Language
from kernel.tokens import Doc, Span
from kernel.training import Example

WORDS = ["Anna", "saw", "old", "houses", "in", "Rome", ".", "Then", "she", "left", "!"]
TEXTS = [
    "Anna saw old houses in Rome. Then she left!",
    "she left",
    "Rome",
    "In Rome she saw Anna. Houses!",
    "",
]

EMBED = {
    "@architectures": "kernel.MultiHashEmbed.v2",
    "width": 6,
    "attrs": ["NORM", "SHAPE"],
    "rows": [20, 10],
    "include_static_vectors": False,
}
ENCODE = {
    "@architectures": "kernel.MaxoutWindowEncoder.v2",
    "width": 6,
    "window_size": 1,
    "maxout_pieces": 2,
    "depth": 3,
}
TOK2VEC = {"@architectures": "kernel.Tok2Vec.v2", "embed": EMBED, "encode": ENCODE}
LISTENER = {
    "@architectures": "kernel.Tok2VecListener.v1",
    "width": "${components.tok2vec.model.encode.width}",
}
TAGGER = {"@architectures": "kernel.Tagger.v2", "tok2vec": TOK2VEC}
BOW = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 2,
    "no_output_layer": False,
    "length": 64,
}


def transitions(kind, **settings):
    return {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": kind,
        "extra_state_tokens": False,
        "hidden_width": 5,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": TOK2VEC,
        **settings,
    }


def spancat(scorer):
    return {
        "@architectures": "kernel.SpanCategorizer.v1",
        "tok2vec": TOK2VEC,
        "reducer": {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 5},
        "scorer": {"@layers": scorer, "nO": None, "nI": None},
    }


BLOCKS = {
    "tagger": {"factory": "tagger", "model": TAGGER},
    "morphologizer": {"factory": "morphologizer", "model": TAGGER},
    "senter": {"factory": "senter", "model": TAGGER},
    "trainable_lemmatizer": {"factory": "trainable_lemmatizer", "model": TAGGER, "min_tree_freq": 1},
    "parser": {"factory": "parser", "model": transitions("parser")},
    "ner": {"factory": "ner", "model": transitions("ner", extra_state_tokens=True, maxout_pieces=3)},
    "ner_without_upper": {"factory": "ner", "model": transitions("ner", use_upper=False)},
    "textcat": {
        "factory": "textcat",
        "model": {"@architectures": "kernel.TextCatEnsemble.v2", "tok2vec": TOK2VEC, "linear_model": BOW},
    },
    "textcat_multilabel": {"factory": "textcat_multilabel", "model": {**BOW, "exclusive_classes": False}},
    "textcat_reduce": {
        "factory": "textcat",
        "model": {
            "@architectures": "kernel.TextCatReduce.v1",
            "tok2vec": TOK2VEC,
            "exclusive_classes": True,
            "use_reduce_first": True,
            "use_reduce_last": False,
            "use_reduce_max": True,
            "use_reduce_mean": True,
        },
    },
    "spancat": {"factory": "spancat", "model": spancat("kernel.LinearLogistic.v1")},
    "spancat_singlelabel": {"factory": "spancat_singlelabel", "model": spancat("Softmax.v2")},
    "span_finder": {
        "factory": "span_finder",
        "model": {
            "@architectures": "kernel.SpanFinder.v1",
            "tok2vec": TOK2VEC,
            "scorer": {"@layers": "kernel.LinearLogistic.v1", "nO": 2},
        },
    },
}


def example(nlp):
    doc = Doc(
        nlp.vocab,
        words=WORDS,
        spaces=[True] * 5 + [False, True, True, True, False, False],
        tags=["NNP", "VBD", "JJ", "NNS", "IN", "NNP", ".", "RB", "PRP", "VBD", "."],
        pos=["PROPN", "VERB", "ADJ", "NOUN", "ADP", "PROPN", "PUNCT", "ADV", "PRON", "VERB", "PUNCT"],
        morphs=[
            "",
            "Tense=Past",
            "",
            "Number=Plur",
            "",
            "",
            "",
            "",
            "Number=Sing|Person=3",
            "Tense=Past",
            "",
        ],
        lemmas=["Anna", "see", "old", "house", "in", "Rome", ".", "then", "she", "leave", "!"],
        heads=[1, 1, 3, 1, 5, 3, 1, 9, 9, 9, 9],
        deps=["nsubj", "ROOT", "amod", "obj", "case", "nmod", "punct", "advmod", "nsubj", "ROOT", "punct"],
        ents=["B-PERSON", "O", "O", "O", "O", "B-GPE", "O", "O", "O", "O", "O"],
    )
    doc.spans["sc"] = [Span(doc, 0, 1, "PERSON"), Span(doc, 2, 4, "THING")]
    doc.cats = {"good": 1.0, "bad": 0.0}
    return Example(nlp.make_doc(doc.text), doc)


def train(blocks, lang="xx", before=None, steps=4):
    """A pipeline of these components, trained on one text. before: called with it first."""
    nlp = Language.from_config({"nlp": {"lang": lang, "pipeline": list(blocks)}, "components": blocks})
    if before is not None:
        before(nlp)
    nlp.initialize(lambda: [example(nlp)])
    for _ in range(steps):
        nlp.update([example(nlp)])
    return nlp


def said(nlp, texts=TEXTS):
    """What a pipeline says of texts, as JSON, and its scores apart."""
    docs = list(nlp.pipe(texts))
    found = []
    for doc in docs:
        plain = doc.to_json()
        plain.pop("cats", None)
        found.append(plain)
    return found, [score for doc in docs for score in doc.cats.values()]


@pytest.fixture(scope="session")
def trained():
    """Trained pipelines by the name of their only component, each made once."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = train({name: BLOCKS[name]})
        return made[name]

    return get


@pytest.fixture(scope="session")
def shared():
    """All kinds of labels with one source of token vectors."""
    tagger = {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}
    return train(
        {
            "tok2vec": {"factory": "tok2vec", "model": TOK2VEC},
            "tagger": {"factory": "tagger", "model": tagger},
            "parser": {"factory": "parser", "model": transitions("parser", tok2vec=LISTENER)},
            "ner": {"factory": "ner", "model": transitions("ner", tok2vec=LISTENER)},
        }
    )


@pytest.fixture
def blank():
    return kernel.blank("xx")
