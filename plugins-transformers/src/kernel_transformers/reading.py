"""How a network reads windows of word pieces, and one micro-batch of them read.

Two ways give the same: windows one below the other, padded to the longest; or, on the CPU, one after another in a single row
without any padding, where attention keeps them apart. The second needs a network that takes the place of each piece and whose layers
mix pieces by attention alone. Whether that is so is tried with two small windows, once for each network.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kernel_transformers import attention, needed
from kernel_transformers.dropout import drawn_apart
from kernel_transformers.microbatches import MicroBatch
from kernel_transformers.network import first_position

# The largest difference between both ways, from the order of sums alone.
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Reading:
    """types, positions: whether the network takes segments and places. first: the number of the first place. packed: whether
    windows may stand in one row. pad_id: the piece for padding.
    """

    types: bool
    positions: bool
    masks: bool
    first: int
    packed: bool
    pad_id: int


@dataclass
class Outputs:
    """What a network gave for a micro-batch: (n, width) for its rows, (k, width) of its windows, layers as the batch has them."""

    rows: Any
    pooler: Any = None
    hidden_states: list[Any] = field(default_factory=list)
    attentions: list[list[Any]] = field(default_factory=list)


def reading_of(network: Any, pad_id: int, *, packed: bool = True) -> Reading:
    """Find out how a network reads. packed: False to pad anyway."""
    takes = inspect.signature(network.forward).parameters
    types = "token_type_ids" in takes and int(getattr(network.config, "type_vocab_size", 0) or 0) > 0
    found = Reading(
        types=types,
        positions="position_ids" in takes,
        masks="attention_mask" in takes,
        first=first_position(network),
        packed=False,
        pad_id=pad_id,
    )
    return _packed(network, found) if packed else found


def columns(reading: Reading, micro: MicroBatch, ids: Any, type_ids: Any, *, packed: bool) -> list[Any]:
    """The arrays (int64, on the host) that `read` takes for a micro-batch. ids, type_ids: (n,) of the whole batch."""
    taken = ids[micro.rows]
    types = None if type_ids is None else type_ids[micro.rows]
    if packed:
        return [
            taken[None],
            (micro.positions + reading.first)[None],
            micro.starts,
            np.zeros_like(taken[None]) if types is None else types[None],
        ]
    found = [micro.pad(taken, reading.pad_id), micro.lengths, micro.places]
    return found if types is None else [*found, micro.pad(types, 0)]


def read(network: Any, reading: Reading, micro: MicroBatch, arrays: list[Any], *, packed: bool) -> Outputs:
    """Read a micro-batch. arrays: what `columns` gave, as tensors on the device."""
    with drawn_apart():
        if packed:
            return _read_packed(network, reading, micro, arrays)
        return _read_padded(network, reading, micro, arrays)


def _read_packed(network: Any, reading: Reading, micro: MicroBatch, arrays: list[Any]) -> Outputs:
    torch = needed.torch()
    ids, positions, starts, types = arrays
    given = {"input_ids": ids, "position_ids": positions, "return_dict": True}
    if reading.types:
        given["token_type_ids"] = types
    with attention.windows(micro.groups):
        output = network(**given)
    rows = output.last_hidden_state[0]
    pooler = None
    if getattr(output, "pooler_output", None) is not None:
        with torch.no_grad():
            pooler = network.pooler(rows[starts][:, None])
    hidden = [layer[0].detach() for layer in getattr(output, "hidden_states", None) or ()]
    return Outputs(rows, pooler, hidden)


def _read_padded(network: Any, reading: Reading, micro: MicroBatch, arrays: list[Any]) -> Outputs:
    torch = needed.torch()
    ids, lengths, places, *types = arrays
    given = {"input_ids": ids, "return_dict": True}
    whole = micro.padded == len(micro.rows)
    if reading.masks and not whole:
        given["attention_mask"] = (torch.arange(micro.longest, device=ids.device) < lengths[:, None]).long()
    if reading.types and types:
        given["token_type_ids"] = types[0]
    output = network(**given)

    def unpadded(layer: Any) -> Any:
        flat = layer.reshape(-1, layer.shape[-1])
        return flat if whole else flat[places]

    pooler = getattr(output, "pooler_output", None)
    sizes = micro.lengths.tolist()
    return Outputs(
        unpadded(output.last_hidden_state),
        None if pooler is None else pooler.detach(),
        [unpadded(layer.detach()) for layer in getattr(output, "hidden_states", None) or ()],
        [
            [square[:, :size, :size] for square, size in zip(layer.detach(), sizes, strict=True)]
            for layer in getattr(output, "attentions", None) or ()
        ],
    )


def _packed(network: Any, reading: Reading) -> Reading:
    """The same with `packed` set if both ways give the same for two windows."""
    torch = needed.torch()
    device = next(network.parameters()).device
    attends_apart = attention.is_run_by(network)
    # Layers that look at the neighbourhood alone would have to be told where it ends.
    near = "sliding_attention" in (getattr(network.config, "layer_types", None) or ())
    if not attends_apart or not reading.positions or near or device.type != "cpu":
        return reading
    size = int(getattr(network.config, "vocab_size", 0) or 0)
    known = [number for number in range(min(size, 16)) if number != reading.pad_id][:6]
    if len(known) < 6:
        return reading
    lengths = np.array([2, 4])
    micro = MicroBatch(np.arange(2), lengths, np.arange(6))
    ids = np.array(known, dtype=np.int64)
    # Whoever runs it says anew whether it learns.
    network.eval()
    try:
        with torch.inference_mode():
            outputs = []
            for packed in (False, True):
                arrays = columns(reading, micro, ids, None, packed=packed)
                tensors = [torch.from_numpy(np.ascontiguousarray(each)) for each in arrays]
                outputs.append(read(network, reading, micro, tensors, packed=packed))
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError):
        # What a network doesn't take in this form it reads in the other.
        return reading
    one, other = outputs
    same = one.rows.shape == other.rows.shape and bool(torch.allclose(one.rows, other.rows, atol=_TOLERANCE))
    if same and one.pooler is not None:
        same = other.pooler is not None and bool(torch.allclose(one.pooler, other.pooler, atol=_TOLERANCE))
    return Reading(**{**reading.__dict__, "packed": same})
