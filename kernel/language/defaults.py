"""What a language brings: tokenizer rules, stop words, lexical attributes, settings."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

from kernel.tokenizer.rules import Rules


class Defaults:
    """The rules of no particular language: words end at whitespace. Languages subclass it.

    tokenizer_exceptions: string -> its tokens. prefixes, suffixes, infixes: regular expressions; adding a tuple or a
    list gives a longer sequence. token_match, url_match: functions that say of a string that it stays whole.
    stop_words: the words for which `is_stop` holds. lex_attr_getters: attribute number -> function of the word form.
    syntax_iterators: such as "noun_chunks". writing_system: direction, has_case, has_letters. config: settings under
    the user's.
    """

    tokenizer_exceptions: ClassVar[dict[str, list[dict[Any, str]]]] = {}
    prefixes: ClassVar[Any] = Rules()
    suffixes: ClassVar[Any] = Rules()
    infixes: ClassVar[Any] = Rules()
    token_match: ClassVar[Callable[..., Any] | None] = None
    url_match: ClassVar[Callable[..., Any] | None] = None
    stop_words: ClassVar[set[str]] = set()
    lex_attr_getters: ClassVar[dict[int, Callable[[str], Any]]] = {}
    syntax_iterators: ClassVar[dict[str, Callable[..., Any]]] = {}
    writing_system: ClassVar[dict[str, Any]] = {"direction": "ltr", "has_case": True, "has_letters": True}
    config: ClassVar[dict[str, Any]] = {}


class HasDefaults(Protocol):
    """A class of pipelines: a language, or none in particular."""

    lang: ClassVar[str | None]
    Defaults: ClassVar[type[Defaults]]


LanguageClass = TypeVar("LanguageClass", bound=type[HasDefaults])


def fresh_subclass(cls: LanguageClass) -> LanguageClass:
    """A subclass with Defaults of its own, so that what a callback edits there stays in one pipeline."""
    values = {
        name: _copied(getattr(cls.Defaults, name)) for name in dir(cls.Defaults) if not name.startswith("__")
    }
    defaults = type("Defaults", (cls.Defaults,), {**values, "__module__": cls.__module__})
    body = {"Defaults": defaults, "__module__": cls.__module__, "__doc__": cls.__doc__}
    return type(cls.__name__, (cls,), body)  # type: ignore[return-value]


def lex_attr_getters(cls: type[HasDefaults]) -> dict[int, Callable[[str], Any]]:
    """Functions of the word form, by attribute number: the language's own, its stop words and its code."""
    from kernel.vocab.attrs import IS_STOP, LANG

    getters: dict[int, Callable[[str], Any]] = {LANG: partial(_constant, cls.lang or "")}
    if cls.Defaults.stop_words:
        getters[IS_STOP] = partial(_is_stop, frozenset(cls.Defaults.stop_words))
    return {**getters, **cls.Defaults.lex_attr_getters}


def _copied(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return Rules(value)
    # Functions stay themselves; wrapped because a function found in a class would become a method.
    if callable(value):
        return staticmethod(value)
    return copy.deepcopy(value)


def _constant(value: str, text: str) -> str:
    return value


def _is_stop(words: frozenset[str], text: str) -> bool:
    return text in words or text.lower() in words
