"""Transformers: a network of torch, its tokenizer, and the listeners of other components.

The network lies in a shim: MessagePack of {"config", "state", "tokenizer"}. Its state is what torch.save writes, which torch reads
back as tensors and nothing else (`weights_only`); it goes on as safetensors, in the form in which ours are saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from thinc.api import Model

from kernel.errors import DataError, Unsupported
from kernel_spacy.weights.layers import Counterpart, Layer, Shim, chain, plain, sizes
from kernel_spacy.weights.nodes import SavedNode, pack, unpack

# Buffers that older versions of the library saved, and that say nothing.
_NUMBERS = ("position_ids", "token_type_ids")
_CONFIG = "config.json"
_WORDS, _SETTINGS = "tokenizer.json", "tokenizer_config.json"
# Where nobody knew a limit, theirs is a number that no text reaches.
_NO_LIMIT = 1 << 20


def _transformer(model: Model[Any, Any], of: Counterpart) -> Layer:
    # Words without a piece have no vector there.
    shim, reading = model.shims[0], {"gaps": True}

    def take(content: bytes) -> None:
        ours = our_shim(content)
        shim.from_bytes(ours)
        reading["truncate"] = _has_limit(ours)

    def give() -> bytes:
        return their_shim(shim.to_bytes())

    network = Layer("hf-pytorch", dims={"nI": None, "nO": None}, shims=[Shim(take, give)])
    made = Layer(
        "transformer",
        [network],
        dims=sizes(model, "nO"),
        attrs={"name": model.attrs["name"], "has_transformer": True},
    )

    def taken(_: SavedNode) -> None:
        model.set_dim("nO", shim.module.config.hidden_size, force=True)
        model.attrs.update(reading)

    made.taken = taken
    return made


def our_shim(content: bytes) -> bytes:
    """What stands for a network in a file of theirs, as ours are saved. `DataError` if it can't be read without unpickling."""
    try:
        message = unpack(content)
        config, state, tokenizer = message["config"], message["state"], message["tokenizer"]
        files = {_CONFIG: json.dumps(config).encode("utf-8"), **_tokenizer_files(tokenizer)}
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            "it holds no transformer as spacy-transformers 1.1 and later write one",
            hint="Earlier versions kept it beside the pipeline: load and save it with a newer one, or leave it out.",
        ) from error
    return pack({"format": 1, "files": dict(sorted(files.items())), "weights": _safetensors(state)})


def _has_limit(content: bytes) -> bool:
    """Whether the tokenizer of what `our_shim` gave says how many pieces the network reads. They don't read what is behind those."""
    config = json.loads(unpack(content)["files"].get(_SETTINGS, b"{}"))
    longest = config.get("model_max_length") if isinstance(config, dict) else None
    return isinstance(longest, int | float) and longest < _NO_LIMIT


def _tokenizer_files(tokenizer: Mapping[str, Any]) -> dict[str, bytes]:
    if _WORDS not in tokenizer:
        raise Unsupported(
            f"its tokenizer has no {_WORDS}: it is one of those that are not fast",
            hint="Load the pipeline with spaCy, set use_fast in tokenizer_config, and save it again.",
        )
    found = {}
    for name in (_WORDS, _SETTINGS):
        content = tokenizer.get(name)
        if content is not None:
            found[name] = content.encode("utf-8") if isinstance(content, str) else bytes(content)
    return found


def _safetensors(state: Any) -> bytes:
    """The tensors of what torch.save wrote."""
    import torch
    from safetensors.torch import save

    try:
        tensors = torch.load(BytesIO(state), map_location="cpu", weights_only=True)
        plain_tensors = {
            name: tensor.detach().clone(memory_format=torch.contiguous_format)
            for name, tensor in tensors.items()
            if name.rsplit(".", 1)[-1] not in _NUMBERS
        }
    except Exception as error:
        # Whatever torch says of a file that holds objects, or none of its own.
        raise DataError(
            f"the weights of its transformer are no plain tensors: {str(error).strip().splitlines()[0]}",
            hint="What else is in the file would have to be unpickled, which could run anything.",
        ) from error
    data: bytes = save(plain_tensors)
    return data


def their_shim(content: bytes) -> bytes:
    """The way back: tensors as torch.save writes them, with config and tokenizer."""
    import torch
    from safetensors.torch import load

    message = unpack(content)
    files, file = message["files"], BytesIO()
    torch.save(load(message["weights"]), file)
    tokenizer = {name: data for name, data in files.items() if name != _CONFIG}
    return pack(
        {
            "config": json.loads(files[_CONFIG]),
            "state": file.getvalue(),
            "tokenizer": {"kwargs": {"use_fast": True}, **tokenizer},
            "_init_tokenizer_config": {},
            "_init_transformer_config": {},
        }
    )


def listener(model: Model[Any, Any], of: Counterpart) -> Layer:
    """A listener that pools the rows of word pieces."""
    pooled = _pooled(model.layers[0])
    heard = Layer("transformer-listener", dims=sizes(model, "nO"))
    made = chain(heard, pooled)
    made.refs = {"listener": heard}

    def taken(node: SavedNode) -> None:
        width = node.dims.get("nO")
        for layer in (model, model.layers[0]):
            for dim in layer.dim_names:
                if width is not None and layer.maybe_get_dim(dim) is None:
                    layer.set_dim(dim, width)

    made.taken = taken
    return made


def _own(model: Model[Any, Any], of: Counterpart) -> Layer:
    network, pool = model.layers
    made = chain(chain(of(network), plain("split-trf-batch")), _pooled(pool))

    def taken(_: SavedNode) -> None:
        width = network.get_dim("nO")
        pool.set_dim("nI", width, force=True)
        pool.initialize()
        model.set_dim("nO", pool.get_dim("nO"), force=True)

    made.taken = taken
    return made


def _pooled(pool: Model[Any, Any]) -> Layer:
    """The pooling of a token's pieces, if it has no weights."""
    [pooling] = pool.layers
    if pooling.param_names or pooling.layers:
        raise Unsupported(
            f"the pooling {pooling.name} has layers or weights of its own",
            hint="Use reduce_mean.v1, or one like it.",
        )
    return Layer("trfs2arrays", [plain(pooling.name)], attrs={"grad_factor": 1.0})


TABLE: dict[str, Callable[[Model[Any, Any], Counterpart], Layer]] = {
    "transformer": _transformer,
    "tok2vec_transformer": _own,
}
