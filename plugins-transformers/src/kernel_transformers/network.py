"""Networks of `transformers`: from the folder of a pretrained one, or from what a pipeline has saved, without any network traffic."""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kernel.errors import ConfigError, DataError, KernelError, UsageError, warn
from kernel.numeric import random
from kernel_transformers import attention, needed

CONFIG = "config.json"
# Which of torch's attention functions computes; no part of what is saved.
_ATTENTION = "attn_implementation"


def pretrained(
    folder: Path, settings: Mapping[str, Any], *, packed: bool = True
) -> tuple[Any, frozenset[str]]:
    """The network in a folder, with its weights in float32; and the names of those that the folder lacks, which are random.

    settings: what stands in place of what config.json says, and `attn_implementation`. packed: whether its attention may be
    that of `kernel_transformers.attention`. ConfigError for a setting that its config doesn't have. What lacks in the folder has been
    found by `hub.folder_of`. See `tell_missing`.
    """
    library = needed.transformers()
    own = {key: value for key, value in settings.items() if key != _ATTENTION}
    with quiet(), _readable(folder, settings):
        config = library.AutoConfig.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, **own
        )
        for name in sorted(own):
            if not hasattr(config, name):
                near = get_close_matches(name, config.to_dict(), 1)
                raise ConfigError(
                    f"transformer_config: a model of type {config.model_type} has no {name}",
                    hint=f"Did you mean {near[0]}?" if near else f"What it has stands in {folder / CONFIG}.",
                )
        with seeded():
            network, told = library.AutoModel.from_pretrained(
                str(folder),
                config=config,
                attn_implementation=_attention(config, settings, packed),
                dtype=needed.torch().float32,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                # Told below, by their names.
                ignore_mismatched_sizes=True,
            )
        for name, *sizes in sorted(told.get("mismatched_keys", ()), key=str):
            saved, wanted = (" x ".join(map(str, size)) for size in sizes)
            raise ValueError(f"the weights {name} are {saved}, but config and settings ask for {wanted}")
    for name, weight in network.named_parameters():
        if not bool(needed.torch().isfinite(weight).all()):
            raise DataError(
                f"the model in {folder} is broken: its weights {name} have values that are no numbers"
            )
        # Mapped from its file until now, at any address; sums depend on how weights are aligned.
        weight.data = weight.data.clone()
    return prepared(network), frozenset(told.get("missing_keys", ()))


def tell_missing(folder: Path, missing: Collection[str]) -> None:
    """Warn of weights that a folder lacks."""
    # Checkpoints of language models often have no pooler; nothing is learned from it here.
    missing = sorted(name for name in missing if not name.startswith("pooler."))
    if missing:
        warn(
            f"{len(missing)} weights of the transformer in {folder} are missing, and begin with random numbers: "
            f"{', '.join(missing[:3])}"
        )


def digest(weights: Mapping[str, Any]) -> str:
    """SHA-256 of weights with their names, whatever their device."""
    found = hashlib.sha256()
    for name, tensor in sorted(weights.items()):
        found.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        found.update(tensor.detach().cpu().contiguous().numpy().data)
    return found.hexdigest()


@contextmanager
def _readable(folder: Path, settings: Mapping[str, Any]) -> Iterator[None]:
    """Say whose fault it is if a network can't be made: that of the folder, or of the settings of the user's."""
    try:
        yield
    except (KernelError, MemoryError, needed.torch().OutOfMemoryError):
        raise
    except Exception as error:
        # The library, and those below it, raise errors of many classes; the first lines have what there is to say.
        reason = " ".join(line.strip() for line in str(error).strip().splitlines()[:2])
        wrong = f"the model in {folder} can't be made: {type(error).__name__}: {reason}"
        if settings:
            raise ConfigError(
                wrong,
                hint=f"transformer_config sets {', '.join(sorted(settings))}: do these fit the model's weights?",
            ) from error
        raise DataError(
            wrong,
            hint="Its config.json or its weights are damaged, or of a kind that the installed transformers doesn't have.",
        ) from error


def from_config(config: Any) -> Any:
    """A network with random weights, which the random stream at hand decides."""
    library = needed.transformers()
    with quiet(), seeded():
        return prepared(
            library.AutoModel.from_config(config, attn_implementation=_attention(config, {}, True))
        )


def to_files(network: Any) -> dict[str, bytes]:
    """What `from_files` makes a network from, beside its weights."""
    settings = json.loads(network.config.to_json_string(use_diff=False))
    # The folder that it came from.
    settings.pop("_name_or_path", None)
    return {CONFIG: json.dumps(settings, sort_keys=True, indent=2).encode("utf8")}


def from_files(
    files: Mapping[str, bytes], settings: Mapping[str, Any] | None = None, *, packed: bool = True
) -> Any:
    """The network that a pipeline has saved, with any weights: its own are set afterwards.

    settings, packed: as for `pretrained`; of the settings only `attn_implementation` counts, the others have been saved.
    """
    library = needed.transformers()
    try:
        saved = json.loads(files[CONFIG])
        kind = saved.pop("model_type")
        with quiet(), without_first_weights():
            config = library.AutoConfig.for_model(kind, **saved)
            chosen = _attention(config, settings or {}, packed)
            return prepared(library.AutoModel.from_config(config, attn_implementation=chosen))
    except (KernelError, MemoryError):
        raise
    except Exception as error:
        # As above.
        reason = " ".join(line.strip() for line in str(error).strip().splitlines()[:2])
        raise DataError(
            f"the saved transformer can't be built: {type(error).__name__}: {reason}",
            hint="It may be of a kind that the installed transformers doesn't have: a newer one may.",
        ) from error


def prepared(network: Any) -> Any:
    """Settle what the class left open."""
    torch = needed.torch()
    if getattr(network.config, "is_encoder_decoder", False):
        raise UsageError(
            f"A model of type {network.config.model_type} both reads and writes; only those that read give token vectors",
            hint="Name an encoder such as BERT, RoBERTa or DeBERTa.",
        )
    return network.to(torch.float32).eval()


def keep_inputs_alone(network: Any) -> None:
    """Let a network keep the inputs of its layers alone for the backward pass. ConfigError if it can't."""
    try:
        with quiet():
            network.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    except ValueError as error:
        raise ConfigError(f"gradient_checkpointing: {error}") from error


def first_position(network: Any) -> int:
    """The number of a window's first place in the table of positions."""
    table = _position_table(network)
    return 0 if table is None or table.padding_idx is None else int(table.padding_idx) + 1


def width(network: Any) -> int:
    """Numbers in the vector of a piece."""
    for name in ("hidden_size", "dim", "d_model", "n_embd"):
        found = getattr(network.config, name, None)
        if isinstance(found, int):
            return found
    raise UsageError(f"The config of a model of type {network.config.model_type} has no hidden_size")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep `transformers` from writing reports and progress bars; its errors come through."""
    needed.transformers()
    from transformers.utils import logging as talk

    level, bars = talk.get_verbosity(), talk.is_progress_bar_enabled()
    talk.set_verbosity(logging.CRITICAL)
    talk.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        talk.set_verbosity(level)
        if bars:
            talk.enable_progress_bar()


@contextmanager
def seeded() -> Iterator[None]:
    """Let torch draw from the random stream at hand for a while."""
    torch = needed.torch()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(random.current().integers(1 << 63)))
        yield


@contextmanager
def without_first_weights() -> Iterator[None]:
    """Don't draw weights that are overwritten anyway, where `transformers` has a way to say so."""
    needed.transformers()
    try:
        from transformers.initialization import no_init_weights
    except ImportError:
        try:
            from transformers.modeling_utils import no_init_weights
        except ImportError:
            with needed.torch().random.fork_rng(devices=[]):
                yield
            return
    with no_init_weights():
        yield


def _attention(config: Any, settings: Mapping[str, Any], packed: bool) -> str | None:
    """The attention function of a network, None to let `transformers` choose."""
    if settings.get(_ATTENTION):
        return str(settings[_ATTENTION])
    if getattr(config, "output_attentions", False):
        return "eager"
    classes = needed.transformers().MODEL_MAPPING
    kind = classes.get(type(config), None)
    kind = kind[0] if isinstance(kind, tuple) else kind
    return attention.NAME if packed and attention.may_run(kind) and attention.register() else None


def _position_table(network: Any) -> Any:
    torch = needed.torch()
    for name, module in network.named_modules():
        if name.rsplit(".", 1)[-1] == "position_embeddings" and isinstance(module, torch.nn.Embedding):
            return module
    return None
