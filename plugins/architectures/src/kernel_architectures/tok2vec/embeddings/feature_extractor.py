"""Token attributes as arrays of numbers, the input of hash embeddings."""

from collections.abc import Sequence
from typing import Any

from thinc.api import Model
from thinc.types import Ints2d

from kernel.tokens.features import token_features
from kernel.vocab.attrs import intify


def build_feature_extractor(columns: list[str | int]) -> Model[list[Any], list[Ints2d]]:
    """Extract one column of uint64 per attribute: Docs to arrays (tokens, len(columns)).

    columns: attributes by name or number, such as NORM, PREFIX, SUFFIX, SHAPE.
    """
    return Model("extract_features", _forward, attrs={"columns": [intify(column) for column in columns]})


def _forward(model: Model[list[Any], list[Ints2d]], docs: Sequence[Any], is_train: bool) -> Any:
    ops = model.ops
    features = ops.asarray2i(token_features(docs, model.attrs["columns"]), dtype="uint64")
    return ops.unflatten(features, [len(doc) for doc in docs]), _nothing


def _nothing(gradient: Any) -> list[Any]:
    return []
