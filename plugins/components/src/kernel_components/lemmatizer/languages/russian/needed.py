"""The dictionaries of pymorphy3, loaded when a component is made."""

from functools import cache
from importlib import import_module
from typing import Any

from kernel.errors import ConfigError


@cache
def analyzer(package: str, lang: str, name: str) -> Any:
    """The `MorphAnalyzer` of pymorphy3 for a language, which does not change. `ConfigError` if it is not installed.

    package: pymorphy3, or pymorphy2, its predecessor. name: of the component, for the message.
    """
    command = f"pip install {package} {package}-dicts-{lang}"
    try:
        module = import_module(package)
        import_module(f"{package}_dicts_{lang}")
    except ImportError as error:
        raise ConfigError(
            f"the lemmatizer '{name}' asks {package} for the lemmas of '{lang}', and it is not installed: {error}",
            hint=f"Install it: {command}",
        ) from error
    return module.MorphAnalyzer(lang=lang)
