"""What a language brings: tokenizer rules, stop words, lexical attributes, settings."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

from kernel.tokenizer.rules import Rules


class Defaults:
    """The rules of no particular language: words end at whitespace. Languages subclass it.

    tokenizer_exceptions: string -> its tokens. prefixes, suffixes, infixes: regular expressions; adding a tuple or a
    list gives a longer sequence. token_match, url_match: functions that say of a string that it stays whole.
    stop_words: the words for which `is_stop` holds; a pipeline looks here at each call, so that words can be added. lex_attr_getters: attribute number -> function of the word form.
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

    def __init_subclass__(cls) -> None:
        # Words that are added to one language are not those of all that have none of their own.
        cls.stop_words = set(cls.stop_words)


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

    own: dict[int, Callable[[str], Any]] = {
        LANG: partial(_constant, cls.lang or ""),
        IS_STOP: _StopWords(cls.Defaults),
    }
    return {**own, **cls.Defaults.lex_attr_getters}


class _StopWords:
    """Says of a form whether it is among the stop words that a language has now."""

    def __init__(self, defaults: type[Defaults]) -> None:
        self.defaults = defaults

    def __call__(self, text: str) -> bool:
        return bool(self.defaults.stop_words) and _is_stop(self.defaults.stop_words, text)

    def __reduce__(self) -> tuple[Any, ...]:
        # A class that a callback made for one pipeline can't be pickled.
        return partial, (_is_stop, frozenset(self.defaults.stop_words))


def _copied(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return Rules(value)
    # Functions stay themselves; wrapped because a function found in a class would become a method.
    if callable(value):
        return staticmethod(value)
    return copy.deepcopy(value)


def _constant(value: str, text: str) -> str:
    return value


def _is_stop(words: Collection[str], text: str) -> bool:
    return text in words or text.lower() in words
