"""Without torch there is one message, which names the extra; with it, `kernel info` tells what computes."""

import json
import sys
from pathlib import Path

import pytest

from kernel import registry
from kernel.errors import UsageError
from kernel.testing.box import Box

CONFIG = """
[paths]
train = "train.jsonl"
dev = "train.jsonl"

[nlp]
lang = "en"
pipeline = ["tagger"]

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "kernel.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "kernel.Tok2Vec.v2"

[components.tagger.model.tok2vec.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 8
attrs = ["NORM"]
rows = [50]
include_static_vectors = false

[components.tagger.model.tok2vec.encode]
@architectures = "kernel.TorchBiLSTMEncoder.v1"
width = 8
depth = 1
dropout = 0.0

[training]
max_steps = 2
eval_frequency = 1
"""
DATA = '{"text": "Ada sleeps.", "words": ["Ada", "sleeps", "."], "tags": ["NNP", "VBZ", "."]}\n'


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing torch fails as it does where it isn't installed."""
    monkeypatch.setitem(sys.modules, "torch", None)


def test_a_module_needs_torch(without_torch: None) -> None:
    build = registry.get("architectures", "kernel.TorchBiLSTMEncoder.v1")
    with pytest.raises(UsageError, match="torch is not installed") as info:
        build(width=4, depth=1, dropout=0.0)
    assert 'pip install "kernel-nlp[torch]"' in str(info.value.hint)


@pytest.mark.needs(
    "kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-readers", "kernel-nlp-languages"
)
def test_training_without_torch_ends_with_one_message(tmp_path: Path, without_torch: None) -> None:
    box = Box(tmp_path)
    box.file("train.jsonl", DATA)
    box.config(CONFIG)
    result = box.run("train", "config.cfg")
    errors = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert (result.exit_code, len(errors)) == (2, 1), result.stderr
    assert "components.tagger.model.tok2vec.encode" in errors[0] and "torch is not installed" in errors[0]
    assert result.stderr.count('pip install "kernel-nlp[torch]"') == 1
    assert "Traceback" not in result.stderr


@pytest.mark.needs(
    "torch", "kernel-nlp-components", "kernel-nlp-architectures", "kernel-nlp-readers", "kernel-nlp-languages"
)
def test_a_tagger_trains_and_loads(tmp_path: Path) -> None:
    import kernel

    box = Box(tmp_path)
    box.file("train.jsonl", DATA)
    box.config(CONFIG)
    result = box.run("train", "config.cfg", "--output", "out", "--training.max_steps", "30")
    assert result.exit_code == 0, result.stderr
    nlp = kernel.load(box.path / "out" / "model-last")
    for docs in (nlp.pipe(["Ada sleeps."] * 3), nlp.pipe(["Ada sleeps."] * 3, n_process=2)):
        assert [[token.tag_ for token in doc] for doc in docs] == [["NNP", "VBZ", "."]] * 3


@pytest.mark.needs("torch")
def test_info_tells_device_and_types(tmp_path: Path) -> None:
    import torch

    result = Box(tmp_path).run("info", "--json")
    facts = json.loads(result.stdout)["torch"]
    assert facts["version"] == torch.__version__
    assert "float32" in facts["dtype"] and facts["device"].startswith(("cpu", "cuda"))


@pytest.mark.needs("kernel-nlp-torch")
def test_info_leaves_torch_out_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel_torch import info

    monkeypatch.setattr(info, "find_spec", lambda name: None)
    assert info.facts() == {}
