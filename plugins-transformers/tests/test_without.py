"""Where torch, or transformers, is missing, training ends with one message, which names the extra."""

import sys
from pathlib import Path

import pytest

from kernel.testing.box import Box

pytestmark = pytest.mark.needs(
    "kernel-nlp-architectures", "kernel-nlp-components", "kernel-nlp-readers", "kernel-nlp-languages"
)

CONFIG = """
[paths]
train = "train.jsonl"
dev = "train.jsonl"

[nlp]
lang = "en"
pipeline = ["transformer", "tagger"]

[components.transformer]
factory = "transformer"

[components.transformer.model]
@architectures = "kernel.TransformerModel.v3"
name = "any-model"
get_spans = {"@span_getters": "kernel.strided_spans.v1"}

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "kernel.Tagger.v2"

[components.tagger.model.tok2vec]
@architectures = "kernel.TransformerListener.v1"
pooling = {"@layers": "reduce_mean.v1"}
"""
DATA = '{"text": "Ada sleeps.", "words": ["Ada", "sleeps", "."], "tags": ["NNP", "VBZ", "."]}\n'


@pytest.mark.parametrize(
    ("missing", "name"), [(["torch", "transformers"], "torch"), (["transformers"], "transformers")]
)
def test_training_ends_with_one_message(
    missing: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name != "torch":
        pytest.importorskip("torch")
    for module in missing:
        # Importing it fails as it does where it isn't installed.
        monkeypatch.setitem(sys.modules, module, None)
    box = Box(tmp_path)
    box.file("train.jsonl", DATA)
    box.config(CONFIG)
    result = box.run("train", "config.cfg", "--output", "out")
    errors = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert (result.exit_code, len(errors)) == (2, 1), result.stderr
    assert f"{name}, which isn't installed" in errors[0]
    assert result.stderr.count('pip install "kernel-nlp[transformers]"') == 1
    assert "Traceback" not in result.stderr
    assert not any((box.path / "out").glob("*"))
