"""What a config may say of a tokenizer, beside what its own files say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import ConfigError, DataError

# Setting -> (kind of step in tokenizer.json, its key there).
_STEPS: dict[str, list[tuple[str, str]]] = {
    "do_lower_case": [("BertNormalizer", "lowercase")],
    "strip_accents": [("BertNormalizer", "strip_accents")],
    "tokenize_chinese_chars": [("BertNormalizer", "handle_chinese_chars")],
    "add_prefix_space": [("ByteLevel", "add_prefix_space"), ("RobertaProcessing", "add_prefix_space")],
}
# What has no effect here: there is one kind of tokenizer, and windows aren't padded.
_IDLE = frozenset({"use_fast", "padding_side", "truncation_side", "clean_up_tokenization_spaces"})
_OTHERS = frozenset({"model_max_length", "pad_token", "unk_token"})


def check(settings: Mapping[str, Any]) -> None:
    """ConfigError for a setting that tokenizers don't have here, with those that they have."""
    unknown = sorted(set(settings) - set(_STEPS) - _IDLE - _OTHERS)
    if unknown:
        known = ", ".join(sorted({*_STEPS, *_OTHERS, "use_fast"}))
        raise ConfigError(f"tokenizer_config: unknown {', '.join(unknown)}", hint=f"There are: {known}.")
    for name, value in settings.items():
        kind = bool if name in _STEPS else str if name in ("pad_token", "unk_token") else object
        # None leaves it to the tokenizer.
        if value is not None and not isinstance(value, kind):
            expected = "true or false" if kind is bool else "the text of a piece"
            raise ConfigError(f"tokenizer_config.{name} is {value!r}; expected {expected}")


def adapted(tokenizer: bytes, config: Mapping[str, Any], settings: Mapping[str, Any]) -> bytes:
    """tokenizer.json with the steps as the settings say, or else tokenizer_config.json.

    Raises ConfigError for a setting of a step that the tokenizer doesn't have.
    """
    document = json_object("tokenizer.json", tokenizer)
    changed = False
    for name, places in _STEPS.items():
        value = settings.get(name, config.get(name))
        found = [(step, key) for step in _steps(document) for kind, key in places if step.get("type") == kind]
        if name in settings and not found:
            raise ConfigError(f"tokenizer_config.{name}: the tokenizer has no step that it belongs to")
        for step, key in found:
            # None leaves it to the tokenizer.
            if value is not None and step.get(key) != value:
                step[key], changed = value, True
    return json.dumps(document, ensure_ascii=False).encode("utf-8") if changed else tokenizer


def json_object(name: str, content: bytes) -> dict[str, Any]:
    """The object that a JSON file holds; DataError if it holds something else."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise DataError(f"{name} of the tokenizer is damaged: {error}") from None
    if not isinstance(found, dict):
        raise DataError(f"{name} of the tokenizer is damaged: expected a JSON object")
    return found


def _steps(part: Any) -> Iterator[dict[str, Any]]:
    """All steps of a tokenizer, those inside of sequences too."""
    for each in ("normalizer", "pre_tokenizer", "post_processor"):
        waiting = [part.get(each)]
        while waiting:
            step = waiting.pop()
            if isinstance(step, dict):
                yield step
                for inner in ("normalizers", "pretokenizers", "processors"):
                    waiting.extend(step.get(inner, ()))
