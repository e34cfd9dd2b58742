"""How many pieces a model can read at once, by its config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What configs call the number of positions.
_KEYS = ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length")
# These number positions from behind the padding piece, so that the table has rows that no piece uses.
_BEHIND_PADDING = frozenset(
    [
        "camembert",
        "data2vec-text",
        "esm",
        "ibert",
        "layoutlmv3",
        "lilt",
        "longformer",
        "luke",
        "markuplm",
        "mpnet",
        "roberta",
        "roberta-prelayernorm",
        "xlm-roberta",
        "xlm-roberta-xl",
        "xmod",
    ]
)


def positions(config: Mapping[str, Any]) -> int | None:
    """Pieces of a window, special ones too, that the model has positions for; None if its config names no limit.

    config: what config.json holds.
    """
    found = next((config[key] for key in _KEYS if isinstance(config.get(key), int) and config[key] > 0), None)
    if found is not None and config.get("model_type") in _BEHIND_PADDING:
        padding = config.get("pad_token_id")
        found -= (1 if padding is None else padding) + 1
    return found
