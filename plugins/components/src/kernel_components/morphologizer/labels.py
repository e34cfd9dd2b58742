"""The labels of the morphologizer: features and part of speech in one text, such as `Number=Plur|POS=NOUN`."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kernel.errors import DataError
from kernel.tokens.columns import check_pos
from kernel.tokens.morph import EMPTY, normalize_features
from kernel.vocab.symbols import SYMBOLS

_POS = "POS="


@lru_cache(maxsize=4096)
def to_label(feats: str, pos: str) -> str:
    """The label of features and a part of speech, each of which may be empty."""
    feats = normalize_features(feats)
    if any(part.startswith(_POS) for part in feats.split("|")):
        # Features may have a POS of their own. Then the part of speech comes first, even if there is none.
        return f"{_POS}{pos}|{feats}"
    return (
        normalize_features(f"{feats}|{_POS}{pos}")
        if pos and feats != EMPTY
        else f"{_POS}{pos}"
        if pos
        else feats
    )


def from_label(label: str) -> tuple[str, str]:
    """The features, `_` for none, and the part of speech, "" for none."""
    parts = label.split("|")
    places = [place for place, part in enumerate(parts) if part.startswith(_POS)]
    pos = parts.pop(places[0]).removeprefix(_POS) if places else ""
    return normalize_features("|".join(parts)), pos


def normalized(label: str) -> str:
    """The one form of labels that say the same. `DataError` if the part of speech is none of the coarse ones."""
    feats, pos = from_label(label)
    check_pos([pos])
    return to_label(feats, pos)


def label_data(labels: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What `init labels` writes: the features of each label, and the number of its part of speech, as the field has it."""
    parts = {label: from_label(label) for label in labels}
    return {
        "morph": {label: "" if feats == EMPTY else feats for label, (feats, _) in parts.items()},
        "pos": {label: SYMBOLS[pos] for label, (_, pos) in parts.items()},
    }


def from_label_data(data: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The labels that `label_data` wrote. `DataError` if one stands for something else than it says."""
    morph, pos = data.get("morph", {}), data.get("pos", {})
    found = []
    for label in [*morph, *(label for label in pos if label not in morph)]:
        feats, tag = from_label(label)
        said = normalize_features(str(morph.get(label, ""))), pos.get(label, 0)
        if said != (feats, SYMBOLS.get(tag)):
            raise DataError(
                f"the label {label!r} can't stand for the features {said[0]!r} and the part of speech {said[1]!r}",
                hint="Write labels as `kernel init labels` does: the features, with the part of speech as POS.",
            )
        found.append(normalized(label))
    return found
