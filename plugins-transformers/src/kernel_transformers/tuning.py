"""Which weights of a network are trained, and how fast: the first layers frozen, slower ones below faster ones, LoRA."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from kernel.errors import ConfigError, Problem, UsageError
from kernel_transformers import needed

# What is saved of a network with low-rank layers: it and them; them alone; or its weights with theirs added.
ALL, ADAPTER, MERGED = "all", "adapter", "merged"


def layer_names(network: Any) -> list[str]:
    """The names of a network's layers, from the first to the last, such as `encoder.layer.0`: its list with the most weights."""
    torch = needed.torch()
    lists = [
        (sum(weight.numel() for weight in module.parameters()), len(module), name)
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.ModuleList)
    ]
    if not lists:
        return []
    # The outer one of two that hold the same comes first.
    _, count, largest = max(lists, key=lambda each: each[0])
    return [f"{largest}.{number}" for number in range(count)]


def depth(name: str, layers: list[str]) -> int:
    """How many layers a weight's name lies above the embeddings: 0 for those, 1 for the first layer, and so on.

    What stands beside the list of layers, but in the same part of the network (relative positions), counts as embedding; what
    comes after all layers counts as one more than the last.
    """
    for number, layer in enumerate(layers):
        if name.startswith(f"{layer}."):
            return number + 1
    top = name.split(".", 1)[0]
    below = "embed" in name or "wte" in name or "wpe" in name or (layers and layers[0].startswith(f"{top}."))
    return 0 if below else len(layers) + 1


def freeze(network: Any, count: int, layers: list[str]) -> None:
    """Freeze the embeddings and the first `count` of the layers; nothing if it is 0."""
    if not count:
        return
    if count > len(layers):
        message = f"freeze_layers is {count}, but the transformer has {len(layers)} layers"
        raise ConfigError(
            Problem(message, setting="freeze_layers"),
            hint="To train none of them, name the component in [training] frozen_components.",
        )
    for name, weight in network.named_parameters():
        if depth(name, layers) <= count:
            weight.requires_grad_(False)


def check_lora(settings: Mapping[str, Any]) -> None:
    """ConfigError for settings of low-rank layers that can't be."""
    unknown = sorted(settings.keys() - _LORA.keys())
    if unknown:
        problem = Problem(f"lora has no setting {unknown[0]!r}", setting=f"lora.{unknown[0]}")
        raise ConfigError(problem, hint=f"It has: {', '.join(_LORA)}.")
    for name, value in settings.items():
        right, expected = _LORA[name]
        if not right(value):
            raise ConfigError(
                Problem(f"lora: {name} is {value!r}; expected {expected}", setting=f"lora.{name}")
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_names(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(each, str) and each for each in value)
    )


# Setting -> (whether a value may stand there, what may).
_LORA: dict[str, tuple[Callable[[Any], bool], str]] = {
    "r": (lambda value: type(value) is int and value > 0, "a whole number above 0"),
    "alpha": (lambda value: _is_number(value) and 0 < value < float("inf"), "a number above 0"),
    "dropout": (lambda value: _is_number(value) and 0 <= value < 1, "a number from 0 to below 1"),
    "targets": (
        lambda value: (isinstance(value, str) and bool(value)) or _are_names(value),
        '"all-linear", or the end of a name of layers or several',
    ),
    "save": (lambda value: value in (ALL, ADAPTER, MERGED), f'"{ALL}", "{ADAPTER}" or "{MERGED}"'),
}


def add_lora(network: Any, settings: Mapping[str, Any]) -> None:
    """Freeze the network and put low-rank layers beside its linear ones (Hu et al. 2021, LoRA), by the library `peft`.

    settings: r, alpha, dropout, targets ("all-linear", or the end of a name or several).
    """
    try:
        import peft
    except ModuleNotFoundError as error:
        if error.name != "peft":
            raise
        raise UsageError(
            "lora needs peft, which isn't installed.",
            hint='Install it with: pip install "kernel-nlp-transformers[peft]"',
        ) from None
    check_lora(settings)
    torch = needed.torch()
    targets = settings.get("targets", "all-linear")
    if targets == "all-linear":
        layers = tuple(f"{layer}." for layer in layer_names(network))
        targets = [
            name
            for name, module in network.named_modules()
            if isinstance(module, torch.nn.Linear) and name.startswith(layers)
        ]
    try:
        config = peft.LoraConfig(
            r=int(settings.get("r", 8)),
            lora_alpha=float(settings.get("alpha", 16)),
            lora_dropout=float(settings.get("dropout", 0.0)),
            target_modules=[targets] if isinstance(targets, str) else list(targets),
        )
        peft.inject_adapter_in_model(config, network)
    except (TypeError, ValueError) as error:
        kinds = {
            name.rpartition(".")[2]
            for name, module in network.named_modules()
            if isinstance(module, torch.nn.Linear)
        }
        message = f"lora: {str(error).strip().partition(chr(10))[0]}"
        raise ConfigError(
            Problem(message, setting="lora.targets" if "targets" in settings else "lora"),
            hint=f"The ends of the names of its linear layers are: {', '.join(sorted(kinds))}.",
        ) from error


def has_lora(network: Any) -> bool:
    """Whether low-rank layers stand beside those of a network."""
    return any(".lora_A." in name for name, _ in network.named_parameters())


def base(network: Any) -> dict[str, Any]:
    """Name -> tensor of what the low-rank layers stand beside, under the names that it has without them."""
    return {
        name.replace(".base_layer.", "."): tensor
        for name, tensor in network.state_dict().items()
        if ".lora_" not in name
    }


def merged(network: Any) -> dict[str, Any]:
    """Name -> tensor of a network without low-rank layers that computes the same. It stays as it is."""
    found = base(network)
    for name, layer in network.named_modules():
        if hasattr(layer, "lora_A"):
            # One after the other: a copy of the network would take its memory once more.
            layer = copy.deepcopy(layer)
            layer.merge()
            for own, tensor in layer.get_base_layer().state_dict().items():
                found[f"{name}.{own}"] = tensor
    return found
