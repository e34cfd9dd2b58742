"""What the components with a model have in common: settings, labels and weights of a saved one of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import DataError
from kernel.vocab.vectors import remember
from kernel_spacy.source import Source
from kernel_spacy.weights import as_saved, take


def read_settings(source: Source, name: str) -> dict[str, Any]:
    """The settings that a component was saved with; none in pipelines that have no such file."""
    place = f"{name}/cfg"
    if not source.has(place):
        return {}
    settings = source.json(place)
    if not isinstance(settings, dict):
        raise DataError(f"the settings of component '{name}' are no table", path=source.path(place))
    return settings


def take_settings(component: Any, settings: Mapping[str, Any], *names: str) -> None:
    """Those settings that are ours too: what was saved counts, whatever the config says. `DataError` for one that can't be."""
    found = {name: settings[name] for name in names if name in settings}
    check_settings(component, found)
    component.cfg.update(found)


def check_settings(component: Any, found: Mapping[str, Any]) -> None:
    """`DataError` for a setting of another kind than the component has: text in the place of a number."""
    for name, value in found.items():
        own = component.cfg.get(name)
        if own is not None and value is not None and _kind(own) != _kind(value):
            raise DataError(
                f"the setting {name} of component '{component.name}' is {value!r}, and should be {_kind(own)}",
                hint="The file with its settings is damaged, or was edited.",
            )


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", dict: "a table"}
    return kinds.get(type(value), "a list")


def take_labels(source: Source, name: str, component: Any, labels: Any) -> None:
    """The labels, in the order of the model's outputs. A list, or a table of which they are the keys."""
    path = source.root / name / "cfg"
    if not isinstance(labels, list | dict) or not all(isinstance(label, str) and label for label in labels):
        raise DataError(f"the labels of component '{name}' are no list of strings", path=path)
    for label in labels:
        component.add_label(label)
    if len(component.labels) != len(labels):
        raise DataError(f"the labels of component '{name}' are not all different", path=path)


def take_weights(source: Source, name: str, nlp: Any, *, is_labelled: bool = False) -> None:
    """The weights of a component that has its labels, and with them what its layers have to know.

    is_labelled: there is an output for each label, so that weights without any label can't be."""
    component = nlp.get_pipe(name)
    model, where = component.model, f"component '{name}'"
    source.parsed(f"{name}/model", lambda data: take(model, data, where, as_saved))
    for layer in model.walk():
        if layer.name == "static_vectors" and nlp.vocab.vectors:
            remember(layer, nlp.vocab.vectors)
    check_outputs(source, name, component, is_labelled)


def check_outputs(source: Source, name: str, component: Any, is_labelled: bool) -> None:
    """Whether the model has as many outputs as there are labels."""
    size, wanted = component.model.maybe_get_dim("nO"), len(component.output_names)
    if (wanted or is_labelled) and size is not None and size != wanted:
        raise DataError(
            f"component '{name}' has {wanted or 'no'} labels, and its weights are for {size}",
            path=source.root / name / "model",
            hint="Its files were saved by different pipelines, or one of them was edited.",
        )
