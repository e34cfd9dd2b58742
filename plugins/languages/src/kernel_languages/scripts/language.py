"""Languages of which nothing is known but their script: rules for every code that no package has more for."""

from __future__ import annotations

from functools import cache
from typing import Any

from kernel.errors import warn
from kernel.language import Language
from kernel_languages.scripts.codes import LANGUAGES
from kernel_languages.scripts.rules import defaults_of

__all__ = ["ScriptLanguage", "language_of_script"]


class ScriptLanguage(Language):
    """Text of a language that has the rules of its script, and no abbreviations, stop words or number words."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        name, script = LANGUAGES[self.lang or ""]
        warn(
            f"languages: of {self.lang!r} ({name.replace('_', ' ')}) only the rules of its script ({script}) are known: it has no "
            "abbreviations, stop words or number words"
        )
        super().__init__(*args, **settings)


@cache
def language_of_script(code: str) -> type[ScriptLanguage] | None:
    """The class of a language by its code; None for what is no code, or one that has rules of its own."""
    if code not in LANGUAGES:
        return None
    name, script = LANGUAGES[code]
    class_name = name.replace("_", "")
    body = {
        "lang": code,
        "Defaults": type(f"{class_name}Defaults", (defaults_of(script),), {"__module__": __name__}),
        "__module__": __name__,
        "__doc__": f"{name.replace('_', ' ')} text, by the rules of the script {script}.",
    }
    return type(class_name, (ScriptLanguage,), body)


def __getattr__(name: str) -> Any:
    """The class of a language by its name, so that pickled ones are found."""
    code = next((code for code, (known, _) in LANGUAGES.items() if known.replace("_", "") == name), None)
    if code is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return language_of_script(code)
