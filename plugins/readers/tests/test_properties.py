"""What holds for all texts: a format, its grouping and its conversion to `.spacy` don't change what is annotated."""

import json
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_readers.formats import columns, conllu, docbin, jsonl, sentence_lines

from kernel.tokens import DocBin

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
words = st.text(
    st.characters(whitelist_categories=("L", "N", "P", "S"), blacklist_characters="|"), min_size=1, max_size=6
)
labels = st.sampled_from(["PERSON", "GPE", "B-x", "O"])


@st.composite
def sentences(draw):
    """A sentence: words, and entities (start, end, label) that don't overlap."""
    own = draw(st.lists(words.filter(lambda word: word != "-DOCSTART-"), min_size=1, max_size=6))
    entities, start = [], 0
    while start < len(own):
        end = draw(st.integers(start, len(own)))
        if end > start:
            entities.append((start, end, draw(labels)))
        start = max(end, start + 1)
    return own, entities


documents = st.lists(sentences(), min_size=1, max_size=7)


def tags(sentence, scheme):
    own, entities = sentence
    found = ["O"] * len(own)
    for start, end, label in entities:
        for place in range(start, end):
            last, first = place == end - 1, place == start
            letter = {"iob": "B" if first else "I"}.get(scheme) or (
                "U" if first and last else "B" if first else "L" if last else "I"
            )
            if scheme == "bioes":
                letter = {"U": "S", "L": "E"}.get(letter, letter)
            found[place] = f"{letter}-{label}"
    return found


def expected(text):
    """(text, label) of all entities, and all words."""
    entities = [(" ".join(own[s:e]), label) for own, spans in text for s, e, label in spans]
    return entities, [word for own, _ in text for word in own]


def found(docs):
    docs = list(docs)
    entities = [(" ".join(token.text for token in ent), ent.label_) for doc in docs for ent in doc.ents]
    return entities, [token.text for doc in docs for token in doc]


def write_columns(path, text, scheme):
    lines = []
    for sentence in text:
        lines += [f"{word}\t{tag}" for word, tag in zip(sentence[0], tags(sentence, scheme), strict=True)]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


@QUICK
@given(
    text=documents,
    scheme=st.sampled_from(["iob", "biluo", "bioes"]),
    n_sents=st.sampled_from([None, 0, 1, 3]),
)
def test_columns(nlp, tmp_path: Path, text, scheme, n_sents):
    path = tmp_path / "a.iob"
    write_columns(path, text, scheme)
    assert found(columns.read(path, nlp, n_sents=n_sents)) == expected(text)


@QUICK
@given(text=documents, scheme=st.sampled_from(["iob", "biluo"]), n_sents=st.sampled_from([None, 0, 2]))
def test_sentence_lines(nlp, tmp_path: Path, text, scheme, n_sents):
    path = tmp_path / "a.iob"
    path.write_text(
        "\n".join(
            " ".join(f"{word}|{tag}" for word, tag in zip(sentence[0], tags(sentence, scheme), strict=True))
            for sentence in text
        ),
        encoding="utf-8",
    )
    assert found(sentence_lines.read(path, nlp, n_sents=n_sents)) == expected(text)


@st.composite
def trees(draw):
    """Words with heads that make a tree: a head is always among the earlier ones of a random order."""
    own = draw(st.lists(words, min_size=1, max_size=7))
    order = draw(st.permutations(range(len(own))))
    heads = {order[0]: order[0]}
    for place in range(1, len(own)):
        heads[order[place]] = order[draw(st.integers(0, place - 1))]
    spaces = draw(st.lists(st.booleans(), min_size=len(own), max_size=len(own)))
    return own, [heads[i] for i in range(len(own))], spaces


@QUICK
@given(text=st.lists(trees(), min_size=1, max_size=4), n_sents=st.sampled_from([None, 0, 1]))
def test_conllu_trees(nlp, tmp_path: Path, text, n_sents):
    path = tmp_path / "a.conllu"
    lines = []
    for own, heads, spaces in text:
        for i, (word, head, space) in enumerate(zip(own, heads, spaces, strict=True)):
            number = 0 if head == i else head + 1
            misc = "_" if space else "SpaceAfter=No"
            lines.append("\t".join([str(i + 1), word, "_", "X", "T", "_", str(number), "dep", "_", misc]))
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")
    docs = list(conllu.read(path, nlp, n_sents=n_sents))
    read = [token.head.i - sent.start for doc in docs for sent in doc.sents for token in sent]
    assert [sent.end - sent.start for doc in docs for sent in doc.sents] == [len(own) for own, _, _ in text]
    assert read == [head for _, heads, _ in text for head in heads]
    assert [bool(token.whitespace_) for doc in docs for token in doc] == [
        s for _, _, spaces in text for s in spaces
    ]


@QUICK
@given(text=documents)
def test_json_lines_with_words(nlp, tmp_path: Path, text):
    path = tmp_path / "a.jsonl"
    records = []
    for own, entities in text:
        starts = [len(" ".join(own[:i])) + (i > 0) for i in range(len(own))]
        spans = [[starts[s], starts[e - 1] + len(own[e - 1]), label] for s, e, label in entities]
        records.append({"text": " ".join(own), "words": own, "spans": spans})
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found(jsonl.read(path, nlp)) == expected(text)


@QUICK
@given(text=documents)
def test_conversion_to_spacy_files(nlp, tmp_path: Path, text):
    write_columns(tmp_path / "a.iob", text, "biluo")
    DocBin(docs=columns.read(tmp_path / "a.iob", nlp)).to_disk(tmp_path / "a.spacy")
    assert found(docbin.read(tmp_path / "a.spacy", nlp)) == expected(text)


@pytest.mark.parametrize("read", [columns.read, sentence_lines.read, conllu.read, jsonl.read, docbin.read])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=60) | st.text(max_size=60).map(str.encode))
def test_junk_is_refused_with_a_place_or_read(nlp, tmp_path: Path, read, content):
    from kernel.errors import DataError, KernelWarning

    path = tmp_path / "junk"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KernelWarning)
        try:
            list(read(path, nlp))
        except DataError as error:
            assert str(error).startswith(str(path))
