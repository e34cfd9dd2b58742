"""Pipelines that spaCy trains for spacy_pipelines.py, for a short time: every component and layer that can be saved. Code for spaCy.

Usage: spacy_pipelines_made.py DATA FOLDER [NAME ...] writes FOLDER/NAME, the texts FOLDER/NAME.texts.jsonl and what spaCy says
about them, FOLDER/NAME.expected.jsonl. DATA: the folder with ewt, ud, wnut17 and textcat. `--list` prints the names.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import spacy
from spacy.kb import InMemoryLookupKB
from spacy.lookups import Lookups
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import fix_random_seed, load_model_from_config
from spacy.vectors import Vectors
from spacy_pipelines_blocks import (
    RANGE,
    WIDTH,
    Block,
    cnn,
    encoder,
    ensemble,
    finder,
    hash_embed,
    listener,
    reduce_model,
    shared,
    spancat,
    tagger,
    textcat,
    textcat_bow,
    tok2vec,
    transitions,
    trees,
)
from spacy_pipelines_data import Corpora, Sample, write_texts
from spacy_pipelines_side import write

BATCH_WORDS = 800


@dataclass
class Recipe:
    """corpora: what is learnt, all mixed. blocks: component -> its block. before(nlp): done before training, after(nlp): after it."""

    corpora: Sequence[str]
    blocks: dict[str, Block]
    steps: int = 80
    before: Sequence[Callable[[Any], None]] = ()
    after: Sequence[Callable[[Any], Any]] = ()
    frozen: Sequence[str] = ()
    settings: Block = field(default_factory=dict)
    initialize: Block = field(default_factory=dict)

    @property
    def lang(self) -> str:
        return self.corpora[0].partition("-")[0]


# What is done before and after training


def vectors(nlp: Any) -> None:
    """Vectors of the words that are learnt: every third shares the row of the one before."""
    words = sorted({token.text for text in nlp.meta["asked"] for token in nlp.make_doc(text)})
    draw = np.random.default_rng(5)
    data = draw.normal(0, 1, (len(words), 48)).astype("float32")
    keep = [number - number % 3 % 2 for number in range(len(words))]
    rows = {number: place for place, number in enumerate(sorted(set(keep)))}
    table = Vectors(shape=(len(rows), 48), name="made_vectors")
    for number, word in enumerate(words):
        if number % 7:
            table.add(nlp.vocab.strings.add(word), vector=data[number], row=rows[keep[number]])
    nlp.vocab.vectors = table


def floret(nlp: Any) -> None:
    data = np.random.default_rng(6).normal(0, 1, (2000, 48)).astype("float32")
    nlp.vocab.vectors = Vectors(
        mode="floret",
        data=data,
        strings=nlp.vocab.strings,
        hash_count=2,
        minn=3,
        maxn=5,
        hash_seed=2166136261,
    )


RULED = [
    (
        {
            "patterns": [[{"LOWER": "the"}, {"SHAPE": "Xxxxx"}]],
            "attrs": {"TAG": "NNP", "POS": "PROPN"},
            "index": 1,
        }
    ),
    (
        {
            "patterns": [[{"LOWER": {"IN": ["he", "she", "it"]}}]],
            "attrs": {"MORPH": "Person=3|PronType=Prs", "LEMMA": "they"},
        }
    ),
    ({"patterns": [[{"TAG": "VBZ"}]], "attrs": {"POS": "VERB", "MORPH": "Number=Sing|Tense=Pres"}}),
    (
        {
            "patterns": [[{"IS_PUNCT": True}, {"OP": "?", "IS_SPACE": True}]],
            "attrs": {"TAG": ".", "DEP": "punct"},
        }
    ),
    (
        {
            "patterns": [[{"LIKE_NUM": True}, {"LOWER": {"REGEX": "^y.*s$"}}]],
            "attrs": {"NORM": "years"},
            "index": -1,
        }
    ),
]


def rules(nlp: Any) -> None:
    nlp.get_pipe("attribute_ruler").add_patterns(RULED)


PATTERNS = [
    {"label": "ORG", "pattern": "Google", "id": "google"},
    {"label": "GPE", "pattern": "United States"},
    {
        "label": "GPE",
        "pattern": [{"LOWER": "new"}, {"LOWER": "york"}, {"LOWER": "city", "OP": "?"}],
        "id": "nyc",
    },
    {"label": "DATE", "pattern": [{"SHAPE": "dddd"}]},
    {"label": "NUM", "pattern": [{"LIKE_NUM": True, "OP": "+"}, {"IS_ALPHA": True}]},
    {
        "label": "PERSON",
        "pattern": [{"TEXT": {"REGEX": "^(Mr|Ms|Dr)\\.?$"}}, {"IS_TITLE": True}],
        "id": "person",
    },
    {"label": "ORG", "pattern": "the"},
]


def patterns(name: str) -> Callable[[Any], None]:
    return lambda nlp: nlp.get_pipe(name).add_patterns(PATTERNS)


TABLES = {
    "lemma_lookup": {"is": "be", "was": "be", "are": "be", "men": "man", "The": "the", "went": "go"},
    "lemma_index": {
        "noun": ["dog", "story", "year", "city"],
        "verb": ["come", "go", "make", "take", "try"],
        "adj": ["big"],
    },
    "lemma_exc": {
        "noun": {"men": ["man"], "children": ["child"]},
        "verb": {"was": ["be"], "is": ["be"], "went": ["go"]},
        "aux": {"is": ["be"]},
    },
    "lemma_rules": {
        "noun": [["s", ""], ["ies", "y"], ["es", "e"]],
        "verb": [["s", ""], ["es", "e"], ["ed", "e"], ["ed", ""], ["ing", "e"], ["ing", ""], ["ies", "y"]],
        "adj": [["er", ""], ["est", ""]],
        "punct": [["“", '"']],
    },
}


def lemma_tables(nlp: Any) -> None:
    lookups = Lookups()
    for name, table in TABLES.items():
        lookups.add_table(name, table)
    nlp.get_pipe("lemmatizer").initialize(lookups=lookups)


def knowledge(nlp: Any) -> None:
    """A knowledge base of the names in the texts: each alias means one of up to three entities."""
    draw = np.random.default_rng(7)

    def make(vocab: Any) -> Any:
        kb = InMemoryLookupKB(vocab, entity_vector_length=32)
        numbers = range(120)
        kb.set_entities(
            [f"Q{number}" for number in numbers],
            [int(x) for x in draw.integers(1, 50, 120)],
            [list(map(float, draw.normal(0, 1, 32))) for _ in numbers],
        )
        for place, alias in enumerate(ALIASES):
            chosen = sorted({(place * 7 + step * 31) % 120 for step in range(1 + place % 3)})
            priors = [0.9 / (step + 1) / 2 for step in range(len(chosen))]
            kb.add_alias(alias, [f"Q{number}" for number in chosen], priors)
        return kb

    nlp.get_pipe("entity_linker").set_kb(make)


ALIASES = (
    *(
        "Google",
        "Bush",
        "Iraq",
        "Iran",
        "America",
        "Bob",
        "China",
        "Enron",
        "Dallas",
        "Israel",
        "India",
        "Texas",
    ),
    *("Congress", "Japan", "Houston", "US", "Microsoft", "Clinton"),
)


def linked(samples: list[Sample]) -> list[Sample]:
    """The samples with a link for each alias in them, which its neighbours decide."""
    found = []
    for sample in samples:
        links = []
        for place, word in enumerate(sample["words"]):
            if word in ALIASES:
                which = ALIASES.index(word)
                step = len(sample["words"]) % (1 + which % 3)
                links.append((place, place + 1, "NAME", f"Q{(which * 7 + step * 31) % 120}"))
        if links:
            found.append(
                {name: sample[name] for name in ("words", "spaces", "sent_starts")} | {"links": links}
            )
    return found


def replace(nlp: Any) -> None:
    nlp.replace_listeners("tok2vec", "ner", ["model.tok2vec"])


def disable(*names: str) -> Callable[[Any], None]:
    return lambda nlp: [nlp.disable_pipe(name) for name in names]


# The pipelines


def _recipes() -> dict[str, Recipe]:
    ears = listener()
    found: dict[str, Recipe] = {}
    for lang in ("en", "de"):
        only = [lang]
        named = ["en-names"] if lang == "en" else ["de"]
        mixed = ["en", "en-names"] if lang == "en" else ["de"]
        spans = [f"{lang}-spans"]
        found[f"{lang}_tagger"] = Recipe(only, {"tagger": tagger()})
        found[f"{lang}_ner"] = Recipe(named, {"ner": transitions("ner")}, steps=80)
        found[f"{lang}_parser"] = Recipe(only, {"parser": transitions("parser")}, steps=80)
        found[f"{lang}_morphologizer"] = Recipe(only, {"morphologizer": tagger(factory="morphologizer")})
        found[f"{lang}_senter"] = Recipe(only, {"senter": tagger(factory="senter")})
        found[f"{lang}_trainable_lemmatizer"] = Recipe(only, {"trainable_lemmatizer": trees()})
        several = {
            "tok2vec": shared(),
            "tagger": tagger(ears),
            "morphologizer": tagger(ears, "morphologizer"),
            "parser": transitions("parser", ears),
            "senter": tagger(ears, "senter"),
            "trainable_lemmatizer": trees(ears),
            "ner": transitions("ner", ears),
        }
        found[f"{lang}_shared"] = Recipe(mixed, several, steps=80, after=[disable("senter")])
        found[f"{lang}_vectors"] = Recipe(
            mixed,
            {
                "tok2vec": shared(tok2vec(hash_embed(vectors=True))),
                "tagger": tagger(ears),
                "ner": transitions("ner", ears),
            },
            before=[vectors],
        )
        found[f"{lang}_floret"] = Recipe(
            mixed,
            {
                "tok2vec": shared(tok2vec(hash_embed(vectors=True))),
                "tagger": tagger(ears),
                "ner": transitions("ner", tok2vec(hash_embed(vectors=True))),
            },
            before=[floret],
        )
        found[f"{lang}_replaced"] = Recipe(
            mixed,
            {"tok2vec": shared(), "tagger": tagger(ears), "ner": transitions("ner", ears)},
            after=[replace],
        )
        found[f"{lang}_spancat"] = Recipe(spans, {"spancat": spancat(threshold=0.15)}, steps=80)
        found[f"{lang}_spancat_singlelabel"] = Recipe(
            spans, {"spancat_singlelabel": spancat(factory="spancat_singlelabel", suggester=RANGE)}, steps=80
        )
        found[f"{lang}_span_finder"] = Recipe(spans, {"span_finder": finder(max_length=5)}, steps=80)
    found |= {
        "en_ner_v1": Recipe(
            ["en-names"],
            {"ner": transitions("ner", tok2vec(hash_embed(1), encoder("MaxoutWindowEncoder.v1"), 1), 1)},
            steps=80,
        ),
        "en_ner_no_upper": Recipe(["en-names"], {"ner": transitions("ner", upper=False)}, steps=80),
        "en_ner_slots": Recipe(["en-names"], {"ner": transitions("ner", slots=True, pieces=3)}, steps=80),
        "en_beam_ner": Recipe(
            ["en-names"], {"beam_ner": transitions("beam_ner", beam_width=4, beam_update_prob=0.02)}, steps=40
        ),
        "en_parser_v1": Recipe(
            ["en"],
            {
                "parser": transitions(
                    "parser", tok2vec(hash_embed(1), encoder("MaxoutWindowEncoder.v1"), 1), 1
                )
            },
        ),
        "en_parser_slots": Recipe(["en"], {"parser": transitions("parser", slots=True)}),
        "de_parser_slots": Recipe(["de"], {"parser": transitions("parser", slots=True, pieces=3)}),
        "en_parser_no_upper": Recipe(["en"], {"parser": transitions("parser", upper=False)}),
        "en_parser_subtokens": Recipe(
            ["en"],
            {
                "parser": transitions("parser", learn_tokens=True, min_action_freq=5),
                "merge_subtokens": {"factory": "merge_subtokens"},
            },
        ),
        "en_beam_parser": Recipe(
            ["en"], {"beam_parser": transitions("beam_parser", beam_width=4, beam_update_prob=0.02)}, steps=25
        ),
        "en_cnn_v1": Recipe(["en"], {"tagger": tagger(cnn(1), version=1)}),
        "en_cnn_v2": Recipe(
            ["en", "en-names"], {"tagger": tagger(cnn(2)), "ner": transitions("ner", cnn(2))}
        ),
        "en_characters_v1": Recipe(
            ["en"],
            {
                "tagger": tagger(
                    tok2vec(
                        {
                            "@architectures": "spacy.CharacterEmbed.v1",
                            "include_static_vectors": False,
                            "width": WIDTH,
                            "rows": 500,
                            "nM": 16,
                            "nC": 4,
                        },
                        encoder("MishWindowEncoder.v1"),
                        1,
                    )
                )
            },
        ),
        "en_characters_v2": Recipe(
            ["en"],
            {
                "tagger": tagger(
                    tok2vec(
                        {
                            "@architectures": "spacy.CharacterEmbed.v2",
                            "width": WIDTH,
                            "rows": 500,
                            "nM": 16,
                            "nC": 8,
                            "feature": "LOWER",
                            "include_static_vectors": False,
                        }
                    )
                )
            },
        ),
        "en_characters_vectors": Recipe(
            ["en"],
            {
                "tagger": tagger(
                    tok2vec(
                        {
                            "@architectures": "spacy.CharacterEmbed.v2",
                            "width": WIDTH,
                            "rows": 500,
                            "nM": 16,
                            "nC": 8,
                            "feature": "NORM",
                            "include_static_vectors": True,
                        }
                    )
                )
            },
            before=[vectors],
        ),
        "en_mish": Recipe(["en"], {"tagger": tagger(tok2vec(encode=encoder("MishWindowEncoder.v2")))}),
        "en_many_attrs": Recipe(
            ["en"],
            {
                "tagger": tagger(
                    tok2vec(
                        hash_embed(attrs="LOWER ORTH SHAPE SPACY IS_SPACE LENGTH"),
                        {**encoder(), "window_size": 2},
                    )
                )
            },
        ),
        "en_other_names": Recipe(
            ["en", "en-names"],
            {
                "sounds": shared(),
                "my_tagger": tagger(listener(upstream="sounds")),
                "second_tagger": tagger(label_smoothing=0.05, overwrite=True),
                "names": transitions("ner", listener(upstream="sounds")),
            },
        ),
        "en_disabled": Recipe(
            ["en"],
            {
                "tagger": tagger(),
                "morphologizer": tagger(factory="morphologizer"),
                "senter": tagger(factory="senter"),
            },
            after=[disable("morphologizer")],
        ),
        "en_two_tok2vecs": Recipe(
            ["en"],
            {
                "tok2vec": shared(),
                "tagger": tagger(listener(upstream="tok2vec")),
                "other": shared(tok2vec(encode=encoder(depth=1))),
                "senter": tagger(listener(upstream="other"), "senter"),
            },
        ),
        "en_spancat_shared": Recipe(
            ["en-spans"],
            {
                "tok2vec": shared(),
                "ner": transitions("ner", ears),
                "spancat": spancat(ears, spans_key="sc", threshold=0.2, max_positive=1),
            },
        ),
        "en_spancat_found": Recipe(
            ["en-spans"],
            {
                "span_finder": finder(spans_key="sc"),
                "spancat": spancat(
                    spans_key="sc",
                    suggester={"@misc": "spacy.preset_spans_suggester.v1", "spans_key": "sc"},
                    threshold=0.2,
                ),
            },
        ),
    }
    for exclusive, corpus, kind in ((True, "en-topic", "textcat"), (False, "en-topics", "multilabel")):
        own = {
            "bow_v1": textcat_bow(1, exclusive=exclusive),
            "bow_v2": textcat_bow(2, exclusive=exclusive, ngrams=2),
            "bow_v3": textcat_bow(3, exclusive=exclusive, ngrams=2, length=5000),
            "cnn_v1": textcat(
                "TextCatCNN.v1", exclusive=exclusive, tok2vec=tok2vec(), exclusive_classes=exclusive
            ),
            "cnn_v2": textcat(
                "TextCatCNN.v2", exclusive=exclusive, tok2vec=tok2vec(), exclusive_classes=exclusive
            ),
            "ensemble_v1": ensemble(1, exclusive=exclusive),
            "ensemble_v2": ensemble(2, exclusive=exclusive),
            "reduce": reduce_model(exclusive, True, False, exclusive, True),
            "reduce_last": reduce_model(exclusive, False, True, True, not exclusive),
            "attention": textcat(
                "TextCatParametricAttention.v1",
                exclusive=exclusive,
                tok2vec=tok2vec(),
                exclusive_classes=exclusive,
            ),
        }
        for name, block in own.items():
            found[f"en_{kind}_{name}"] = Recipe([corpus], {str(block["factory"]): block}, steps=60)
        heard = textcat(
            "TextCatReduce.v1",
            exclusive=exclusive,
            tok2vec=ears,
            exclusive_classes=exclusive,
            use_reduce_first=False,
            use_reduce_last=False,
            use_reduce_max=False,
            use_reduce_mean=True,
        )
        found[f"en_{kind}_shared"] = Recipe(
            [corpus], {"tok2vec": shared(), str(heard["factory"]): heard}, steps=60
        )
    found |= {
        "en_rules": Recipe(
            ["en"],
            {
                "tagger": tagger(),
                "attribute_ruler": {"factory": "attribute_ruler", "validate": True},
                "lemmatizer": {"factory": "lemmatizer", "mode": "rule"},
                "entity_ruler": {
                    "factory": "entity_ruler",
                    "phrase_matcher_attr": "LOWER",
                    "ent_id_sep": "::",
                },
            },
            before=[lemma_tables, rules, patterns("entity_ruler")],
        ),
        "en_lookup": Recipe(
            ["en"],
            {"lemmatizer": {"factory": "lemmatizer", "mode": "lookup", "overwrite": True}},
            steps=0,
            before=[lemma_tables],
        ),
        "en_span_ruler": Recipe(
            ["en-names"],
            {
                "ner": transitions("ner"),
                "span_ruler": {
                    "factory": "span_ruler",
                    "spans_key": "ruler",
                    "annotate_ents": True,
                    "overwrite": False,
                },
                "entity_ruler": {"factory": "entity_ruler", "overwrite_ents": False},
            },
            before=[patterns("span_ruler"), patterns("entity_ruler")],
        ),
        "en_functions": Recipe(
            ["en", "en-names"],
            {
                "sentencizer": {"factory": "sentencizer", "punct_chars": [".", "?", "!", ","]},
                "ner": transitions("ner"),
                "merge_entities": {"factory": "merge_entities"},
                "token_splitter": {"factory": "token_splitter", "min_length": 15, "split_length": 6},
                "doc_cleaner": {"factory": "doc_cleaner", "attrs": {"user_data": {}}},
            },
        ),
        "en_clear": Recipe(
            ["en-clear"],
            {
                "tok2vec": shared(),
                "morphologizer": tagger(ears, "morphologizer"),
                "parser": transitions("parser", ears),
            },
            steps=120,
        ),
        "en_chunks": Recipe(
            ["en-clear"],
            {
                "tagger": tagger(factory="morphologizer"),
                "parser": transitions("parser"),
                "merge_noun_chunks": {"factory": "merge_noun_chunks"},
            },
        ),
    }
    for name, settings in {
        "": {},
        "_context": {"incl_prior": False, "n_sents": 1},
        "_threshold": {"threshold": 0.4, "use_gold_ents": True},
    }.items():
        model = {"@architectures": "spacy.EntityLinker.v2", "nO": None, "tok2vec": tok2vec()}
        found[f"en_entity_linker{name}"] = Recipe(
            ["en"],
            {
                "sentencizer": {"factory": "sentencizer"},
                "entity_ruler": {"factory": "entity_ruler"},
                "entity_linker": {
                    "factory": "entity_linker",
                    "entity_vector_length": 32,
                    "model": model,
                    **settings,
                },
            },
            before=[
                lambda nlp: nlp.get_pipe("entity_ruler").add_patterns(
                    [{"label": "NAME", "pattern": alias} for alias in ALIASES]
                ),
                knowledge,
            ],
        )
    return found


RECIPES = _recipes()


# Training


def example(nlp: Any, sample: Sample) -> Example:
    """An example with the words of the sample on both sides."""
    if "text" in sample:
        return Example.from_dict(nlp.make_doc(sample["text"]), {"cats": sample["cats"]})
    columns = {name: value for name, value in sample.items() if name not in ("spans", "cats", "links")}
    gold = Doc(nlp.vocab, **columns)
    gold.cats = sample.get("cats", {})
    asked = Doc(nlp.vocab, words=sample["words"], spaces=sample["spaces"])
    for key, group in sample.get("spans", {}).items():
        # A suggester may take the spans that are there.
        for doc in (gold, asked):
            doc.spans[key] = [Span(doc, start, end, label) for start, end, label in group]
    if "links" in sample:
        for doc in (gold, asked):
            doc.ents = [
                Span(doc, start, end, label, kb_id=kb_id) for start, end, label, kb_id in sample["links"]
            ]
            for place, starts in enumerate(sample["sent_starts"]):
                doc[place].is_sent_start = starts
    return Example(asked, gold)


def learn(nlp: Any, examples: list[Example], steps: int) -> dict[str, float]:
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.003
    draw, losses = random.Random(1), {}
    place = 0
    for _ in range(steps):
        batch: list[Example] = []
        while sum(len(each.reference) for each in batch) < BATCH_WORDS:
            if place == 0:
                draw.shuffle(examples)
            batch.append(examples[place])
            place = (place + 1) % len(examples)
        losses = {}
        nlp.update(batch, drop=0.1, sgd=optimizer, losses=losses)
    return losses


def make(name: str, recipe: Recipe, corpora: Corpora, folder: Path) -> None:
    began = time.perf_counter()
    fix_random_seed(len(name))
    config = {
        "nlp": {"lang": recipe.lang, "pipeline": list(recipe.blocks), **recipe.settings},
        "components": recipe.blocks,
        "initialize": {"components": recipe.initialize},
    }
    nlp = load_model_from_config(config, auto_fill=True)
    asked = [text for corpus in recipe.corpora for text in corpora.asked(corpus)]
    samples = [sample for corpus in recipe.corpora for sample in corpora.learnt(corpus)]
    random.Random(2).shuffle(samples)
    if "entity_linker" in recipe.blocks:
        samples = linked(samples)
    nlp.meta["asked"] = asked
    ready = [step for step in recipe.before if step in (vectors, floret)]
    for step in ready:
        step(nlp)
    examples = [example(nlp, sample) for sample in samples]
    for step in recipe.before:
        if step is knowledge:
            step(nlp)
    losses: dict[str, float] = {}
    with nlp.select_pipes(disable=_ruled(nlp)):
        if recipe.steps:
            nlp.initialize(lambda: examples)
    # Patterns are run through the pipeline, which must have its weights.
    for step in recipe.before:
        if step not in (*ready, knowledge):
            step(nlp)
    if recipe.steps:
        losses = learn(nlp, examples, recipe.steps)
    del nlp.meta["asked"]
    for step in recipe.after:
        step(nlp)
    nlp.to_disk(folder / name)
    if "MishWindow" in str(recipe.blocks):
        (folder / f"{name}.single").touch()
    texts, expected = folder / f"{name}.texts.jsonl", folder / f"{name}.expected.jsonl"
    write_texts(asked, texts)
    words = write(SimpleNamespace(load=spacy.load), str(folder / name), str(texts), str(expected))["words"]
    shown = {pipe: round(loss, 1) for pipe, loss in losses.items()}
    print(f"{name}: {words} words, {time.perf_counter() - began:.0f} s, last losses {shown}", flush=True)


def _ruled(nlp: Any) -> list[str]:
    """Components whose patterns and tables are given by hand."""
    return [
        name
        for name in ("attribute_ruler", "lemmatizer", "entity_ruler", "span_ruler")
        if name in nlp.pipe_names
    ]


def main(arguments: list[str]) -> None:
    warnings.simplefilter("ignore")
    if arguments == ["--list"]:
        print("\n".join(RECIPES))
        return
    data, folder, *names = arguments
    Path(folder).mkdir(parents=True, exist_ok=True)
    corpora = Corpora(Path(data))
    for name in names or RECIPES:
        if names or not (Path(folder) / f"{name}.expected.jsonl").exists():
            make(name, RECIPES[name], corpora, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
