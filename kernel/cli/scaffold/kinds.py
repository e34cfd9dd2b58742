"""The kinds of plugins that can be started, and the texts of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module


@dataclass(frozen=True)
class Kind:
    """The texts of one kind. In all of them `$owner`, `$package` and `$distribution` stand for those of the package, and `$title`
    for the owner as the name of a class: `AcmeTools` for `acme_tools`.

    module: name of the file with the code. function: what the entry point names in it; "" if it names the file. registered:
    the name that configs use. about: what the package has, for its README. requires: besides kernel. config: sections of the
    example config that differ from those of a plain tagger; None if an example would need more than this package. files:
    more files of code by name. registry: where it is registered, if that is not what the kind is called. more: what else is registered: registry -> (name, "file:function"). promise: what authors keep
    to once the package is published, for its README.
    """

    module: str
    function: str
    registered: str
    about: str
    code: str
    test: str
    requires: tuple[str, ...] = ()
    config: Mapping[str, str] | None = field(default=None)
    files: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    registry: str = ""
    promise: str = (
        "A published name keeps its behaviour: a change is a new function with the next version in its name."
    )


# Registry (or `cli`, or what its `registry` says) -> the module with its texts, in the order of the help.
_MODULES = {
    "architectures": "models",
    "layers": "models",
    "objectives": "pretraining",
    "factories": "components",
    "scorers": "components",
    "readers": "files",
    "converters": "files",
    "writers": "files",
    "batchers": "batches",
    "augmenters": "batches",
    "callbacks": "events",
    "loggers": "events",
    "tokenizers": "text",
    "languages": "text",
    "vectors": "assets",
    "lookups": "assets",
    "misc": "assets",
    "optimizers": "optimisation",
    "schedules": "optimisation",
    "losses": "optimisation",
    "initializers": "optimisation",
    "span_getters": "transformers",
    "annotation_setters": "transformers",
    "cli": "commands",
    "modules": "places",
    "sections": "places",
    "workers": "together",
}
KINDS = tuple(_MODULES)


def kind_of(name: str) -> Kind:
    """The texts of a kind."""
    found: Kind = getattr(import_module(f"kernel.cli.scaffold.{_MODULES[name]}"), name.upper())
    return found
