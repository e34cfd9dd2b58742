"""What components say they set and need: the module `kernel.pipe_analysis`. `nlp.analyze_pipes()` is the usual way to it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kernel.cli.say import say
from kernel.errors import UsageError
from kernel.language import Language
from kernel.language.facts import lines
from kernel.tokens import Doc, Span, Token

DEFAULT_KEYS = ("requires", "assigns", "scores", "retokenizes")
_CLASSES = {"doc": Doc, "span": Span, "token": Token}


def analyze_pipes(nlp: Language, *, keys: Sequence[str] = DEFAULT_KEYS) -> dict[str, Any]:
    """The same as `nlp.analyze_pipes(keys=keys)`."""
    return nlp.analyze_pipes(keys=keys)


def get_attr_info(nlp: Language, attr: str) -> dict[str, list[str]]:
    """The components that assign an attribute, such as `doc.ents`, and those that require it."""
    found: dict[str, list[str]] = nlp.analyze_pipes()["attrs"].get(attr, {})
    return {"assigns": found.get("assigns", []), "requires": found.get("requires", [])}


def validate_attrs(values: Iterable[str]) -> Iterable[str]:
    """The names of attributes as they were given, if all are of documents, spans or tokens; `UsageError` if not.

    As `doc.ents`, `token.tag` or `span._.mine`: by the name without `_` at its end.
    """
    for value in values:
        _check(value)
    return values


def print_pipe_analysis(
    analysis: Mapping[str, Mapping[str, Any]], *, keys: Sequence[str] = DEFAULT_KEYS
) -> None:
    """Print what `nlp.analyze_pipes()` gave."""
    summary = {name: {key: found[key] for key in keys} for name, found in analysis["summary"].items()}
    for line in lines({**analysis, "summary": summary}):
        say(line)


def _check(value: str) -> None:
    kind, *names = value.split(".")
    if kind not in _CLASSES or not names:
        raise UsageError(
            f"{value!r} is no attribute of a document, a span or a token", hint="As doc.ents or token.tag."
        )
    if names[0] == "_":
        if len(names) != 2 or not names[1]:
            raise UsageError(
                f"{value!r} is no extension attribute", hint=f"Its name stands alone after {kind}._"
            )
        return
    name, *inside = names
    if inside or not hasattr(_CLASSES[kind], name):
        raise UsageError(f"{value!r}: a {_CLASSES[kind].__name__} has no attribute {'.'.join(names)!r}")
    if name.endswith("_"):
        raise UsageError(f"{value!r} stands for the same as '{kind}.{name[:-1]}': name that")
    if kind == "span":
        raise UsageError(f"{value!r}: what is set on spans are extension attributes only, as span._.mine")
