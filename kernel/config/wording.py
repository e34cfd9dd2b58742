"""How messages say what a place of a config takes, and what to do about a value that doesn't fit."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from kernel.config.hints import describe_hint, options, takes_only_lists
from kernel.config.signatures import REQUIRED, Parameter, Signature
from kernel.config.values import has_variable, is_plain, show_value
from kernel.config.written import takes

# Longest signature that is shown with all its types, in characters.
_LONGEST = 240


def expectation(
    hint: Any, path: str, parameter: Parameter | None, taker: Signature | None, *, is_known: bool = False
) -> str:
    """What a place takes, and who says so: the function with its package and its parameters.

    is_known: the parameters are in the report already.
    """
    name = parameter.name if parameter else path.rpartition(".")[2]
    if taker and name not in taker.parameters:
        # An item of a list or a mapping is taken as part of the whole.
        name = next((part for part in reversed(path.split(".")) if part in taker.parameters), name)
    said_by = f" for {name!r} of {taker.owner}" if taker else ""
    taken = f", which takes {parameters(taker, name)}" if taker and taker.is_function and not is_known else ""
    return f"{describe_hint(hint, limits=True)}{said_by}{taken}"


def parameters(signature: Signature, focus: str = "") -> str:
    """The parameters of a signature as Python writes them; a long list has only the type of the one that matters."""
    whole = _parameters(signature, None)
    return whole if len(whole) <= _LONGEST else _parameters(signature, focus)


def _parameters(signature: Signature, focus: str | None) -> str:
    parts = [_parameter(one, focus is None or one.name == focus) for one in signature.parameters.values()]
    if signature.varargs is not REQUIRED:
        parts.append("*" + _typed("args", signature.varargs))
    if signature.varkwargs is not REQUIRED:
        parts.append("**" + _typed("kwargs", signature.varkwargs))
    return f"({', '.join(parts)})"


def _parameter(parameter: Parameter, with_type: bool) -> str:
    text = _typed(parameter.name, parameter.hint) if with_type else parameter.name
    if parameter.is_required:
        return text
    default = parameter.default
    shown = show_value(default, 40) if is_plain(default) else "..."
    return f"{text} = {shown}" if with_type else f"{text}=..."


def _typed(name: str, hint: Any) -> str:
    return name if hint is Any else f"{name}: {describe_hint(hint)}"


def remedy(value: Any, hint: Any) -> str | None:
    """What to write instead of a value, where that can be guessed."""
    if value == "":
        return (
            "The value is empty: is a variable of the shell not set? null means none, where that is allowed."
        )
    if isinstance(value, str):
        if has_variable(value):
            return "The value holds a variable that was not replaced."
        if " #" in value or " ;" in value:
            return "A comment needs a line of its own."
        near = _nearest_option(value, hint)
        if near:
            return f"Did you mean {json.dumps(near)}?"
        with suppress(ValueError):
            plain = json.loads(value)
            if not isinstance(plain, str) and takes(hint, plain):
                return f"Write {value}, without quotes."
        wrong = {"yes": True, "no": False, "on": True, "off": False, "none": None, "nil": None}
        if value.lower() in wrong and takes(hint, wrong[value.lower()]):
            return f"Write {json.dumps(wrong[value.lower()])}."
        if takes_only_lists(hint) and takes(hint, [value]):
            return f"Write {json.dumps([value])}: a list, even of one."
    elif value is True and takes(hint, 1):
        return "Write a number. An override without a value means true."
    elif value is True and takes(hint, "true"):
        return 'An override without a value means true: write the value behind it. The text is "true", in double quotes.'
    elif isinstance(value, (int, float)) and takes(hint, show_value(value)):
        return f'Write "{show_value(value)}", in double quotes, for a text.'
    elif isinstance(value, (int, float)) and takes_only_lists(hint) and takes(hint, [value]):
        return f"Write {show_value([value])}: a list, even of one."
    return None


def _nearest_option(value: str, hint: Any) -> str | None:
    from kernel.registries.registry import nearest_name

    return nearest_name(value, [option for option in options(hint) if isinstance(option, str)])
