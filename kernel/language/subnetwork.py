"""The part of a pipeline's models that a component and the name of a layer lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.config.sources import problem_at
from kernel.errors import ConfigError
from kernel.listeners import Subscription

if TYPE_CHECKING:
    from kernel.language.components import ComponentList


def subnetwork(nlp: ComponentList, component: str, layer: str) -> tuple[str, Any]:
    """(component, model) that two settings of `[pretraining]` name: the layer with this reference name, the whole model for "".

    A listener stands for the model that it listens to, of the component that is returned then. The components must be linked.
    ConfigError, with the place of the setting in the config, where they lead to nothing.
    """

    def error(setting: str, message: str, hint: str) -> ConfigError:
        path = f"pretraining.{setting}"
        return ConfigError(problem_at(nlp.config.sources, path, message, suggestion=hint))

    if component not in nlp.component_names:
        raise error(
            "component",
            f"the pipeline has no component '{component}'",
            f"It has: {', '.join(nlp.component_names) or 'none'}.",
        )
    model: Any = getattr(nlp.get_pipe(component), "model", None)
    if not hasattr(model, "walk"):
        raise error("component", f"'{component}' has no model", "Name a component that is trained.")
    found: Any = model
    if layer:
        names = [name for name in model.ref_names if model.maybe_get_ref(name) is not None]
        if layer not in names:
            raise error(
                "layer",
                f"the model of '{component}' has no layer called '{layer}'",
                f"It has: {', '.join(sorted(names))}." if names else 'It names none: set it to "".',
            )
        found = model.get_ref(layer)
    listening = found.attrs.get("listener")
    if not isinstance(listening, Subscription):
        return component, found
    if listening.channel is None:
        raise error(
            "component",
            f"'{component}' listens to a shared source, and none comes before it in the pipeline",
            "Name the component that computes the token vectors, such as tok2vec.",
        )
    source = listening.channel.name
    return source, nlp.get_pipe(source).model
