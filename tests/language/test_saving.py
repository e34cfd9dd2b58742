"""Saving and loading: what comes back, what the bytes are, what is said about damage."""

import json
import pickle
import re

import catalogue
import numpy as np
import pytest
from thinc.api import Linear

import kernel
from kernel.component import Component, TrainableComponent
from kernel.errors import DataError, KernelWarning, RegistryError, UsageError
from kernel.language import Language
from kernel.registries.family import registry


class Counter(TrainableComponent):
    """Adds labels and has a small model."""

    def predict(self, docs):
        return [float(self.model.get_param("b").sum())] * len(docs)

    def set_annotations(self, docs, predictions):
        for doc, value in zip(docs, predictions, strict=True):
            doc.cats[self.name] = value


class Rule(Component):
    def __call__(self, doc):
        doc.user_data["rule"] = self.cfg.get("rule")
        return doc


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():

        @registry.languages("tst")
        class Test(Language):
            lang = "tst"

        @Language.factory("counter")
        def make_counter(nlp, name: str, width: int = 3):
            return Counter(nlp.vocab, Linear(None, width), name)

        Language.factory("rule", func=lambda nlp, name: Rule(name))
        Language.component("function", func=lambda doc: doc)
        yield


@pytest.fixture
def nlp():
    pipeline = kernel.blank("tst", meta={"name": "small"})
    counter = pipeline.add_pipe("counter")
    counter.add_label("LABEL")
    counter.model.set_dim("nO", 2)
    counter.model.initialize()
    counter.model.set_param("b", np.asarray([1.5, 2.0], dtype="f"))
    pipeline.add_pipe("rule").cfg["rule"] = "never"
    pipeline.add_pipe("function")
    pipeline.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    pipeline.vocab.strings.add("kept")
    return pipeline


def same(one, other):
    doc = other("gimme that")
    assert [t.text for t in doc] == ["gim", "me", "that"]
    assert doc.cats == one("gimme that").cats == {"counter": 3.5}
    assert doc.user_data["rule"] == "never"
    assert other.get_pipe("counter").labels == ("LABEL",)
    assert "kept" in list(other.vocab.strings) and other.lang == "tst"
    assert other.to_bytes() == one.to_bytes()


def test_a_saved_pipeline_comes_back(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    loaded = kernel.load(tmp_path / "saved")
    same(nlp, loaded)
    assert type(loaded).lang == "tst" and loaded.path == tmp_path / "saved" and loaded.meta["name"] == "small"


def test_what_a_saved_pipeline_consists_of(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    names = sorted(
        p.relative_to(tmp_path / "saved").as_posix() for p in (tmp_path / "saved").rglob("*") if p.is_file()
    )
    assert {"config.cfg", "meta.json", "manifest.json", "tokenizer", "vocab/strings.json"} <= set(names)
    assert {"counter/cfg", "counter/model", "rule/cfg"} <= set(names)
    meta = json.loads((tmp_path / "saved" / "meta.json").read_text())
    assert meta["labels"] == {"counter": ["LABEL"]} and meta["pipeline"] == ["counter", "rule", "function"]
    assert {"kernel-nlp", "thinc", "numpy"} <= set(meta["provenance"]["distributions"])


def test_numbers_in_meta_are_the_same_after_reading(nlp, tmp_path):
    scores = {"tag_acc": 0.3, "speed": 1 / 3, "ents_f": 0.1 + 0.2}
    nlp.meta["performance"] = scores
    nlp.to_disk(tmp_path / "saved")
    assert kernel.load(tmp_path / "saved").meta["performance"] == scores
    assert nlp.from_bytes(nlp.to_bytes()).meta["performance"] == scores


def test_saving_twice_gives_the_same_bytes(nlp, tmp_path):
    nlp.to_disk(tmp_path / "one")
    kernel.load(tmp_path / "one").to_disk(tmp_path / "two")
    for file in (tmp_path / "one").rglob("*"):
        if file.is_file():
            assert (
                file.read_bytes() == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()
            ), file


def test_loading_with_choices(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    load = kernel.load
    assert load(tmp_path / "saved", exclude=["counter"]).component_names == ["rule", "function"]
    assert load(tmp_path / "saved", disable="counter").pipe_names == ["rule", "function"]
    assert load(tmp_path / "saved", enable="rule").pipe_names == ["rule"]
    assert load(tmp_path / "saved", config={"nlp": {"batch_size": 3}}).batch_size == 3
    assert load(tmp_path / "saved", config={"nlp.batch_size": 4}).batch_size == 4
    assert load(str(tmp_path / "saved"), vocab=nlp.vocab).vocab is nlp.vocab


def test_loading_into_a_pipeline_and_on_the_class(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    same(nlp, type(nlp).from_disk(tmp_path / "saved"))
    other = kernel.blank("tst")
    for name in nlp.component_names:
        other.add_pipe(name)
    assert other.from_disk(tmp_path / "saved") is other
    same(nlp, other)


def test_bytes_and_pickle(nlp):
    other = kernel.blank("tst")
    for name in nlp.component_names:
        other.add_pipe(name)
    other.from_bytes(nlp.to_bytes())
    same(nlp, other)
    same(nlp, pickle.loads(pickle.dumps(nlp)))
    with pytest.raises(UsageError, match="counter"):
        kernel.blank("tst").from_bytes(nlp.to_bytes())
    with pytest.raises(DataError, match="not a pipeline"):
        other.from_bytes(b"nonsense")


def test_bytes_go_by_the_name_of_the_field(nlp):
    parts = [nlp, nlp.vocab, nlp.vocab.strings, nlp.tokenizer, nlp("a b"), *dict(nlp.pipeline).values()]
    for part in (each for each in parts if hasattr(each, "from_bytes")):
        part.from_bytes(bytes_data=part.to_bytes())


def test_a_damaged_file_is_named(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    model = tmp_path / "saved" / "counter" / "model"
    model.write_bytes(model.read_bytes()[:-1] + b"?")
    with pytest.raises(DataError, match="counter/model was changed"):
        kernel.load(tmp_path / "saved")


def test_a_failure_while_saving_leaves_the_old_pipeline(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    nlp.get_pipe("rule").cfg["rule"] = object()
    with pytest.raises(TypeError):
        nlp.to_disk(tmp_path / "saved")
    assert kernel.load(tmp_path / "saved")("x").user_data["rule"] == "never"


def test_a_directory_with_other_things_is_not_replaced(nlp, tmp_path):
    (tmp_path / "thesis.tex").write_text("...")
    with pytest.raises(UsageError, match="can't replace"):
        nlp.to_disk(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_missing_functions_are_named_with_their_packages(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    meta = tmp_path / "saved" / "meta.json"
    content = json.loads(meta.read_text())
    content["provenance"]["names"]["factories"]["counter"] = "acme-nlp==1.2.0"
    meta.write_text(json.dumps(content))
    (tmp_path / "saved" / "manifest.json").unlink()
    lines = (tmp_path / "saved" / "config.cfg").read_text().splitlines()
    line = lines.index("[components.counter]") + 2
    with registry.restored():
        del catalogue.REGISTRY["kernel", "factories", "counter"]
        del catalogue.REGISTRY["kernel", "factories", "rule"]
        with pytest.raises(RegistryError) as caught:
            kernel.load(tmp_path / "saved")
    text = str(caught.value)
    assert re.search(
        rf"config\.cfg:{line}:\d+: factories 'counter', which came from acme-nlp 1\.2\.0\n", text
    )
    assert "pip install 'acme-nlp==1.2.0'" in text
    assert "'rule', which came from the code file test_saving.py (sha256 " in text
    assert "--code test_saving.py" in text


def test_a_pipeline_of_another_version_warns(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    meta = tmp_path / "saved" / "meta.json"
    meta.write_text(meta.read_text().replace(nlp.meta["kernel_version"], ">=99"))
    (tmp_path / "saved" / "manifest.json").unlink()
    with pytest.warns(KernelWarning, match="made for kernel >=99"):
        kernel.load(tmp_path / "saved")


@pytest.mark.parametrize("name", ["no_such_package_here", "./nowhere", "/nowhere"])
def test_a_pipeline_that_does_not_exist(name):
    with pytest.raises(UsageError, match="can't find"):
        kernel.load(name)


def test_a_directory_that_is_no_pipeline(tmp_path):
    with pytest.raises(UsageError, match=r"config\.cfg"):
        kernel.load(tmp_path)


def test_loading_an_installed_package_imports_nothing_of_it(nlp, tmp_path, monkeypatch):
    package = tmp_path / "tst_small"
    nlp.to_disk(package / "tst_small-0.0.0")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    same(nlp, kernel.load("tst_small"))


def test_vectors_at_initialize(tmp_path):
    source = kernel.blank("tst")
    source.vocab.set_vector("cat", np.asarray([1, 2, 3], dtype="f"))
    source.to_disk(tmp_path / "vectors")
    nlp = kernel.blank("tst", config={"initialize": {"vectors": str(tmp_path / "vectors")}})
    nlp.initialize()
    assert nlp.vocab.get_vector("cat").tolist() == [1, 2, 3]
    assert nlp.vocab.strings[nlp.vocab.strings["cat"]] == "cat"


# Models.


def test_tables_and_the_name_of_the_vectors_come_back(nlp, tmp_path):
    nlp.vocab.lookups = {"lemmas": {"went": "go"}}
    nlp.vocab.vectors.name = "test_words"
    nlp.vocab.set_vector("word", np.ones(2))
    nlp.to_disk(tmp_path / "pipeline")
    for again in (
        kernel.load(tmp_path / "pipeline"),
        Language.from_config(nlp.config).from_bytes(nlp.to_bytes()),
        pickle.loads(pickle.dumps(nlp)),
    ):
        assert again.vocab.lookups == {"lemmas": {"went": "go"}}
        assert again.vocab.vectors.name == "test_words"


def test_parts_of_the_vocab_and_the_meta_table_are_left_out(tmp_path):
    nlp = Language(meta={"name": "mine"})
    nlp.vocab.strings.add("kept")
    nlp.vocab.set_vector("kept", np.ones(3, dtype="f"))
    nlp.to_disk(tmp_path / "m")
    assert "kept" in kernel.load(tmp_path / "m").vocab.strings
    assert "kept" not in kernel.load(tmp_path / "m", exclude=["strings", "vectors"]).vocab.strings
    assert len(kernel.load(tmp_path / "m", exclude="vectors").vocab.vectors) == 0
    for other in (
        kernel.load(tmp_path / "m", exclude=["meta"]),
        Language(meta={"name": "pipeline"}).from_disk(tmp_path / "m", exclude=["meta"]),
        Language(meta={"name": "pipeline"}).from_bytes(nlp.to_bytes(), exclude=["meta"]),
        Language().from_bytes(nlp.to_bytes(exclude=["meta"])),
    ):
        assert other.meta["name"] == "pipeline"
    assert Language().from_bytes(nlp.to_bytes()).meta["name"] == "mine"
    nlp.to_disk(tmp_path / "bare", exclude=["meta"])
    assert not (tmp_path / "bare" / "meta.json").exists()
    assert kernel.load(tmp_path / "bare").meta["name"] == "pipeline"


def test_a_config_and_a_meta_table_may_be_edited_by_hand(tmp_path):
    nlp = Language(meta={"name": "before"})
    nlp.to_disk(tmp_path / "m")
    for file, old, new in (
        ("config.cfg", "batch_size = 1000", "batch_size = 7"),
        ("meta.json", "before", "after"),
    ):
        path = tmp_path / "m" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    with pytest.warns(KernelWarning) as warned:
        edited = kernel.load(tmp_path / "m")
    assert [
        file in str(one.message) for file, one in zip(["config.cfg", "meta.json"], warned, strict=True)
    ] == [True, True]
    assert edited.batch_size == 7 and edited.meta["name"] == "after"
    edited.to_disk(tmp_path / "m")
    again = kernel.load(tmp_path / "m")
    assert again.batch_size == 7 and again.meta["name"] == "after"
    (tmp_path / "m" / "meta.json").write_text('{"name": "third"}')
    with pytest.warns(KernelWarning, match="was changed after it was saved"):
        again = Language().from_disk(tmp_path / "m")
    assert again.meta["name"] == "third"
