"""A whole pipeline: everything is made first, and written when nothing is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kernel.config import Config
from kernel.errors import Unsupported
from kernel.files.atomic import atomic_directory
from kernel.files.names import as_names
from kernel_spacy.export import encoders
from kernel_spacy.export.components import WRITERS, Saved, write_component
from kernel_spacy.export.config import their_config
from kernel_spacy.export.functions import Functions
from kernel_spacy.export.meta import their_meta
from kernel_spacy.export.problems import Findings
from kernel_spacy.export.tokenizer import check_tokenizer
from kernel_spacy.export.vocab import check_vocab, write_vocab

_LEAVE_OUT = "Leave the component out: exclude it."


def export(
    nlp: Any, path: str | Path, *, exclude: str | Iterable[str] = (), inexact: bool = False
) -> list[str]:
    """Write a pipeline as a folder that spaCy 3.8 loads, whole or not at all; it predicts the same there.

    exclude: names of components to leave out. inexact: whether to write also what spaCy computes in another way. Returns lines for people: what was left out, or
    written in another way. `Unsupported` with all that spaCy could not load or would not compute; then nothing is written.
    """
    findings = Findings()
    left_out = set(as_names(exclude))
    slots = [slot for slot in nlp.slots if slot.name not in left_out]
    factories = {slot.name: _factory(slot, findings) for slot in slots}
    deep = [slot.name for slot in slots if _is_deep(slot.component)]
    functions = Functions(nlp.registry, findings)
    config = their_config(nlp.config, factories, deep, functions, type(nlp)().config.interpolate())
    saved = {slot.name: _saved(slot, factories[slot.name], nlp, findings) for slot in slots}
    _check_mish(config["components"], findings)
    _check_linkers(slots, findings)
    _say_of_transformers(config["components"], findings)
    check_tokenizer(nlp.tokenizer, findings)
    check_vocab(nlp.vocab, findings)
    findings.check(inexact=inexact)
    _write(Path(path), nlp, config, saved)
    return findings.lines


def _factory(slot: Any, findings: Findings) -> str:
    name = str(slot.block["factory"])
    if name not in WRITERS:
        findings.refuse(f"component '{slot.name}'", f"spaCy has no factory '{name}'", _LEAVE_OUT)
    return name


def _is_deep(component: Any) -> bool:
    model = getattr(component, "model", None)
    return model is not None and hasattr(model, "walk") and encoders.has_deep(model)


def _saved(slot: Any, factory: str, nlp: Any, findings: Findings) -> Saved:
    if factory not in WRITERS:
        return Saved()
    try:
        return write_component(factory, slot.component, nlp)
    except Unsupported as error:
        findings.refuse(f"component '{slot.name}'", error.message, error.hint or _LEAVE_OUT)
        return Saved()


def _check_mish(components: Mapping[str, Any], findings: Findings) -> None:
    for name, block in components.items():
        if encoders.mish(block):
            findings.refuse(
                f"component '{name}'",
                "in spaCy the encoder with mish lets the documents of a batch see each other, so that what it says of a text depends on the others",
                "Train it with MaxoutWindowEncoder.v2; or write it all the same (--inexact): texts one at a time get the same there.",
                inexact=True,
            )


def _check_linkers(slots: Sequence[Any], findings: Findings) -> None:
    for slot in slots:
        if slot.block["factory"] == "entity_linker" and not slot.component.model.attrs.get("contexts_alone"):
            findings.refuse(
                f"component '{slot.name}'",
                "spaCy predicts with each context as a document of its own, in which the context of the first entity counts, whichever is asked for",
                "Write it all the same (--inexact): texts of one sentence with one entity get the same there.",
                inexact=True,
            )


def _say_of_transformers(components: Mapping[str, Any], findings: Findings) -> None:
    for name, block in components.items():
        if block.get("factory") == "transformer":
            findings.say(
                f"component '{name}' needs the package spacy-transformers there, which cuts off what of a text has more pieces than its "
                "tokenizer takes at once, and gives zeros to words without a piece; here the whole is read, if spaCy did not train it"
            )


def _write(path: Path, nlp: Any, config: Mapping[str, Any], saved: Mapping[str, Saved]) -> None:
    labels = {slot.name: _labels(slot.component) for slot in nlp.slots}
    strings = {text for each in saved.values() for text in each.strings}
    with atomic_directory(path) as folder:
        Config(config).to_disk(folder / "config.cfg")
        (folder / "meta.json").write_bytes(their_meta(nlp.meta, list(saved), labels))
        (folder / "tokenizer").write_bytes(nlp.tokenizer.to_bytes())
        write_vocab(nlp.vocab, folder / "vocab", strings)
        for name, each in saved.items():
            for ending, data in each.beside.items():
                (folder / name).with_suffix(ending).write_bytes(data)
            for file, data in each.files.items():
                place = folder / name / file
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)


def _labels(component: Any) -> list[str]:
    hidden = getattr(component, "hide_labels", False)
    return [] if hidden else list(getattr(component, "labels", ()))
