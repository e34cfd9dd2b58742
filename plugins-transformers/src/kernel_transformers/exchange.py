"""Exchange the torch networks in a trained pipeline for other layers, so that it predicts without torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thinc.api import Model

from kernel.errors import UsageError
from kernel.language import Language
from kernel_transformers import needed, network, tuning
from kernel_transformers.exchanged import build_exchanged_transformer, give
from kernel_transformers.model import attached

_TRANSFORMER = ("TransformerModel.v1", "TransformerModel.v2", "TransformerModel.v3")
_TOK2VEC = ("Tok2VecTransformer.v1", "Tok2VecTransformer.v2", "Tok2VecTransformer.v3")
_NAME = "kernel.ExchangedTransformer.v1"


@dataclass(frozen=True)
class Network:
    """A transformer's network, for whoever puts another layer in its place.

    module: the torch module, ready to predict, with plain attention. It takes `input_ids`, `attention_mask` and, if takes_types,
    `token_type_ids`, (windows, longest) each, and its `last_hidden_state` is (windows, longest, width).
    """

    module: Any
    takes_types: bool
    width: int


# From a network to the layer in its place (see `build_exchanged_transformer`) and the block of a config that makes such a layer.
Make = Callable[[Network], tuple[Model[Any, Any], dict[str, Any]]]


def make_exchange() -> Callable[[Language, Make], list[str]]:
    """Return a function that exchanges the torch networks in a pipeline, see `exchange_networks`."""
    return exchange_networks


def exchange_networks(nlp: Language, make: Make) -> list[str]:
    """Exchange the torch network of every transformer in a pipeline; returns the names of the components.

    Components keep their settings and everything else that they learnt; spans and tokenizers stay as they are. `UsageError` if
    the pipeline has no transformer, or one that isn't made by TransformerModel or Tok2VecTransformer.
    """
    found = {name: _transformers(component) for name, component in nlp.components}
    names = [name for name, nodes in found.items() if nodes]
    if not names:
        raise UsageError(
            "the pipeline has no transformer of torch's whose network could be exchanged",
            hint=f"Its components: {', '.join(found) or 'none'}.",
        )
    blocks = nlp.config.interpolate()["components"]
    # All that can be refused is, before anything is changed.
    places = {name: _places(name, blocks[name], len(found[name])) for name in names}
    for name in names:
        (node,) = found[name]
        (place,) = places[name]
        _exchange(nlp, name, node, place, blocks[name], make)
    nlp.relink()
    return names


def plain(module: Any) -> Any:
    """A copy of a network of `TransformerModel` as `transformers` makes it: LoRA merged, its own dropout and embedding layers."""
    torch, library = needed.torch(), needed.transformers()
    config = copy.deepcopy(module.config)
    with network.quiet(), network.without_first_weights():
        made = library.AutoModel.from_config(config, attn_implementation="eager")
    made.load_state_dict(tuning.merged(module))
    return made.to(torch.float32).eval()


def _exchange(
    nlp: Language,
    name: str,
    node: Model[Any, Any],
    place: Mapping[str, Any],
    block: dict[str, Any],
    make: Make,
) -> None:
    module = node.shims[0].module
    width = network.width(module)
    takes_types = int(getattr(module.config, "type_vocab_size", 0) or 0) > 0
    layer, made_by = make(Network(plain(module), takes_types, width))
    new = build_exchanged_transformer(layer, node.attrs["get_spans"])
    give(new, attached(module).tokenizer, width)
    component: Any = nlp.get_pipe(name)
    if component.model is node:
        component.model = new
    else:
        component.model.replace_node(node, new)
    settings = _with_block(block, place, _block(place, made_by))
    data = component.to_bytes()
    factory = settings.pop("factory")
    nlp.replace_pipe(name, factory, config=settings).from_bytes(data)


def _transformers(component: Any) -> list[Model[Any, Any]]:
    model: Any = getattr(component, "model", None)
    nodes = list(model.walk()) if hasattr(model, "walk") else []
    return [
        node
        for node in nodes
        if node.name == "transformer"
        and len(node.shims) == 1
        and hasattr(getattr(node.shims[0], "module", None), "kernel_attached")
    ]


def _places(name: str, block: Any, count: int) -> list[Mapping[str, Any]]:
    places = list(_blocks(block))
    if count > 1 or len(places) != 1:
        raise UsageError(
            f"component '{name}' has {count} transformers, and {len(places)} blocks in its config that make one: "
            "only a single one can be exchanged",
            hint="It must be made by TransformerModel.v3 or Tok2VecTransformer.v3.",
        )
    return places


def _blocks(block: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(block, Mapping):
        if _made_by(block) in _TRANSFORMER + _TOK2VEC:
            yield block
        for value in block.values():
            yield from _blocks(value)
    elif isinstance(block, list | tuple):
        for value in block:
            yield from _blocks(value)


def _made_by(block: Mapping[str, Any]) -> str:
    return str(block.get("@architectures", "")).partition(".")[2]


def _block(place: Mapping[str, Any], network_block: dict[str, Any]) -> dict[str, Any]:
    made = {"@architectures": _NAME, "network": network_block, "get_spans": place["get_spans"]}
    if _made_by(place) in _TRANSFORMER:
        return made
    own = {key: place[key] for key in ("pooling", "grad_factor") if key in place}
    return {"@architectures": "kernel.PooledTransformer.v1", "transformer": made, **own}


def _with_block(block: Any, place: Any, made: dict[str, Any]) -> Any:
    """A copy of a component's settings with another block in one place."""
    if block is place:
        return made
    if isinstance(block, Mapping):
        return {key: _with_block(value, place, made) for key, value in block.items()}
    if isinstance(block, list | tuple):
        return [_with_block(value, place, made) for value in block]
    return block
