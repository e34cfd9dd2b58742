"""Pipelines whose transformer runs in onnxruntime predict what they did, and need neither torch nor transformers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

for needed in ("torch", "transformers", "onnx", "onnxruntime"):
    pytest.importorskip(needed)

from kernel_onnx.pipeline import exchange

import kernel
from kernel import registry
from kernel.errors import ConfigError, DataError, UsageError
from kernel.training import Example

# Sums in another order.
FLOAT32 = 1e-4


@pytest.fixture(scope="module")
def folder(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.bert(tmp_path_factory.mktemp("bert") / "model")


@pytest.fixture(scope="module")
def torch_made(small: Any, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("torch") / "pipeline"
    small.shared(folder).to_disk(path)
    return path


@pytest.fixture(scope="module")
def exported(torch_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "pipeline"
    nlp = kernel.load(torch_made)
    exchange(nlp)
    nlp.to_disk(path)
    return path


def rows(small: Any, nlp: Any) -> list[np.ndarray]:
    return [doc._.trf_data.rows for doc in nlp.pipe(small.texts)]


def test_rows_and_tags_are_those_of_torch(small: Any, torch_made: Path, exported: Path) -> None:
    before, after = kernel.load(torch_made), kernel.load(exported)
    for one, other in zip(rows(small, before), rows(small, after), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(other, one, atol=FLOAT32)
    assert small.tags(before) == small.tags(after)
    assert len({tag for doc in small.tags(after) for tag in doc}) > 1
    assert after.config["components"]["transformer"]["model"]["@architectures"].endswith(
        "ExchangedTransformer.v1"
    )


@pytest.mark.filterwarnings("ignore:.*read in windows")
def test_word_pieces_and_windows_stay_the_same(torch_made: Path, exported: Path) -> None:
    long = "unbelievabletemperatures " * 8 + " fox"
    one, other = kernel.load(torch_made)(long)._.trf_data, kernel.load(exported)(long)._.trf_data
    assert len(one.wordpieces.lengths) > 1
    for column in ("ids", "lengths", "align_rows", "align_lengths"):
        np.testing.assert_array_equal(getattr(one.wordpieces, column), getattr(other.wordpieces, column))
    np.testing.assert_allclose(other.rows, one.rows, atol=FLOAT32)


def test_a_transformer_of_a_component_of_its_own(small: Any, folder: Path, tmp_path: Path) -> None:
    nlp = small.alone(folder)
    expected = small.tags(nlp)
    vectors = nlp.get_pipe("tagger").model.predict([nlp.make_doc(text) for text in small.texts if text])
    made = exchange(nlp)
    assert [each.name for each in made] == ["tagger"]
    nlp.to_disk(tmp_path / "out")
    again = kernel.load(tmp_path / "out")
    assert small.tags(again) == expected
    found = again.get_pipe("tagger").model.predict([again.make_doc(text) for text in small.texts if text])
    for one, other in zip(vectors, found, strict=True):
        np.testing.assert_allclose(other, one, atol=FLOAT32)
    block = again.config["components"]["tagger"]["model"]["tok2vec"]
    assert block["@architectures"] == "kernel.PooledTransformer.v1"
    assert block["grad_factor"] == 0.5


def test_eight_bits_are_nearly_the_same(small: Any, folder: Path) -> None:
    nlp = small.shared(folder)
    before = rows(small, nlp)
    (made,) = exchange(nlp, int8=True)
    assert made.name == "transformer"
    for one, other in zip(before, rows(small, nlp), strict=True):
        if len(one):
            cosines = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
            assert cosines.min() > 0.98


def test_it_loads_and_predicts_where_there_is_no_torch(small: Any, torch_made: Path, exported: Path) -> None:
    code = f"""
import json, sys
for name in ("torch", "transformers", "onnx", "safetensors", "huggingface_hub", "peft"):
    sys.modules[name] = None
import kernel
nlp = kernel.load({str(exported)!r})
tags = [[token.tag_ for token in doc] for doc in nlp.pipe({small.texts!r})]
assert not any(sys.modules.get(name) for name in ("torch", "transformers", "onnx"))
print(json.dumps(tags))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == small.tags(kernel.load(torch_made))


def test_the_folder_has_no_pickle_and_the_network_once(exported: Path) -> None:
    files = [path for path in exported.rglob("*") if path.is_file()]
    assert not [path for path in files if path.read_bytes()[:1] == b"\x80" or path.suffix in (".bin", ".pt")]
    large = [path for path in files if b"input_ids" in path.read_bytes()]
    assert [path.parent.name for path in large] == ["transformer"]


def test_bytes_copies_and_processes(small: Any, exported: Path) -> None:
    nlp = kernel.load(exported)
    expected = small.tags(nlp)
    other = kernel.load(exported).from_bytes(nlp.to_bytes())
    assert small.tags(other) == expected
    docs = list(nlp.pipe(small.texts, n_process=2, batch_size=2))
    assert [[token.tag_ for token in doc] for doc in docs] == expected
    nlp.replace_listeners("transformer", "tagger", ["model.tok2vec"])
    assert small.tags(nlp) == expected


def test_it_is_not_trained(small: Any, exported: Path) -> None:
    nlp = kernel.load(exported)
    doc = nlp.make_doc(small.texts[0])
    example = Example.from_dict(doc, {"tags": ["A"] * len(doc)})
    optimizer = nlp.create_optimizer()
    with pytest.raises(Exception, match="it can't be trained"):
        nlp.update([example], sgd=optimizer)


def test_a_tagger_learns_on_top_of_a_frozen_one(small: Any, exported: Path) -> None:
    nlp = kernel.load(exported)
    doc = nlp.make_doc(small.texts[0])
    example = Example.from_dict(doc, {"tags": ["A"] * len(doc)})
    optimizer = nlp.resume_training()
    losses = [
        nlp.update([example], sgd=optimizer, exclude=["transformer"], annotates=["transformer"])["tagger"]
        for _ in range(5)
    ]
    assert losses[-1] < losses[0]


def test_what_has_no_transformer_is_refused() -> None:
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer")
    with pytest.raises(UsageError, match="no transformer"):
        exchange(nlp)


def test_twice_is_refused(exported: Path) -> None:
    with pytest.raises(UsageError, match="no transformer of torch's"):
        exchange(kernel.load(exported))


def test_a_listener_that_became_a_copy_is_exchanged_too(small: Any, torch_made: Path, tmp_path: Path) -> None:
    nlp = kernel.load(torch_made)
    expected = small.tags(nlp)
    nlp.replace_listeners("transformer", "tagger", ["model.tok2vec"])
    assert [one.name for one in exchange(nlp)] == ["transformer", "tagger"]
    assert small.tags(nlp) == expected
    nlp.to_disk(tmp_path / "pipeline")
    again = kernel.load(tmp_path / "pipeline", exclude=["transformer"])
    assert small.tags(again) == expected
    block = again.config["components"]["tagger"]["model"]["tok2vec"]
    assert block["@architectures"] == "kernel.PooledTransformer.v1"
    assert block["transformer"]["@architectures"] == "kernel.ExchangedTransformer.v1"


def test_low_rank_layers_are_merged(small: Any, folder: Path) -> None:
    pytest.importorskip("peft")
    nlp = small.shared(folder, lora={"r": 2})
    before, expected = rows(small, nlp), small.tags(nlp)
    exchange(nlp)
    for one, other in zip(before, rows(small, nlp), strict=True):
        np.testing.assert_allclose(other, one, atol=FLOAT32)
    assert small.tags(nlp) == expected


def test_a_damaged_network_says_so() -> None:
    layer = registry.get("layers", "kernel.OnnxNetwork.v1")()
    with pytest.raises(DataError, match="can't read the network"):
        layer.shims[0].from_bytes(b"not a network")
    ids = np.zeros((1, 3), dtype="int64")
    with pytest.raises(UsageError, match="not there yet"):
        layer.predict((ids, ids, ids))


def test_without_onnxruntime_the_extra_is_named(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match="onnxruntime isn't installed") as error:
        kernel.load(exported)
    assert 'pip install "kernel-nlp[onnx]"' in str(error.value)
