"""`curated_transformer`, another implementation of the same networks: `transformer` takes its place."""

from __future__ import annotations

from typing import Any

from kernel import Config
from kernel_spacy.configs.notes import Note, line_of
from kernel_spacy.configs.walking import blocks, function_of, section

_OWNER = "spacy-curated-transformers."
_FACTORY = "curated_transformer"
_HUB = f"{_OWNER}HFTransformerEncoderLoader.v1"
_NAMELESS = (
    "its weights come from no model of Hugging Face: [initialize.components.{0}.encoder_loader] names none. Take `transformer` "
    "with the name of one"
)
_SETTINGS = "its sizes are those of the model"


def convert(config: Config) -> list[Note]:
    """Exchange the components and their listeners, in place."""
    notes: list[Note] = []
    for name, block in section(config, "components").items():
        if isinstance(block, dict) and block.get("factory") == _FACTORY:
            notes.append(_exchanged(config, name, block))
    for path, block in list(blocks(section(config, "components"), "components")):
        named = function_of(block)
        if named is not None and named[1].startswith(_OWNER) and "Listener" in named[1]:
            notes.append(_listener(config, path, block, named[1]))
    return notes


def _exchanged(config: Config, name: str, block: dict[str, Any]) -> Note:
    path = f"components.{name}.factory"
    given = section(config, f"initialize.components.{name}")
    loader = given.get("encoder_loader")
    line = line_of(config, path)
    if not isinstance(loader, dict) or loader.get("@model_loaders") != _HUB or not loader.get("name"):
        return Note(path, "refused", _FACTORY, "", _NAMELESS.format(name), line)
    theirs, spans = section(block, "model"), section(block, "model.with_spans")
    frozen, transformer_config = block.get("frozen"), {}
    if loader.get("revision") not in (None, "main"):
        transformer_config["revision"] = loader["revision"]
    model = {
        "@architectures": "kernel.TransformerModel.v3",
        "name": loader["name"],
        "tokenizer_config": {"use_fast": True},
        "transformer_config": transformer_config,
        "mixed_precision": bool(theirs.get("mixed_precision", False)),
        "get_spans": {
            "@span_getters": "kernel.strided_spans.v1",
            "window": spans.get("window", 128),
            "stride": spans.get("stride", 96),
        },
    }
    block.clear()
    block.update(factory="transformer", model=model)
    for key in ("encoder_loader", "piecer_loader"):
        given.pop(key, None)
    if not given:
        section(config, "initialize.components").pop(name, None)
    if frozen:
        _freeze(config, name)
    return Note(path, "changed", _FACTORY, "transformer", _SETTINGS, line)


def _freeze(config: Config, name: str) -> None:
    names = config.setdefault("training", {}).setdefault("frozen_components", [])
    if isinstance(names, list) and name not in names:
        names.append(name)


def _listener(config: Config, path: str, block: dict[str, Any], function: str) -> Note:
    line = line_of(config, f"{path}.@architectures")
    kept: dict[str, Any] = {key: block[key] for key in ("pooling", "grad_factor", "upstream") if key in block}
    kept.setdefault("pooling", {"@layers": "reduce_mean.v1"})
    block.clear()
    block.update({"@architectures": "kernel.TransformerListener.v1", "grad_factor": 1.0, **kept})
    text = "" if "Last" in function else "it has the last layer alone, and no weights for all of them"
    return Note(f"{path}.@architectures", "changed", function, "kernel.TransformerListener.v1", text, line)
