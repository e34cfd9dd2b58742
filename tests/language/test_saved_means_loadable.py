"""Saved means loadable: what isn't is refused before anything is replaced. Loaded means whole."""

import copy
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
from thinc.api import Linear

import kernel
from kernel import Config
from kernel.cli.run import run
from kernel.component import Component, SavedFile, TrainableComponent
from kernel.errors import ConfigError, DataError, KernelError, KernelWarning, RegistryError, UsageError
from kernel.language import Language
from kernel.numeric.bytes import model_from_bytes, model_to_bytes
from kernel.registries.code import load_code
from kernel.registries.family import registry
from kernel.tokenizer import Tokenizer

pytestmark = pytest.mark.needs("kernel-nlp-languages")


class Quiet:
    """Has the methods, and nothing to save."""

    def __call__(self, doc):
        return doc

    def to_disk(self, path, *, exclude=()):
        pass

    def from_disk(self, path, *, exclude=()):
        assert path.exists()
        return self

    def to_bytes(self, *, exclude=()):
        return b""

    def from_bytes(self, data, *, exclude=()):
        return self


QUIET = """
from kernel.language import Language
from tests.language.test_saved_means_loadable import Quiet

Language.factory("own_quiet", func=lambda nlp, name: Quiet())
"""


class Halves:
    """Has only some of the methods."""

    def __init__(self, methods):
        for name in methods:
            setattr(self, name, getattr(Quiet(), name))

    def __call__(self, doc):
        return doc


class Weighted(TrainableComponent):
    """Does without the constructor of its base class."""

    def __init__(self, vocab, model, name):
        self.vocab, self.model, self.name = vocab, model, name

    def set_annotations(self, docs, predictions):
        pass


class Settings(Component):
    def __call__(self, doc):
        return doc


class Words:
    """A tokenizer without state."""

    def __init__(self, vocab):
        self.vocab = vocab

    def __call__(self, text):
        from kernel.tokens import Doc

        return Doc(self.vocab, words=text.split(" "))


@pytest.fixture(autouse=True)
def registered():
    with registry.restored():
        Language.factory("quiet", func=lambda nlp, name: Quiet())
        Language.factory("settings", func=lambda nlp, name: Settings(name))
        Language.factory("weighted", func=lambda nlp, name: Weighted(nlp.vocab, Linear(None, 2), name))
        Language.factory("bare", func=lambda nlp, name: Weighted.__new__(Weighted))

        @Language.factory("halves")
        def make_halves(nlp, name: str, methods: list[str]):
            return Halves(methods)

        registry.tokenizers("test.Words.v1", lambda: lambda nlp: Words(nlp.vocab))
        yield


def weights(nlp, value):
    """Give the component `weighted` weights, and `settings` settings."""
    model = nlp.get_pipe("weighted").model
    model.set_dim("nO", 3, force=True)
    model.set_param("W", np.full((3, 2), value, dtype="f"))
    model.set_param("b", np.full(3, value, dtype="f"))
    nlp.get_pipe("settings").cfg = {"value": value}
    nlp.config["training"]["max_steps"] = value
    nlp.meta["version"] = f"{value}.0"
    nlp.vocab.set_vector("word", np.full(2, value, dtype="f"))
    return nlp


def pipeline(*more):
    nlp = kernel.blank("xx")
    for name in ("settings", "weighted", *more):
        nlp.add_pipe(name)
    return nlp


# Saving.


def test_a_component_with_nothing_to_save(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(QUIET)
    load_code(tmp_path / "own.py")
    nlp = kernel.blank("xx", meta={"name": "quiet"})
    nlp.add_pipe("own_quiet", "quiet")
    nlp.to_disk("model")
    # Copies, and archives, may lose empty directories.
    shutil.copytree("model", "copy")
    (tmp_path / "copy" / "quiet").rmdir()
    assert run(["package", "model", "out", "--build", "wheel", "--code", "own.py"]) == 0
    with zipfile.ZipFile("out/xx_quiet-0.0.0/dist/xx_quiet-0.0.0-py3-none-any.whl") as wheel:
        wheel.extractall("site")
    for place in ("model", "copy", "site/xx_quiet/xx_quiet-0.0.0"):
        assert kernel.load(place).pipe_names == ["quiet"]
    (tmp_path / "model" / "manifest.json").unlink()
    (tmp_path / "model" / "quiet").rmdir()
    with pytest.raises(DataError, match="data of component 'quiet' is missing"):
        kernel.load("model")


@pytest.mark.parametrize(
    ("methods", "lacking", "as_bytes"),
    [
        (["to_disk"], "from_disk", None),
        (["from_disk"], "to_disk", None),
        (["to_bytes"], "from_bytes", "has no method from_bytes"),
        (["to_bytes", "from_bytes"], None, None),
        (["to_disk", "from_disk"], None, r"has to_disk, and no to_bytes and from_bytes"),
        (["to_disk", "from_disk", "to_bytes"], None, "has no method from_bytes"),
        (["to_disk", "from_disk", "to_bytes", "from_bytes"], None, None),
        ([], None, None),
    ],
)
def test_a_component_that_can_not_be_loaded_is_not_saved(tmp_path, methods, lacking, as_bytes):
    nlp = kernel.blank("xx")
    nlp.to_disk(tmp_path / "model")
    nlp.add_pipe("halves", config={"methods": methods})
    if lacking is None:
        nlp.to_disk(tmp_path / "model")
        assert kernel.load(tmp_path / "model").pipe_names == ["halves"]
    else:
        with pytest.raises(UsageError, match=f"'halves' can't be saved: a Halves has no method {lacking}\n"):
            nlp.to_disk(tmp_path / "model")
        assert kernel.load(tmp_path / "model").pipe_names == []
        nlp.to_disk(tmp_path / "model", exclude=["halves"])
    if as_bytes is not None:
        for to_bytes in (nlp.to_bytes, lambda: pickle.dumps(nlp)):
            with pytest.raises(UsageError, match=rf"{as_bytes}\n.*exclude=\['halves'\]"):
                to_bytes()
        assert Language.from_config(nlp.config).from_bytes(nlp.to_bytes(exclude=["halves"]))
    elif lacking is None:
        assert Language.from_config(nlp.config).from_bytes(nlp.to_bytes()).pipe_names == ["halves"]


class OnlyBytes:
    """Keeps words, and knows of bytes only."""

    def __init__(self):
        self.words = ()

    def __call__(self, doc):
        return doc

    def to_bytes(self, **_):
        return " ".join(self.words).encode()

    def from_bytes(self, data, **_):
        self.words = tuple(data.decode().split())


def test_a_component_that_knows_of_bytes_only_is_saved_with_its_data(tmp_path):
    Language.factory("bytes", func=lambda nlp, name: OnlyBytes())
    nlp = kernel.blank("xx")
    nlp.add_pipe("bytes").words = ("a", "b")
    nlp.to_disk(tmp_path / "model")
    assert kernel.load(tmp_path / "model").get_pipe("bytes").words == ("a", "b")
    assert pickle.loads(pickle.dumps(nlp)).get_pipe("bytes").words == ("a", "b")
    assert Language().add_pipe("bytes", source=nlp).words == ("a", "b")
    (tmp_path / "model" / "manifest.json").unlink()
    (tmp_path / "model" / "bytes" / "bytes").rename(tmp_path / "model" / "bytes" / "other")
    with pytest.raises(DataError, match="bytes"):
        kernel.load(tmp_path / "model")


class Lists(Component):
    """Keeps words of its own, and writes them to a directory only."""

    def __init__(self):
        super().__init__("lists")
        self.words = ["a"]

    def __call__(self, doc):
        return doc

    def to_disk(self, path, *, exclude=()):
        path.mkdir(exist_ok=True)
        (path / "words").write_text(" ".join(self.words))

    def from_disk(self, path, *, exclude=()):
        self.words = (path / "words").read_text().split()
        return self


class WholeLists(Lists):
    """Writes them to bytes too."""

    def to_bytes(self, *, exclude=()):
        return " ".join(self.words).encode()

    def from_bytes(self, data, *, exclude=()):
        self.words = data.decode().split()
        return self


class ByteLists(Component):
    """Writes them to bytes only."""

    words = ("a",)
    __call__ = Lists.__call__
    to_bytes = WholeLists.to_bytes
    from_bytes = WholeLists.from_bytes


class FileLists(Component):
    """Names them as a file, by which both ways are there."""

    words = ("a",)
    __call__ = Lists.__call__

    def files(self):
        own = SavedFile(lambda: " ".join(self.words).encode(), self.take)
        return {**super().files(), "words": own}

    def take(self, data):
        self.words = data.decode().split()

    def to_disk(self, path, *, exclude=()):
        super().to_disk(path, exclude=exclude)


def lists(cls):
    Language.factory(f"test_{cls.__name__}", func=lambda nlp, name: cls())
    nlp = kernel.blank("xx")
    nlp.add_pipe(f"test_{cls.__name__}", name="lists").words = ["b", "c"]
    return nlp


def test_a_subclass_that_writes_more_to_a_directory_is_not_made_bytes_without_it(tmp_path):
    nlp = lists(Lists)
    own = "a Lists has a to_disk of its own, and the to_bytes of Component"
    for make in (nlp.to_bytes, lambda: pickle.dumps(nlp), lambda: copy.deepcopy(nlp)):
        with pytest.raises(
            UsageError, match=rf"'lists' can't become bytes: {own}.*\nDefine to_bytes and from_bytes"
        ):
            make()
    nlp.to_bytes(exclude=["lists"])
    nlp.to_disk(tmp_path / "model")
    assert kernel.load(tmp_path / "model").get_pipe("lists").words == ["b", "c"]


def test_a_subclass_that_writes_more_to_bytes_is_not_saved_without_it(tmp_path):
    with pytest.raises(UsageError, match=r"'lists' can't be saved: a ByteLists has a to_bytes of its own"):
        lists(ByteLists).to_disk(tmp_path / "model")


@pytest.mark.parametrize("cls", [WholeLists, FileLists])
def test_a_subclass_that_writes_both_keeps_what_is_its_own(tmp_path, cls):
    nlp = lists(cls)
    nlp.to_disk(tmp_path / "model")
    for other in (copy.deepcopy(nlp), pickle.loads(pickle.dumps(nlp)), kernel.load(tmp_path / "model")):
        assert other.get_pipe("lists").words == ["b", "c"]


def test_a_tokenizer_that_the_config_does_not_make_is_not_dropped(tmp_path):
    nlp = kernel.blank("xx")
    nlp.to_disk(tmp_path / "model")
    nlp.tokenizer = Words(nlp.vocab)
    for save in (lambda: nlp.to_disk(tmp_path / "model"), nlp.to_bytes):
        with pytest.raises(
            UsageError, match="tokenizer, a Words, can't be saved: the config makes a Tokenizer"
        ):
            save()
    assert isinstance(kernel.load(tmp_path / "model").tokenizer, Tokenizer)
    nlp.to_disk(tmp_path / "model", exclude=["tokenizer"])
    # It may come with its own config.
    nlp.config["nlp"]["tokenizer"] = {"@tokenizers": "test.Words.v1"}
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    assert isinstance(loaded.tokenizer, Words)
    loaded.to_disk(tmp_path / "again")
    # One of the same kind has its own data.
    nlp = kernel.blank("xx")
    nlp.tokenizer = Tokenizer(nlp.vocab, {"ab": [{"ORTH": "a"}, {"ORTH": "b"}]})
    nlp.to_disk(tmp_path / "model")
    assert [token.text for token in kernel.load(tmp_path / "model")("ab")] == ["a", "b"]


def test_a_config_that_can_not_be_loaded_is_not_saved(tmp_path):
    nlp = pipeline()
    nlp.to_disk(tmp_path / "model")
    nlp.config["training"]["max_steps"] = "${nothing.here}"
    with pytest.raises(UsageError, match=r"(?s)its config could not be loaded again: .*nothing\.here"):
        nlp.to_disk(tmp_path / "model")
    assert kernel.load(tmp_path / "model").pipe_names == ["settings", "weighted"]


def test_a_component_may_do_without_the_constructor_of_its_base(tmp_path):
    weights(pipeline(), 4).to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model").get_pipe("weighted")
    assert loaded.model.get_param("W").tolist() == [[4, 4]] * 3
    assert (loaded.cfg, loaded.scorer, loaded.channels, loaded.score([])) == ({}, None, [], {})
    with pytest.raises(RegistryError, match="'bare', a Weighted, has no vocab and no model\n.*super"):
        kernel.blank("xx").add_pipe("bare")


# Loading into a pipeline.


@pytest.mark.parametrize("way", ["disk", "bytes"])
def test_a_pipeline_takes_the_config_and_meta_too(tmp_path, way):
    source = weights(pipeline(), 4)
    source.config["paths"]["train"] = "x.jsonl"
    source.batch_size = 7
    nlp = pipeline()
    source.to_disk(tmp_path / "model")
    assert (nlp.from_disk(tmp_path / "model") if way == "disk" else nlp.from_bytes(source.to_bytes())) is nlp
    assert nlp.config == source.config and nlp.batch_size == 7 and nlp.meta["version"] == "4.0"
    assert nlp.to_bytes() == source.to_bytes()


def test_a_pipeline_keeps_its_own_settings_of_components(tmp_path):
    text = (
        '[nlp]\nlang = "xx"\npipeline = ["a"]\n[components.a]\nfactory = "halves"\nmethods = ${own.methods}\n'
    )
    nlp = Language.from_config(Config.from_str(text + "[own]\nmethods = []\n"))
    other = kernel.blank("xx")
    other.add_pipe("halves", "a", config={"methods": ["to_disk", "from_disk"]})
    other.to_disk(tmp_path / "model")
    nlp.from_disk(tmp_path / "model")
    assert nlp.config["components"]["a"]["methods"] == [], "and no variable that leads nowhere"
    nlp.to_disk(tmp_path / "model")
    kernel.load(tmp_path / "model")


@pytest.mark.parametrize("way", ["disk", "bytes"])
@pytest.mark.parametrize("trained", [True, False])
def test_after_an_error_a_pipeline_is_as_it_was(tmp_path, way, trained):
    source = weights(pipeline(), 4)
    # The last part fails, when the others are loaded.
    model = source.get_pipe("weighted").model
    model.set_param("b", np.zeros(5, dtype="f"))
    nlp = weights(pipeline(), 6) if trained else pipeline()
    before, state = nlp.to_bytes(), model_to_bytes(nlp.get_pipe("weighted").model)
    source.to_disk(tmp_path / "model")
    with pytest.raises(DataError, match=r"takes b of shape \(3,\), and the saved weights have \(5,\)"):
        nlp.from_disk(tmp_path / "model") if way == "disk" else nlp.from_bytes(source.to_bytes())
    assert nlp.to_bytes() == before and model_to_bytes(nlp.get_pipe("weighted").model) == state
    assert nlp.get_pipe("settings").cfg == ({"value": 6} if trained else {})


def test_a_config_that_can_not_be_taken_over_changes_nothing(tmp_path):
    weights(pipeline(), 4).to_disk(tmp_path / "model")
    file = tmp_path / "model" / "config.cfg"
    file.write_text(file.read_text() + "\n[own]\nx = ${nowhere.at_all}\n")
    (tmp_path / "model" / "manifest.json").unlink()
    nlp = weights(pipeline(), 6)
    before = nlp.to_bytes()
    with pytest.raises(ConfigError, match="nowhere.at_all"):
        nlp.from_disk(tmp_path / "model")
    assert nlp.to_bytes() == before


@pytest.mark.parametrize("way", ["disk", "bytes"])
def test_a_component_that_is_left_out_keeps_the_strings_it_needs(tmp_path, way):
    nlp, source = weights(pipeline(), 6), weights(pipeline(), 4)
    number = nlp.vocab.strings.add("LABEL_OF_THE_KEPT_ONE")
    source.vocab.strings.add("LABEL_OF_ANOTHER_ONE")
    if way == "disk":
        source.to_disk(tmp_path / "model")
        nlp.from_disk(tmp_path / "model", exclude=["weighted"])
    else:
        nlp.from_bytes(source.to_bytes(), exclude=["weighted"])
    assert nlp.get_pipe("settings").cfg == {"value": 4}
    assert nlp.get_pipe("weighted").model.get_param("b")[0] == 6
    assert (
        nlp.vocab.strings[number] == "LABEL_OF_THE_KEPT_ONE" and "LABEL_OF_ANOTHER_ONE" in nlp.vocab.strings
    )


def test_components_that_a_pipeline_lacks_are_not_passed_over(tmp_path):
    weights(pipeline("quiet"), 4).to_disk(tmp_path / "model")
    nlp = pipeline()
    with pytest.raises(UsageError, match="no component 'quiet'"):
        nlp.from_disk(tmp_path / "model")
    assert nlp.from_disk(tmp_path / "model", exclude=["quiet"]).get_pipe("settings").cfg == {"value": 4}
    more = pipeline("quiet", "sentencizer")
    with pytest.raises(KernelError, match="data of component 'sentencizer' is missing"):
        more.from_disk(tmp_path / "model")


# Shapes.


@pytest.mark.parametrize("shape", [(2, 4), (3, 3), (6,), (2, 3, 1)])
def test_weights_of_another_shape_are_refused(shape):
    made = Linear(3, 2)
    made.initialize()
    made.set_param("W", np.zeros(shape, dtype="f"))
    data = model_to_bytes(made)
    for fresh in (Linear(3, 2), Linear()):
        with pytest.raises(
            DataError, match=r"\(linear\) takes W of shape \(3, 2\), and the saved weights have"
        ):
            model_from_bytes(fresh, data)
        assert not fresh.has_param("W") and not fresh.has_param("b")


def test_weights_that_are_none_are_refused():
    import srsly

    made = Linear(3, 2)
    made.initialize()
    message = srsly.msgpack_loads(model_to_bytes(made))
    for value in (["<f4", [3, 2], b"1234"], ["|O", [3, 2], b"12345678" * 6]):
        message["nodes"][""]["params"]["W"] = value
        with pytest.raises(DataError, match="has no array of numbers for W"):
            model_from_bytes(Linear(3, 2), srsly.msgpack_dumps(message))


def test_weights_that_are_not_there_yet_are_not_there_afterwards():
    fresh, trained = model_to_bytes(Linear()), Linear(3, 2)
    trained.initialize()
    model_from_bytes(trained, fresh)
    assert model_to_bytes(trained) == fresh


def test_a_saved_component_is_taken_from_nowhere_else(tmp_path):
    weights(pipeline(), 4).to_disk(tmp_path / "model")
    file = tmp_path / "model" / "config.cfg"
    text = file.read_text()
    line = next(line for line in text.splitlines() if line.startswith("factory = "))
    file.write_text(text.replace(line, f"source = {json.dumps(str(tmp_path / 'model'))}", 1))
    with (
        pytest.warns(KernelWarning),
        pytest.raises(ConfigError, match="of a saved pipeline has no factory"),
    ):
        kernel.load(tmp_path / "model")
