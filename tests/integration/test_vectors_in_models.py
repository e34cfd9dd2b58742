"""Word vectors as features of models: named in a config, read from the vocabulary, never trained and never copied."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kernel as package
from kernel import Config
from kernel.registries.code import load_code
from kernel.testing.box import Box
from kernel.training import Example
from kernel.vocab import Vectors, Vocab

WORDS = ["Ada", "Bob", "cats", "dogs", "sleep", "run", "fast", "late", "."]
SENTENCES = [
    ("Ada sleep late .", "N V R P"),
    ("cats run fast .", "N V R P"),
    ("Bob run .", "N V P"),
    ("dogs sleep .", "N V P"),
]
CONFIG = """
[paths]
train = "tags.jsonl"
dev = "tags.jsonl"
vectors = "table"

[nlp]
lang = "en"
pipeline = ["tagger"]

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "kernel.Tagger.v2"

[initialize]
vectors = ${paths.vectors}

[training]
max_steps = 6
eval_frequency = 3

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
"""
ENCODED = """
[components.tagger.model.tok2vec]
@architectures = "kernel.Tok2Vec.v2"

[components.tagger.model.tok2vec.encode]
@architectures = "kernel.MaxoutWindowEncoder.v2"
width = {width}
window_size = 1
maxout_pieces = 2
depth = 1

[components.tagger.model.tok2vec.embed]
"""
MULTI_HASH = """
@architectures = "kernel.MultiHashEmbed.v2"
width = 128
attrs = ["LOWER","PREFIX","SUFFIX","SHAPE"]
rows = [5000,2500,2500,2500]
include_static_vectors = true
"""
CHARACTERS = """
@architectures = "kernel.CharacterEmbed.v2"
width = 32
rows = 200
nM = 8
nC = 4
include_static_vectors = true
"""
CNN = """
[components.tagger.model.tok2vec]
@architectures = "kernel.HashEmbedCNN.v2"
width = 32
depth = 1
embed_size = 200
window_size = 1
maxout_pieces = 2
subword_features = true
pretrained_vectors = true
"""
MODELS = {
    "MultiHashEmbed": ENCODED.format(width=128) + MULTI_HASH,
    "CharacterEmbed": ENCODED.format(width=32) + CHARACTERS,
    "HashEmbedCNN": CNN,
}
OWN = '''
from kernel.ml.featureextractor import FeatureExtractor
from kernel.ml.staticvectors import StaticVectors
from kernel.ml.wordforms import per_word_form
from kernel.tokens import Doc
from kernel.util import registry
from thinc.api import Embed, Model, add, chain, list2array, ragged2list, remap_ids_v2
from thinc.types import Floats2d

print("the file is read")


@registry.architectures("own.ProjectedVectors.v1")
def projected(output_width: int) -> Model[list[Doc], list[Floats2d]]:
    """Vectors of the vocabulary, projected."""
    print("the function is called")
    return StaticVectors(nO=output_width)


@registry.architectures("own.VectorsAndWords.v1")
def summed(output_width: int, words: list[str]) -> Model[list[Doc], list[Floats2d]]:
    """Projected vectors, plus a learned row for each of some words and one for all others."""
    numbers = rows_of(words)
    return per_word_form(
        add(
            chain(StaticVectors(nO=output_width), ragged2list(), list2array()),
            chain(
                FeatureExtractor(["ORTH"]),
                list2array(),
                remap_ids_v2(numbers, column=0),
                Embed(nO=output_width, nV=len(words) + 1, column=0),
            ),
        )
    )


def rows_of(words):
    from kernel.strings import StringStore

    strings = StringStore()
    return {strings.add(word): row for row, word in enumerate(words, 1)}
'''
OWN_MODELS = {
    "projected": ENCODED.format(width=16) + '@architectures = "own.ProjectedVectors.v1"\noutput_width = 16\n',
    "summed": ENCODED.format(width=16)
    + '@architectures = "own.VectorsAndWords.v1"\noutput_width = 16\nwords = ["Ada", "run"]\n',
}


def table(width: int = 7, seed: int = 0) -> Vocab:
    vocab = Vocab()
    generator = np.random.default_rng(seed)
    for word in WORDS[:-2]:
        vocab.set_vector(word, generator.normal(size=width).astype("float32"))
    return vocab


def workplace(folder: Path) -> Box:
    """A directory with data, a table of vectors and a file of functions."""
    box = Box(folder)
    records = [{"text": text, "words": text.split(), "tags": tags.split()} for text, tags in SENTENCES]
    box.file("tags.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    box.code(OWN)
    table().to_disk(folder / "table")
    return box


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return workplace(tmp_path)


@pytest.fixture(scope="module", params=MODELS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved pipeline for each model; not to be changed."""
    box = workplace(tmp_path_factory.mktemp(request.param))
    result = train(box, MODELS[request.param])
    assert result.exit_code == 0, result.stderr
    return box.path / "out/model-last"


def train(box: Box, model: str, *more: str) -> Any:
    box.config(CONFIG + model)
    return box.run("train", "config.cfg", "--output", "out", *more)


def rows(vocab: Vocab) -> np.ndarray[Any, Any]:
    return np.array([vocab.get_vector(word) for word in WORDS])


def node_named(model: Any, name: str) -> Any:
    (found,) = [node for node in model.walk() if node.name == name]
    return found


def test_vectors_are_features_that_training_leaves_alone(trained: Path) -> None:
    nlp = package.load(trained)
    assert np.array_equal(rows(nlp.vocab), rows(table()))
    projection = node_named(nlp.get_pipe("tagger").model, "static_vectors")
    assert projection.get_param("W").shape[1] == 7
    tok2vec = nlp.get_pipe("tagger").model.get_ref("tok2vec")
    doc = nlp.make_doc("Ada run")
    before = tok2vec.predict([doc])[0].copy()
    nlp.vocab.set_vector("run", -np.asarray(nlp.vocab.get_vector("run")))
    assert np.abs(tok2vec.predict([doc])[0] - before).max() > 1e-4


def test_the_table_is_saved_once_and_in_no_model(trained: Path) -> None:
    one_row = rows(table())[0].tobytes()
    holders = [file for file in trained.rglob("*") if file.is_file() and one_row in file.read_bytes()]
    assert holders and all(file.parent.name == "vocab" for file in holders), holders
    assert len(holders) == 1


@pytest.mark.parametrize("model", MODELS)
def test_models_with_vectors_need_them_from_the_start(box: Box, model: str) -> None:
    result = train(box, MODELS[model], "--paths.vectors", "null")
    assert result.exit_code != 0 and "the vocab has no vectors" in result.stderr
    assert "Traceback" not in result.stderr and not (box.path / "out/model-last").exists()


def test_a_table_of_another_width_is_refused(trained: Path) -> None:
    nlp = package.load(trained)
    nlp.vocab.vectors = table(width=5).vectors
    with pytest.raises(package.errors.KernelError, match="7.* 5"):
        nlp("Ada run")


def test_other_vectors_than_those_of_the_training_are_refused(trained: Path, box: Box) -> None:
    """When a pipeline is loaded, when a component is taken from it, when training goes on: before anything is learnt."""
    own, other = table(), table(seed=1)
    own.vectors.name, other.vectors.name = "own", "other"
    names = r"component 'tagger' was trained with the static vectors .*digest \w{8}\), which are not those that are here: 'other'"
    shutil.copytree(trained, box.path / "model")
    other.to_disk(box.path / "model/vocab")
    (box.path / "model/manifest.json").unlink()
    with pytest.raises(package.errors.DataError, match=names):
        package.load(box.path / "model")
    with pytest.raises(package.errors.DataError, match=names):
        package.load(trained, vocab=other, exclude="vectors")
    with pytest.raises(package.errors.DataError, match="the vocab that is given has the vectors 'other'"):
        package.load(trained, vocab=other)
    source = package.load(trained)
    nlp = package.blank("en", vocab=other)
    with pytest.raises(package.errors.DataError, match=names):
        nlp.add_pipe("tagger", source=source)
    nlp = package.load(trained, exclude="vectors")
    with pytest.raises(
        package.errors.KernelError, match="needs static vectors of width 7, and the vocab has none"
    ):
        nlp("Ada run")
    nlp.vocab.vectors = other.vectors
    with pytest.raises(package.errors.DataError, match=names):
        nlp.resume_training()
    with pytest.warns(package.errors.KernelWarning, match="was trained with the static vectors .* 'other'"):
        nlp("Ada run")
    nlp("Bob run")
    nlp.vocab.vectors = own.vectors
    nlp.resume_training()
    assert nlp("Ada run")[0].tag_


@pytest.mark.parametrize("vectors", ["other", "null", "table"])
def test_a_component_of_a_trained_pipeline_gets_its_vectors(trained: Path, box: Box, vectors: str) -> None:
    table(seed=1).to_disk(box.path / "other")
    start, end = CONFIG.index("[components.tagger]"), CONFIG.index("[initialize]")
    box.config(f'{CONFIG[:start]}[components.tagger]\nsource = "{trained}"\n\n{CONFIG[end:]}')
    result = box.run("train", "config.cfg", "--output", "out", "--paths.vectors", vectors)
    if vectors == "table":
        assert result.exit_code == 0, result.stderr
        package.load(box.path / "out/model-last")
        return
    assert result.exit_code == 2 and "Traceback" not in result.stderr
    assert "component 'tagger' was trained with the static vectors" in result.stderr
    assert ("there are no vectors here" if vectors == "null" else "not those that are here") in result.stderr
    assert "step" not in result.stdout and not (box.path / "out/model-last").exists()


def test_vectors_that_are_asked_for_and_missing_are_a_mistake_of_the_config(tmp_path: Path) -> None:
    result = train(workplace(tmp_path), MODELS["MultiHashEmbed"], "--paths.vectors", "null")
    assert result.exit_code == 2 and "Traceback" not in result.stderr
    assert "Static vectors are asked for, but the vocab has no vectors." in result.stderr
    assert "initialize.vectors" in result.stderr and "--paths.vectors PATH" in result.stderr
    assert "train without: include_static_vectors = false" in " ".join(result.stderr.split())


def test_a_pipeline_without_vectors_gives_none(tmp_path: Path) -> None:
    box = workplace(tmp_path)
    package.blank("en").to_disk(box.path / "empty")
    result = train(box, MODELS["MultiHashEmbed"], "--paths.vectors", "empty")
    assert result.exit_code == 2 and "Traceback" not in result.stderr
    assert "there are no vectors: the table is empty" in result.stderr and "empty/vocab" in result.stderr
    assert "initialize.vectors" in result.stderr
    assert not (box.path / "out/model-last").exists()


def test_a_pipeline_whose_vectors_were_changed_is_saved_and_loaded(trained: Path, tmp_path: Path) -> None:
    nlp = package.load(trained)
    nlp.vocab.set_vector("more", np.ones(7))
    nlp.to_disk(tmp_path / "one")
    again = package.load(tmp_path / "one")
    again.vocab.prune_vectors(3)
    again.to_disk(tmp_path / "two")
    assert len(package.load(tmp_path / "two").vocab.vectors) == 3


def test_vectors_cannot_be_added_to_a_trained_model(box: Box) -> None:
    """A model made without them has no place for them: its config says so, and its predictions stay as they are."""
    without = MODELS["HashEmbedCNN"].replace("pretrained_vectors = true", "pretrained_vectors = null")
    assert train(box, without, "--paths.vectors", "null").exit_code == 0
    nlp = package.load(box.path / "out/model-last")
    before = nlp.get_pipe("tagger").model.predict([nlp.make_doc("Ada run")])[0]
    nlp.vocab.vectors = table().vectors
    after = nlp.get_pipe("tagger").model.predict([nlp.make_doc("Ada run")])[0]
    assert np.array_equal(before, after)


@pytest.mark.parametrize("model", OWN_MODELS)
def test_an_embedding_from_a_file_of_functions(box: Box, model: str) -> None:
    result = train(box, OWN_MODELS[model], "--code", "functions.py")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("the file is read") == 1
    assert ("the function is called" in result.stdout) == (model == "projected")
    scores = box.run("evaluate", "out/model-last", "tags.jsonl", "--code", "functions.py")
    assert scores.exit_code == 0, scores.stderr
    shutil.rmtree(box.path / "table")
    with package.registry.restored():
        load_code(box.path / "functions.py")
        nlp = package.load(box.path / "out/model-last")
        assert np.array_equal(rows(nlp.vocab), rows(table()))
        assert all(token.tag_ for token in nlp("Ada run late ."))


@pytest.mark.parametrize("model", OWN_MODELS)
def test_gradients_of_an_embedding_of_ones_own(box: Box, model: str) -> None:
    """In double precision, the way back through the embedding and the encoder is that of finite differences."""
    config = Config.from_str(CONFIG + OWN_MODELS[model], overrides={"paths.vectors": str(box.path / "table")})
    with package.registry.restored():
        load_code(box.path / "functions.py")
        nlp = package.Language.from_config(config)
        examples = [Example.from_dict(nlp.make_doc(text), {"tags": tags.split()}) for text, tags in SENTENCES]
        nlp.initialize(lambda: examples)
        tok2vec = nlp.get_pipe("tagger").model.get_ref("tok2vec")
        docs = [nlp.make_doc(text) for text, _ in SENTENCES]
        generator = np.random.default_rng(0)
        for node in tok2vec.walk():
            for name in node.param_names:
                node.set_param(name, generator.normal(size=node.get_param(name).shape))
        outputs, backprop = tok2vec.begin_update(docs)
        weights = [generator.normal(size=output.shape) for output in outputs]
        backprop(weights)

        def loss() -> float:
            pairs = zip(tok2vec.begin_update(docs)[0], weights, strict=True)
            return float(sum((output * weight).sum() for output, weight in pairs))

        checked = 0
        for node in tok2vec.get_ref("embed").walk():
            for name in node.param_names:
                value, gradient = node.get_param(name).copy(), node.get_grad(name).copy()
                assert gradient.any()
                for index in list(np.ndindex(value.shape))[:: max(1, value.size // 8)]:
                    found = []
                    for sign in (1, -1):
                        moved = value.copy()
                        moved[index] += sign * 1e-6
                        node.set_param(name, moved)
                        found.append(loss())
                    node.set_param(name, value)
                    assert (found[0] - found[1]) / 2e-6 == pytest.approx(gradient[index], rel=1e-5, abs=1e-6)
                    checked += 1
        assert checked


@pytest.mark.parametrize("model", MODELS)
def test_vectors_of_parts_of_words(box: Box, model: str) -> None:
    """A table of floret has a vector for each word; it is a feature like any other, and stays as it is."""
    data = np.random.default_rng(0).normal(size=(50, 7)).astype("float32")
    vocab = Vocab()
    vocab.vectors = Vectors(
        strings=vocab.strings,
        data=data,
        mode="floret",
        minn=2,
        maxn=3,
        hash_count=2,
        hash_seed=2166136261,
        bow="<",
        eow=">",
    )
    vocab.to_disk(box.path / "parts")
    result = train(box, MODELS[model], "--paths.vectors", "parts")
    assert result.exit_code == 0, result.stderr
    nlp = package.load(box.path / "out/model-last")
    assert np.array_equal(rows(nlp.vocab), rows(vocab)) and rows(vocab).all()
    tok2vec = nlp.get_pipe("tagger").model.get_ref("tok2vec")
    doc = nlp.make_doc("unheard-of")
    before = tok2vec.predict([doc])[0].copy()
    nlp.vocab.vectors.data[:] *= -1
    assert np.abs(tok2vec.predict([doc])[0] - before).max() > 1e-4
