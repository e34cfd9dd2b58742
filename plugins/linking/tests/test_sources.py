"""Knowledge bases from plain files, from spaCy's folders, and by the command."""

import gzip
import json
import struct

import numpy as np
import pytest
from click.testing import CliRunner
from kernel.kb import InMemoryLookupKB
from kernel_linking.command import init_kb
from kernel_linking.sources.build import build
from kernel_linking.sources.describe import hashed_words
from kernel_linking.sources.jsonl import make_kb_from_jsonl
from kernel_linking.sources.records import read_records

import kernel
from kernel.config import Config, resolve
from kernel.errors import ConfigError, DataError
from kernel.vocab import Vocab
from kernel.vocab.strings import hash_string

ENTITIES = [
    {
        "id": "Q1",
        "name": "Douglas Adams",
        "description": "writer of novels",
        "freq": 30,
        "aliases": ["Adams", "the writer"],
    },
    {
        "id": "Q2",
        "name": "Amy Adams",
        "description": "actress in films",
        "freq": 60,
        "aliases": {"Adams": 0.5},
    },
    {"id": "Q3", "aliases": ["Adams"]},
]


def write(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf8")
    return path


def said(kb):
    return {
        alias: {c.entity_: round(c.prior_prob, 4) for c in kb.get_alias_candidates(alias)}
        for alias in kb.get_alias_strings()
    }


def load(path, **settings):
    return make_kb_from_jsonl(path, **settings)(kernel.blank("en").vocab)


def test_entities_and_aliases_of_json_lines(tmp_path):
    kb = load(write(tmp_path / "e.jsonl", ENTITIES), entity_vector_length=16)
    assert kb.get_entity_strings() == ["Q1", "Q2", "Q3"] and kb.entity_vector_length == 16
    # What is given stays; the others share the rest by their frequency.
    assert said(kb) == {
        "Douglas Adams": {"Q1": 1},
        "Adams": {"Q1": round(0.5 * 30 / 31, 4), "Q2": 0.5, "Q3": round(0.5 / 31, 4)},
        "the writer": {"Q1": 1},
        "Amy Adams": {"Q2": 1},
    }
    assert [c.entity_freq for c in kb.get_alias_candidates("Adams")] == [30, 60, 1]


def test_lines_of_aliases(tmp_path):
    lines = [
        {"alias": "A", "entities": ["Q1", "Q2"], "probabilities": [0.2, 0.3]},
        {"id": "Q1", "vector": [1, 2]},
        {"id": "Q2", "vector": [3, 4]},
        {"alias": "B", "entities": ["Q1", "Q2"]},
    ]
    kb = load(write(tmp_path / "e.jsonl", lines))
    assert said(kb) == {"A": {"Q1": 0.2, "Q2": 0.3}, "B": {"Q1": 0.5, "Q2": 0.5}}
    assert kb.get_vector("Q2") == [3, 4] and kb.entity_vector_length == 2


@pytest.mark.parametrize(("name", "separator"), [("e.csv", ","), ("e.tsv", "\t"), ("e.csv.gz", ",")])
def test_tables(tmp_path, name, separator):
    rows = [
        ["id", "freq", "aliases", "vector", "remark"],
        ["Q1", "3", "Adams:0.25|Doug: the man", "1 2", "x"],
        ["Q2", "", "", "3 4", ""],
    ]
    text = "\n".join(separator.join(row) for row in rows)
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else b"\xef\xbb\xbf" + text.encode())
    with pytest.warns(UserWarning, match="mean nothing in a file of entities: remark"):
        kb = load(path)
    assert said(kb) == {"Adams": {"Q1": 0.25}, "Doug: the man": {"Q1": 1}}
    assert kb.get_vectors(["Q1", "Q2"]) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no entities"),
        ("{", "e.jsonl:1: this is no JSON"),
        ("[1]", "e.jsonl:1: a line is a table in braces"),
        ('{"id": "Q1"}\n\n{"id": "Q1"}', "e.jsonl:3: the entity 'Q1' is in line 1 already"),
        ('{"name": "x"}', "e.jsonl:1: an entity needs an id"),
        ('{"id": 5}', "e.jsonl:1: id is a text, not 5"),
        ('{"id": "Q1", "freq": -1}', "e.jsonl:1: freq is a number from 0, not -1"),
        ('{"id": "Q1", "freq": NaN}', "e.jsonl:1: freq is a number"),
        ('{"id": "Q1", "vector": [1, "x"]}', "e.jsonl:1: a vector is a list of numbers"),
        ('{"id": "Q1", "vector": [1]}\n{"id": "Q2"}', "e.jsonl:2: the entity 'Q2' has no vector"),
        ('{"id": "Q1", "vector": [1]}\n{"id": "Q2", "vector": [1, 2]}', "e.jsonl:2: .*a vector of 2 numbers"),
        ('{"id": "Q1", "aliases": [1]}', "e.jsonl:1: aliases are a list"),
        ('{"id": "Q1", "aliases": [""]}', "e.jsonl:1: an alias is a text that is not empty"),
        ('{"id": "Q1"}\n{"alias": "A", "entities": ["Q1", "Q7"]}', "e.jsonl:2: the alias 'A' names the entity 'Q7'"),
        ('{"id": "Q1"}\n{"alias": "A", "entities": "Q1"}', "e.jsonl:2: an alias needs a text"),
        ('{"id": "Q1"}\n{"alias": "A", "entities": ["Q1"], "probabilities": [1, 2]}', "e.jsonl:2: .*as many probabilities"),
        ('{"id": "Q1", "aliases": {"A": 0.7}}\n{"id": "Q2", "aliases": {"A": 0.7}}', "e.jsonl:1: .*sum to 1 at most"),
        ('{"id": "Q1", "aliases": {"A": 0.7}}\n{"alias": "A", "entities": ["Q1"], "probabilities": [0.2]}', "e.jsonl:2: .*0.7 already"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_line(tmp_path, content, message):
    path = tmp_path / "e.jsonl"
    path.write_text(content, encoding="utf8")
    with pytest.raises(DataError, match=message):
        load(path)


def test_files_that_are_none(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_records(tmp_path / "e.jsonl")
    path = tmp_path / "e.jsonl"
    path.write_bytes(b'{"id": "Q1"}\n\xff\xfe\n')
    with pytest.raises(DataError, match="e.jsonl:2: this is no text in UTF-8"):
        load(path)
    table = tmp_path / "e.csv"
    table.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"e.csv:1: .*one of them id"):
        load(table)
    table.write_text("id,freq\nQ1,2,3\n")
    with pytest.raises(DataError, match=r"e.csv:2: the line has 3 cells"):
        load(table)


def test_texts_that_share_words_are_near_each_other():
    texts = ["a writer of novels", "another writer who wrote novels", "a film actress", "", "of a"]
    vectors = hashed_words(texts, 128)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0, 1])
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > 0.2 > abs(far)
    assert np.array_equal(vectors, hashed_words(texts, 128))
    assert hashed_words([], 4).shape == (0, 4) and not hashed_words(["", "!"], 4).any()


def test_word_vectors_describe(tmp_path):
    nlp = kernel.blank("en")
    for place, word in enumerate(("writer", "novels", "actress", "films")):
        nlp.vocab.set_vector(word, np.eye(4, dtype="float32")[place])
    kb = make_kb_from_jsonl(write(tmp_path / "e.jsonl", ENTITIES))(nlp.vocab)
    assert kb.entity_vector_length == 4
    assert kb.get_vector("Q1") == pytest.approx([1 / 3, 1 / 3, 0, 0])
    assert kb.get_vector("Q2") == pytest.approx([0, 0, 1 / 3, 1 / 3]) and kb.get_vector("Q3") == [0] * 4


def run(*arguments):
    result = CliRunner().invoke(init_kb, list(map(str, arguments)), catch_exceptions=False)
    return result.exit_code, result.output


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "e.jsonl", [*ENTITIES, {"id": "Q4", "odd": 1}])
    code, output = run("e.jsonl", "kb", "--width", 32)
    assert code == 0
    assert output.splitlines()[:4] == [
        "4 entities, 4 aliases (1 may mean several entities), saved to kb",
        "vectors of 32 numbers: the hashed words of descriptions",
        "1 entity without vector, description and alias: no context is near them",
        "passed over: the key odd, in 1 line",
    ]
    assert 'kb_path = "kb"' in output
    read = InMemoryLookupKB(Vocab(), 1).from_disk(tmp_path / "kb")
    with pytest.warns(UserWarning, match="odd"):
        assert said(read) == said(load(path))
    with pytest.raises(kernel.errors.UsageError):
        run("e.jsonl", "kb")
    assert run("e.jsonl", "kb", "-F")[0] == 0


def test_the_command_takes_the_vectors_of_a_pipeline(tmp_path):
    nlp = kernel.blank("en")
    nlp.vocab.set_vector("writer", np.ones(3, dtype="float32"))
    nlp.to_disk(tmp_path / "model")
    code, output = run(write(tmp_path / "e.jsonl", ENTITIES), tmp_path / "kb", "--model", tmp_path / "model")
    assert code == 0 and "vectors of 3 numbers: the vectors of the pipeline" in output
    assert InMemoryLookupKB(Vocab(), 1).from_disk(tmp_path / "kb").get_vector("Q1") == pytest.approx(
        [1 / 3] * 3
    )


def spacy_folder(path, entities, aliases):
    """What spaCy 3.8 writes for a knowledge base."""
    path.mkdir()
    ids = list(entities)
    data = struct.pack("<qq", len(ids), 2)
    data += b"".join(struct.pack("<2f", *vector) for _, vector in entities.values())
    data += b"".join(
        struct.pack("<Qfi", hash_string(entity), entities[entity][0], row) for row, entity in enumerate(ids)
    )
    data += struct.pack("<q", len(aliases))
    for alias, own in aliases.items():
        data += struct.pack("<Qq", hash_string(alias), len(own))
        data += b"".join(struct.pack("<qf", ids.index(entity) + 1, prior) for entity, prior in own.items())
    (path / "contents").write_bytes(data)
    (path / "strings.json").write_text(json.dumps([*ids, *aliases, "other"]))
    return data


def test_a_folder_of_spacy(tmp_path):
    entities = {"Q1": (3.0, (1, 2)), "Q2": (4.0, (3, 4))}
    aliases = {"Adams": {"Q1": 0.5, "Q2": 0.25}, "York": {"Q2": 0.75}, "nobody": {}}
    data = spacy_folder(tmp_path / "kb", entities, aliases)
    kb = InMemoryLookupKB(Vocab(), 1).from_disk(tmp_path / "kb")
    assert said(kb) == aliases and kb.get_vectors(["Q1", "Q2"]) == [[1, 2], [3, 4]]
    assert [c.entity_freq for c in kb.get_alias_candidates("Adams")] == [3, 4]
    assert kb.field_files()["contents"] == data
    assert json.loads(kb.field_files()["strings.json"]) == sorted([*entities, *aliases])
    kb.append_alias("York", "Q1", 0.1)
    assert said(InMemoryLookupKB(Vocab(), 1).from_bytes(kb.to_bytes()))["York"] == {"Q2": 0.75, "Q1": 0.1}
    for size in range(0, len(data), 5):
        (tmp_path / "kb" / "contents").write_bytes(data[:size])
        with pytest.raises(DataError, match="contents: the knowledge base of spaCy can't be read"):
            InMemoryLookupKB(Vocab(), 1).from_disk(tmp_path / "kb")
    (tmp_path / "kb" / "contents").write_bytes(data)
    (tmp_path / "kb" / "strings.json").write_text('["Q1"]')
    with pytest.raises(DataError, match="strings are missing"):
        InMemoryLookupKB(Vocab(), 1).from_disk(tmp_path / "kb")
    with pytest.raises(DataError, match="holds no knowledge base"):
        InMemoryLookupKB(Vocab(), 1).from_disk(tmp_path)


def test_lines_are_remembered(tmp_path):
    records = read_records(write(tmp_path / "e.jsonl", ENTITIES))
    assert records.lines["entity", "Q2"] == 2 and records.lines["alias", "Adams"] == 1


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ('@misc = "kernel.KBFromFile.v1"\nkb_path = "no.kb"', "there is no file of a knowledge base: no.kb"),
        ('@misc = "kernel.KBFromFile.v1"\nkb_path = null', "the file of a knowledge base is needed"),
        (
            '@misc = "kernel.KBFromJsonl.v1"\npath = "no.jsonl"',
            "there is no file of a list of entities: no.jsonl",
        ),
    ],
)
def test_a_file_that_is_missing_is_told_with_the_line_of_its_setting(block, message):
    config = Config.from_str(f"[kb_loader]\n{block}\n", name="my.cfg")
    with pytest.raises(ConfigError, match=f"my.cfg:3:\\d+: kb_loader.(kb_)?path: .*{message}"):
        resolve(config)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_may_have_any_usual_separator(tmp_path, separator):
    path = tmp_path / "kb.csv"
    path.write_text(separator.join(["id", "name", "freq"]) + "\n" + separator.join(["Q1", "Ada", "3"]) + "\n")
    found = read_records(path)
    assert (found.ids, found.names, found.freqs) == (["Q1"], ["Ada"], [3.0])


def test_all_lines_that_can_not_be_read_are_told_at_once(tmp_path):
    path = tmp_path / "kb.jsonl"
    path.write_text('{"id": "Q1"}\n{"id": ""}\n{"id": "Q1"}\n')
    with pytest.raises(DataError, match=r"(?s)2 lines can't be read:.*line 2: .*line 3: ") as caught:
        read_records(path)
    assert caught.value.line == 2


def test_a_header_without_an_id_is_shown(tmp_path):
    path = tmp_path / "kb.csv"
    path.write_text("key;name\nQ1;Ada\n")
    with pytest.raises(DataError, match="it has 'key', 'name'"):
        read_records(path)


def test_reading_and_making_tell_how_far_they_are(tmp_path):
    path = tmp_path / "e.jsonl.gz"
    with gzip.open(path, "wt") as file:
        for number in range(3000):
            file.write(
                json.dumps({"id": f"Q{number}", "description": "a b", "aliases": [f"n{number}"]}) + "\n"
            )
    shares = []
    records = read_records(path, lambda share, done: shares.append((share, done)))
    # The entity of the present line is not counted yet.
    assert [done for _, done in shares] == [999, 1999, 2999] and 0 < shares[0][0] <= shares[-1][0] <= 1
    told = {}
    nlp = kernel.blank("en")
    build(
        records,
        nlp.vocab,
        lambda texts: map(nlp.make_doc, texts),
        4,
        lambda what: lambda done, total: told.setdefault(what, []).append((done, total)),
    )
    assert told["descriptions"] == [(3000, 3000)]
    assert told["aliases"] == [(0, 3000), (1000, 3000), (2000, 3000), (3000, 3000)]
