"""The morphologizer: labels, settings and weights of one of theirs."""

from __future__ import annotations

from typing import Any

from kernel.errors import DataError
from kernel.tokens.morph import normalize_features
from kernel.vocab.symbols import SYMBOLS
from kernel_spacy.components.trained import read_settings, take_labels, take_settings, take_weights
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """Labels such as `Number=Plur|POS=NOUN`, in the order of the outputs, with tables of what each one sets."""
    component, settings = nlp.get_pipe(name), read_settings(source, name)
    # Pipelines of 3.0 have no settings here but those tables, and always overwrite.
    take_settings(component, settings, "overwrite", "extend", "label_smoothing")
    morph, pos = settings.get("labels_morph", {}), settings.get("labels_pos", {})
    take_labels(source, name, component, morph)
    if not isinstance(pos, dict) or not all(map(_says_itself, morph, morph.values(), map(pos.get, morph))):
        raise DataError(
            f"a label of component '{name}' sets something else than it says",
            path=source.root / name / "cfg",
            hint="Labels that were made by hand can't be carried over.",
        )
    take_weights(source, name, nlp, is_labelled=True)
    return []


def _says_itself(label: str, feats: Any, pos: Any) -> bool:
    """Whether a label sets the features and the part of speech that it names."""
    parts = label.split("|")
    tags = [part for part in parts if part.startswith("POS=")]
    others = "|".join(part for part in parts if not part.startswith("POS="))
    tag = tags[0].removeprefix("POS=") if tags else ""
    same = normalize_features(others) == normalize_features(str(feats or ""))
    return len(tags) < 2 and same and (pos or 0) == SYMBOLS.get(tag, 0)
