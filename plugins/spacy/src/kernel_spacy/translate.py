"""A pipeline of spaCy becomes one of ours, part by part."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from kernel.config import Config
from kernel.config.sources import problem_at
from kernel.discovery.known_names import refusal
from kernel.errors import ConfigError, DataError, Problem
from kernel.language.keeping import rename
from kernel.registries.family import chosen_by
from kernel.saving.directories import reading
from kernel_spacy.components import CARRIERS, carrier
from kernel_spacy.configs.convert import convert
from kernel_spacy.pickles import with_pickles
from kernel_spacy.source import Source
from kernel_spacy.vocab import fill_vocab

# The language of texts in any language. What the tokenizer does is in its file.
ANY = "xx"
# Factories of spaCy's packages whose components can't be carried over: why, and what to take. `{name}` is the component.
_REFUSED = {
    "curated_transformer": (
        "a network of another implementation of transformers, whose weights are not carried over",
        (
            "Train the pipeline anew: `kernel spacy convert-config` makes a `transformer` of this block. Or leave the component out, "
            "exclude=[{name!r}], with those that listen to it."
        ),
    )
}
# spaCy's own facts about its version.
_THEIRS = ("spacy_version", "spacy_git_version")


def our_config(source: Source, left_out: Collection[str]) -> tuple[Config, list[str], list[str]]:
    """The config of the pipeline that will be built, lines about what changed in it, and lines about what had to be left out.

    left_out: components that nobody asks for; what they need may be missing. `ConfigError` for a component that nothing here makes.
    """
    config, notes = convert(source.config)
    names = [name for name in _names(config) if name not in left_out]
    pickles = with_pickles(source, names)
    if pickles:
        _remove(config, pickles)
    _check_factories(source, config, [name for name in names if name not in pickles])
    lost = [
        f"component '{name}' is left out: {file} is a pickle, which could run any code when it is read"
        for name, file in pickles.items()
    ]
    lang = (config.get("nlp") or {}).get("lang")
    if isinstance(lang, str) and lang and not chosen_by(config).has("languages", lang):
        config["nlp"]["lang"] = ANY
        lost.append(
            f"no installed package has the language '{lang}': the pipeline becomes one of '{ANY}', without the stop words, number words, "
            "noun chunks and rules of lemmas of its own"
        )
    return config, [str(note) for note in notes if note.outcome != "same"], lost


def our_meta(source: Source) -> dict[str, Any]:
    """What our meta table says of the pipeline."""
    meta = {key: value for key, value in source.meta.items() if key not in _THEIRS}
    if "requirements" in meta:
        meta["requirements"] = source.requirements
    return meta


def fill(source: Source, nlp: Any, left_out: Collection[str]) -> Iterator[str]:
    """Give a pipeline, built by `our_config`, the data of the source; yields lines about what was left out or is not the same."""
    if "vocab" not in left_out:
        fill_vocab(source, nlp.vocab, left_out)
    if "tokenizer" not in left_out and source.has("tokenizer") and hasattr(nlp.tokenizer, "from_bytes"):
        source.parsed("tokenizer", nlp.tokenizer.from_bytes)
    for name in nlp.component_names:
        if name not in left_out:
            with reading(source.root / name):
                yield from _carry(source, name, nlp)


def _carry(source: Source, name: str, nlp: Any) -> Iterator[str]:
    carry = carrier(source.factory(name))
    if carry is not None:
        yield from carry(source, name, nlp)
    elif source.has(name):
        component = nlp.get_pipe(name)
        if not hasattr(component, "from_disk"):
            raise DataError(
                f"component '{name}' has saved data, and a {type(component).__name__} reads none",
                hint=f"Leave it out: exclude=[{name!r}].",
            )
        # One of somebody's own, whose factory is here: it knows its files.
        component.from_disk(source.path(name))


def _names(config: Config) -> list[str]:
    names = (config.get("nlp") or {}).get("pipeline")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _remove(config: Config, names: Collection[str]) -> None:
    """Take components out of a config. Others may refer to settings of theirs."""
    blocks = config.interpolate().get("components") or {}
    config["components"] = {name: _written(block) for name, block in blocks.items() if name not in names}
    for key in ("pipeline", "disabled"):
        listed = config["nlp"].get(key)
        if isinstance(listed, list):
            config["nlp"][key] = [name for name in listed if name not in names]
    for name in names:
        rename(config, name, None)


def _written(value: Any) -> Any:
    """A value as a config with variables has it."""
    if isinstance(value, dict):
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_written(one) for one in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


def _check_factories(source: Source, config: Config, names: Collection[str]) -> None:
    lang = (config.get("nlp") or {}).get("lang")
    registry = chosen_by(config)
    blocks = config.get("components") or {}
    problems: list[Problem] = []
    for name in names:
        theirs = source.factory(name)
        if theirs in _REFUSED:
            # Its config may have become one of ours, for training.
            reason, way = _REFUSED[theirs]
            path = f"components.{name}.factory"
            problems.append(
                problem_at(config.sources, path, f"{theirs!r} is {reason}", suggestion=way.format(name=name))
            )
            continue
        block = blocks.get(name)
        factory = block.get("factory") if isinstance(block, dict) else None
        # What spaCy itself has is known by name, and what is refused says why.
        if not isinstance(factory, str) or factory in CARRIERS or refusal("factories", factory):
            continue
        if not registry.has("factories", registry.name_for_language("factories", factory, lang)):
            problems.append(_unknown(source, config, name, factory))
    if problems:
        raise ConfigError(problems)


def _unknown(source: Source, config: Config, name: str, factory: str) -> Problem:
    needed = source.requirements
    hint = f"The pipeline says that it requires {', '.join(needed)}. " if needed else ""
    return problem_at(
        config.sources,
        f"components.{name}.factory",
        f"no installed package has the factory '{factory}' for kernel, which makes the component '{name}'",
        suggestion=f"{hint}Give its code with --code if it is yours, or leave it out: exclude=[{name!r}].",
    )
