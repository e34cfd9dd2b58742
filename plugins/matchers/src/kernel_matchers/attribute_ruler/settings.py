"""What a rule sets: attributes of a token by name, checked, and as the columns of documents hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

from kernel.errors import DataError, KernelError, UsageError, warn
from kernel.tokens import Token
from kernel.tokens.columns import check_pos, sentence_start
from kernel.tokens.iob import IOB_STRINGS
from kernel.tokens.morph import EMPTY, features_to_text, normalize_features
from kernel.tokens.underscore import existing
from kernel.vocab import Vocab, attrs

TEXTS = frozenset(
    {
        attrs.TAG, attrs.POS, attrs.MORPH, attrs.LEMMA, attrs.DEP, attrs.NORM, attrs.ENT_TYPE, attrs.ENT_ID, attrs.ENT_KB_ID,
    }
)  # fmt: skip
"""Attributes that are set to a text."""

SETTABLE = TEXTS | {attrs.ENT_IOB, attrs.SENT_START}


@dataclass(frozen=True)
class Settings:
    """values: attribute -> its value in the column. extensions: name -> value."""

    values: dict[int, int] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


def named(given: Mapping[Any, Any]) -> dict[str, Any]:
    """The same with names for the numbers of attributes, which plain files can't have as keys."""
    return {attrs.NAMES.get(key, str(key)) if isinstance(key, int) else key: given[key] for key in given}


def read_settings(given: Any, vocab: Vocab, what: str) -> Settings:
    """What is to be set; its strings become the vocab's. `DataError` for what can't be set so; what: the rule, for messages."""
    if not isinstance(given, Mapping):
        raise DataError(f"{what} sets a dict of attributes, not {given!r}")
    settings = Settings()
    for name, value in given.items():
        try:
            if name == "_":
                settings.extensions.update(_extensions(value))
            else:
                attr = attrs.intify(name)
                settings.values[attr] = _value(attr, value, vocab)
        except KernelError as error:
            raise DataError(f"{what}: {error.message}", hint=error.hint) from error
    return settings


def _value(attr: int, value: Any, vocab: Vocab) -> int:
    if attr == attrs.SENT_START:
        return sentence_start(value)
    if attr == attrs.ENT_IOB:
        if isinstance(value, str) and value in IOB_STRINGS:
            return IOB_STRINGS.index(value)
        if isinstance(value, Integral) and int(value) in range(len(IOB_STRINGS)):
            return int(value)
        raise DataError(f"ENT_IOB is I, O, B or '' (or 1, 2, 3, 0), not {value!r}")
    if attr not in TEXTS:
        name = attrs.NAMES[attr]
        if attr == attrs.HEAD:
            raise UsageError("HEAD can't be set by a rule: a head is a place in its document")
        raise UsageError(
            f"{name} can't be set for a token",
            hint=f"It follows from the word form: nlp.vocab.set_lexeme_attr('word', '{name}', ...) sets it for all tokens of one.",
        )
    text = _text(attr, value, vocab)
    if attr == attrs.POS:
        check_pos([text])
    return vocab.strings.add(text) if text else 0


def _text(attr: int, value: Any, vocab: Vocab) -> str:
    if value is None:
        return ""
    if isinstance(value, Integral) and not isinstance(value, bool):
        text = vocab.strings.find(int(value)) if value else ""
        if text is None:
            raise DataError(f"{attrs.NAMES[attr]}: no string has the number {value}")
        value = text
    if attr == attrs.MORPH and isinstance(value, Mapping):
        return features_to_text(value)
    if not isinstance(value, str):
        raise DataError(f"{attrs.NAMES[attr]} is a text, not {value!r}")
    return normalize_features(value) if attr == attrs.MORPH else value


def _extensions(values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise DataError(f"'_' has a dict of extension attributes, not {values!r}")
    for name in values:
        extension = existing(Token, name)
        if extension.method is not None or (extension.getter is not None and extension.setter is None):
            raise DataError(f"the extension attribute {name!r} can't be set: it is computed")
    return values


def features_aside(given: Mapping[Any, Any], what: str) -> dict[Any, Any]:
    """The attributes of an entry of a tag map: what is no attribute in it, such as `Number`, are morphological features.

    A MORPH of the entry's own counts, and the features do not. A feature with the name of an attribute in other letters, such as
    pos, is warned of. what: the entry, for messages.
    """
    settings, features = {}, {}
    for key, value in given.items():
        if key == "_" or key in attrs.IDS or key in attrs.NAMES:
            settings[key] = value
        else:
            features[str(key)] = value
    meant = [name for name in features if attrs.IDS.get(name.upper()) in SETTABLE]
    if meant:
        warn(
            f"{what}: {', '.join(meant)} is taken for a morphological feature, as names of attributes are in capitals. Write "
            f"{', '.join(map(str.upper, meant))} to set the attribute"
        )
    if "MORPH" not in settings and attrs.MORPH not in settings:
        settings["MORPH"] = features_to_text(features) if features else EMPTY
    return settings
