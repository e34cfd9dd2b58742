"""What a config is to have for pretraining."""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import UsageError

_TEXT = """
[paths]
raw_text = null

[corpora.pretrain]
@readers = "kernel.RawText.v1"
path = ${{paths.raw_text}}
format = "auto"
min_length = 5
max_length = 500
limit = 0

# Pretrain first: kernel pretrain CONFIG OUT --paths.raw_text TEXT
# Then train from its weights: --paths.init_tok2vec OUT/model-last.bin
[pretraining]
component = "{component}"
layer = "{layer}"
# Some tens of passes over some 100,000 words are enough. With much text, set max_steps; with text held out (dev_corpus), patience.
max_epochs = 40
n_save_epoch = 10

# What is to be said of a masked word: which it is, its ending and its shape.
[pretraining.objective]
@architectures = "kernel.PretrainTypes.v1"

[pretraining.batcher]
@batchers = "kernel.batch_by_words.v1"
size = 1500
"""


def recommend(config: Mapping[str, Any]) -> str:
    """The sections for a config whose components are filled in. UsageError if none of these has token vectors to pretrain."""
    component, layer = next(_places(config), (None, None))
    if component is None:
        names = ", ".join((config.get("nlp") or {}).get("pipeline") or []) or "none"
        raise UsageError(
            f"no component has token vectors of its own to pretrain: the pipeline has {names}",
            hint="Pretraining takes a tok2vec that components share, or a component whose model has a block [...model.tok2vec].",
        )
    return _TEXT.format(component=component, layer=layer)


def _places(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(component, layer) of the token vectors of a pipeline: those that are shared, then those of single components."""
    blocks = config.get("components") or {}
    found = [(name, blocks.get(name) or {}) for name in (config.get("nlp") or {}).get("pipeline") or []]
    for name, block in found:
        if block.get("factory") == "tok2vec" or _is_taken(block, name):
            yield name, ""
    for name, block in found:
        model = block.get("model")
        embedding = model.get("tok2vec") if isinstance(model, Mapping) else None
        if isinstance(embedding, Mapping) and "Listener" not in str(embedding.get("@architectures")):
            yield name, "tok2vec"


def _is_taken(block: Mapping[str, Any], name: str) -> bool:
    """Whether a component is taken from a trained pipeline, where it is called tok2vec: its factory stands there alone."""
    return "source" in block and (block.get("component") or name) == "tok2vec"
