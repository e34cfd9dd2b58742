"""Tables of lemmas: from files, from other tables, from packages that declare them."""

import gzip
import json
import sys

import pytest
import srsly
from kernel_components.lemmatizer.lookups_data import files_of, make_lookups_data_loader
from kernel_components.lemmatizer.recommended import lemmatizer as recommended
from kernel_components.lemmatizer.tables import Table, Tables, read_tables

import kernel
from kernel.errors import DataError, KernelError
from kernel.vocab import hash_string

TABLE = {"mice": "mouse"}


def write(path, data):
    text = json.dumps(data).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


@pytest.mark.parametrize("name", ["lemma_lookup.json", "en_lemma_lookup.json", "xx_lemma_lookup.json.gz"])
def test_a_file_of_one_table(tmp_path, name):
    assert read_tables(write(tmp_path / name, TABLE)) == {"lemma_lookup": TABLE}


def test_files_of_several_tables(tmp_path):
    both = {"lemma_lookup": TABLE, "lemma_rules": {"noun": [["s", ""]]}}
    assert read_tables(write(tmp_path / "all.json", both)) == both
    (tmp_path / "all.msg").write_bytes(srsly.msgpack_dumps(both))
    assert read_tables(tmp_path / "all.msg") == both


def test_a_folder(tmp_path):
    write(tmp_path / "lemma_lookup.json", TABLE)
    write(tmp_path / "lemma_exc.json.gz", {"noun": {}})
    (tmp_path / "readme.txt").write_text("nothing")
    assert read_tables(tmp_path) == {"lemma_lookup": TABLE, "lemma_exc": {"noun": {}}}


@pytest.mark.needs("kernel-nlp-names")
def test_lookups_of_the_field(tmp_path):
    lookups = kernel.registry.get("modules", "kernel.lookups").Lookups()
    lookups.add_table("lemma_lookup", TABLE)
    lookups.to_disk(tmp_path)
    for tables in (
        Tables.of(lookups),
        read_tables(tmp_path),
        Tables.from_bytes(Tables.of(lookups).to_bytes()),
    ):
        assert tables.tables == ["lemma_lookup"]
        assert tables.get_table("lemma_lookup").get("mice") == "mouse"
        assert tables.get_table("lemma_lookup").get("cats", "none") == "none"


def test_keys_may_be_numbers_of_strings():
    table = Table({hash_string("mice"): "mouse", "cats": "cat"})
    assert [table.get(key) for key in ("mice", "cats", "x", hash_string("mice"))] == [
        "mouse",
        "cat",
        None,
        "mouse",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("lemma_lookup.json", b"{", "the file is no JSON"),
        ("lemma_lookup.json", b"[1]", "the file does not hold tables"),
        ("tables.json", b'{"mice": "mouse"}', "the file does not hold tables"),
        ("tables.msg", b"\xc1", "the file is no MessagePack"),
        ("nothing.txt", b"", "the folder has no tables"),
    ],
)
def test_what_holds_no_tables_is_told_with_its_file(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        read_tables(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        read_tables(tmp_path / "none")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package that declares tables as spacy-lookups-data does; its files are compressed."""
    about = tmp_path / "some_tables-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: some-tables\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[spacy_lookups]\nqq = some_tables:qq\nbad = some_tables:bad\n")
    write(tmp_path / "qq_lemma_lookup.json.gz", TABLE)
    write(tmp_path / "qq_lemma_rules.json", {"noun": [["s", ""]]})
    code = """from pathlib import Path
here = Path(__file__).parent
qq = {name: here / f"qq_{name}.json" for name in ("lemma_lookup", "lemma_rules")}
bad = 3
"""
    (tmp_path / "some_tables.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("some_tables", None)


def test_tables_of_a_package(package):
    assert make_lookups_data_loader("qq", ["lemma_lookup"]) == {"lemma_lookup": TABLE}
    block = {"@misc": "kernel.LookupsDataLoader.v1", "lang": "qq", "tables": ["lemma_lookup", "lemma_rules"]}
    assert kernel.registry.resolve(block).tables == ["lemma_lookup", "lemma_rules"]
    with pytest.raises(
        KernelError, match="no installed package has lemma_exc for the language 'qq'"
    ) as caught:
        make_lookups_data_loader("qq", ["lemma_lookup", "lemma_exc"])
    assert "It has: lemma_lookup, lemma_rules." in str(caught.value)
    with pytest.raises(KernelError, match="pip install spacy-lookups-data"):
        make_lookups_data_loader("zzz", ["lemma_lookup"])
    with pytest.raises(
        KernelError, match=r"the tables of some-tables 1.0 \(some_tables:bad\) are no mapping"
    ):
        files_of("bad")


def test_they_are_found_without_being_named(package):
    from kernel_components.lemmatizer.component import Lemmatizer

    nlp = kernel.Language()
    nlp.vocab.lexeme_settings.getters[kernel.vocab.attrs.intify("LANG")] = lambda form: "qq"
    for mode, tables in (("lookup", ["lemma_lookup"]), ("rule", ["lemma_rules"])):
        lemmatizer = Lemmatizer(nlp.vocab, mode=mode)
        lemmatizer.initialize()
        assert lemmatizer.lookups.tables == tables


def test_what_init_config_writes_depends_on_the_installed_tables(package):
    assert recommended("qq", "accuracy", False).settings == {"mode": "rule"}
    assert recommended("zzz", "accuracy", False).settings == {"mode": "lookup"}


@pytest.mark.slow
@pytest.mark.needs("kernel-nlp-languages")
def test_the_real_package():
    pytest.importorskip("spacy_lookups_data")
    nlp = kernel.blank("en")
    nlp.add_pipe("lemmatizer")
    nlp.initialize()
    words, pos = ["Feet", "were", "better", "running", "Apples"], ["NOUN", "VERB", "ADJ", "VERB", "NOUN"]
    doc = nlp(kernel.tokens.Doc(nlp.vocab, words=words, pos=pos))
    assert [token.lemma_ for token in doc] == ["foot", "be", "well", "run", "apple"]
