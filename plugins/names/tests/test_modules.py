"""The small modules: numbers of names, explanations, old homes, features, tables."""

from __future__ import annotations

import copy
import importlib
import pickle

import kernel.attrs
import kernel.glossary
import kernel.lookups
import kernel.morphology
import kernel.parts_of_speech
import kernel.pipe_analysis
import kernel.strings
import kernel.symbols
import kernel.util
import pytest

import kernel
import kernel.tokens
from kernel.errors import KernelWarning, UsageError, note
from kernel.registries.family import registry
from kernel.vocab import StringStore


def test_numbers_are_those_of_the_vocab() -> None:
    assert kernel.attrs.LOWER == kernel.attrs.IDS["LOWER"] == kernel.symbols.LOWER
    assert kernel.attrs.NAMES[:2] == ["", "IS_ALPHA"]
    assert kernel.symbols.NAMES[kernel.symbols.nsubj] == "nsubj"
    assert StringStore()["nsubj"] == kernel.symbols.nsubj
    assert kernel.parts_of_speech.NAMES[kernel.parts_of_speech.VERB] == "VERB"
    assert kernel.parts_of_speech.IDS["VERB"] == kernel.symbols.VERB


@pytest.mark.parametrize("path", ["kernel.attrs", "kernel.symbols", "kernel.parts_of_speech", "kernel.gold"])
def test_a_name_that_is_not_there(path: str) -> None:
    with pytest.raises(AttributeError, match=f"'{path}' has no attribute 'NOTHING'"):
        importlib.import_module(path).NOTHING  # noqa: B018


@pytest.mark.parametrize("path", ["kernel.attrs", "kernel.symbols", "kernel.parts_of_speech", "kernel.util"])
def test_star_imports_find_every_name(path: str) -> None:
    module = importlib.import_module(path)
    assert all(hasattr(module, name) for name in module.__all__)
    assert {"IDS", "registry"} & set(module.__all__)


def test_attributes_by_number() -> None:
    strings = StringStore()
    assert kernel.attrs.intify_attr("lower") == kernel.attrs.LOWER
    assert kernel.attrs.intify_attr("colour") is None
    assert kernel.attrs.intify_attr(66) == 66
    values = kernel.attrs.intify_attrs({"TAG": "NN", "IS_STOP": True}, strings)
    assert values == {kernel.attrs.TAG: strings["NN"], kernel.attrs.IS_STOP: True}
    assert "NN" in strings
    assert kernel.attrs.intify_attrs({"lemma": "dog"}, {"dog": 7}) == {kernel.attrs.LEMMA: 7}
    assert kernel.attrs.intify_attrs({"ENT_IOB": "B", "lemma": "dog"}) == {
        kernel.attrs.ENT_IOB: 3,
        kernel.attrs.LEMMA: "dog",
    }
    with pytest.raises(UsageError, match="ENT_IOB is 'L'"):
        kernel.attrs.intify_attrs({"ENT_IOB": "L"})
    with pytest.raises(UsageError, match="COLOUR|colour"):
        kernel.attrs.intify_attrs({"colour": "red"})


def test_explanations() -> None:
    assert kernel.explain is kernel.glossary.explain
    assert kernel.explain("NNP") == "proper noun, singular"
    assert kernel.explain(":") == "colon, semicolon, dash or dots"
    assert kernel.explain("nsubj:pass") == "subject of the passive"
    assert all(kernel.glossary.GLOSSARY.values())
    # The own meaning of a subtype comes first; of a kind or a subtype without one there is nothing to say.
    assert kernel.explain("acl:relcl") == "clause that modifies a noun (relative clause)"
    assert kernel.explain("nmod:poss") == "noun that modifies (possessor)"
    assert kernel.explain("obl:lmod") == "oblique nominal (lmod)"
    for term in ("gene:poss", "NNP:poss", "obl:", ":poss"):
        with pytest.warns(KernelWarning, match="no explanation of"):
            assert kernel.explain(term) is None
    with pytest.warns(KernelWarning, match="no explanation of 'GENE'"):
        assert kernel.explain("GENE") is None


def test_the_old_home_of_training_data_names_the_new_one() -> None:
    gold = importlib.import_module("kernel.gold")
    with pytest.warns(
        KernelWarning,
        match=r"kernel\.gold\.biluo_tags_from_offsets is kernel\.training\.offsets_to_biluo_tags",
    ):
        assert gold.biluo_tags_from_offsets is kernel.training.offsets_to_biluo_tags
    with pytest.warns(KernelWarning, match=r"kernel\.training\.Example"):
        assert gold.Example is kernel.tokens.Example
    with pytest.raises(ImportError, match=r"GoldParse is gone: make an example: Example\.from_dict"):
        from kernel.gold import GoldParse  # noqa: F401
    with pytest.raises(AttributeError, match="gone: make an example"):
        gold.GoldParse  # noqa: B018
    assert not hasattr(gold, "GoldCorpus")


def test_features() -> None:
    strings = StringStore()
    morphology = kernel.morphology.Morphology(strings)
    key = morphology.add({"Number": "Plur", "Case": "Gen,Acc"})
    assert morphology.get(key) == "Case=Acc,Gen|Number=Plur" == strings[key]
    assert morphology[key].get("Case") == ["Acc", "Gen"]
    assert morphology.add("Number=Plur|Case=Gen,Acc") == key
    assert morphology.get(morphology.add("")) == "" == morphology.get(12345)
    assert morphology.feats_to_dict("Case=Nom|Person=1") == {"Case": "Nom", "Person": "1"}
    assert morphology.feats_to_dict("_") == {}
    assert morphology.dict_to_feats({"Person": "1", "Case": "Nom"}) == "Case=Nom|Person=1"
    assert morphology.dict_to_feats({}) == ""


def test_strings() -> None:
    assert (
        kernel.strings.get_string_id("apple") == kernel.strings.hash_string("apple") == StringStore()["apple"]
    )
    assert kernel.strings.get_string_id(42) == 42


def test_a_table_is_asked_by_string_or_number() -> None:
    table = kernel.lookups.Table("colours", {"sky": "blue"})
    table["sun"] = "yellow"
    table.set("sea", "green")
    number = kernel.strings.hash_string("sun")
    assert "sun" in table and number in table and "moon" not in table
    assert table["sun"] == table[number] == table.get("sun") == "yellow"
    assert table.get("moon", "grey") == "grey"
    assert table.pop("sea") == "green" and "sea" not in table
    assert table.setdefault("sky", "red") == "blue"
    again = kernel.lookups.Table().from_bytes(table.to_bytes())
    assert again == table and again.name == "colours"
    with pytest.raises(KeyError):
        table["moon"]


def test_tables_made_of_a_table_are_asked_by_string_too() -> None:
    table = kernel.lookups.Table("colours", {"sky": "blue"})
    both = table | {"sun": "yellow"}
    assert (both["sky"], both["sun"], both.name) == ("blue", "yellow", "colours") and "sun" not in table
    copy = table.copy()
    copy |= {"sea": "green"}
    assert (copy["sky"], copy["sea"], copy.name) == ("blue", "green", "colours") and "sea" not in table


def test_lookups_come_back(tmp_path) -> None:
    lookups = kernel.lookups.Lookups()
    lookups.add_table("colours", {"sky": "blue"})
    lookups.add_table("empty")
    assert lookups.has_table("colours") and "colours" in lookups and len(lookups) == 2
    assert list(lookups) == lookups.tables == ["colours", "empty"]
    with pytest.raises(UsageError, match="'colours' already"):
        lookups.add_table("colours")
    lookups.to_disk(tmp_path)
    for again in (
        kernel.lookups.Lookups().from_disk(tmp_path),
        kernel.lookups.Lookups().from_bytes(lookups.to_bytes()),
    ):
        assert again.get_table("colours")["sky"] == "blue" and again.tables == lookups.tables
    assert lookups.remove_table("empty") == {}
    assert lookups.get_table("empty", "none") == "none"
    assert lookups.get_table("empty", None) is None
    lookups.add_table("one")
    lookups.add_table("two")
    kept = kernel.lookups.Lookups().from_bytes(lookups.to_bytes(exclude=iter(["one", "two"])))
    assert kept.tables == ["colours"]
    lookups.remove_table("one")
    lookups.remove_table("two")
    with pytest.raises(KeyError, match="no table 'empty'; there are: colours"):
        lookups.get_table("empty")
    assert len(kernel.lookups.Lookups().from_disk(tmp_path / "nowhere")) == 0


def test_the_logger_of_util_is_the_kernels(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="kernel"):
        note("a record")
    assert [record.name for record in caplog.records] == [kernel.util.logger.name]


@pytest.mark.needs("kernel-nlp-languages", "kernel-nlp-components")
def test_what_components_need_and_set(capsys: pytest.CaptureFixture[str]) -> None:
    analysis = kernel.pipe_analysis
    with registry.restored():
        kernel.Language.component("needs_tags", requires="token.tag", func=lambda doc: doc)
        nlp = kernel.blank("en")
        nlp.add_pipe("sentencizer")
        nlp.add_pipe("needs_tags")
        assert analysis.get_attr_info(nlp, "token.tag") == {"assigns": [], "requires": ["needs_tags"]}
        assert analysis.get_attr_info(nlp, "doc.ents") == {"assigns": [], "requires": []}
        found = analysis.analyze_pipes(nlp, keys=["requires"])
        assert found["summary"]["needs_tags"] == {"requires": ["token.tag"]}
        analysis.print_pipe_analysis(found, keys=["requires"])
        assert "'needs_tags' requires token.tag, which nothing before it assigns" in capsys.readouterr().out


def test_names_of_attributes() -> None:
    right = ["doc.ents", "token.tag", "doc._.mine", "span._.mine"]
    assert kernel.pipe_analysis.validate_attrs(right) == right
    for wrong, message in {
        "doc": "no attribute of a document",
        "lexeme.orth": "no attribute of a document",
        "doc.entities": "a Doc has no attribute 'entities'",
        "token.tag.name": "a Token has no attribute 'tag.name'",
        "token.tag_": "stands for the same as 'token.tag'",
        "token._.a.b": "no extension attribute",
        "span.label": "extension attributes only",
    }.items():
        with pytest.raises(UsageError, match=message):
            kernel.pipe_analysis.validate_attrs([*right, wrong])


def test_tables_of_the_vocab_are_saved_with_a_pipeline(tmp_path):
    nlp = kernel.blank("en")
    lookups = nlp.vocab.lookups = kernel.lookups.Lookups(nlp.vocab.lookups)
    lookups.add_table("lemma_lookup", {"mice": "mouse"})
    lookups.add_table("lexeme_prob", {"mice": -3.5})
    assert nlp.vocab.prob("mice") == -3.5
    nlp.to_disk(tmp_path)
    again = kernel.load(tmp_path)
    assert again.vocab.prob("mice") == -3.5
    for tables in (
        kernel.lookups.Lookups(again.vocab.lookups),
        kernel.lookups.Lookups(lookups),
        pickle.loads(pickle.dumps(lookups)),
        copy.deepcopy(lookups),
    ):
        assert tables == lookups and tables.tables == ["lemma_lookup", "lexeme_prob"]
        assert tables.get_table("lemma_lookup")["mice"] == "mouse"
    assert kernel.lookups.Lookups({"plain": {"a": 1}}).get_table("plain").get("a") == 1
