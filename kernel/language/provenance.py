"""Where everything in a pipeline came from: recorded when it is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import RegistryError
from kernel.registry import registry

# Their versions decide the numbers, whatever the config says.
NUMERIC = ("kernel-nlp", "numpy", "thinc")


def provenance(config: Mapping[str, Any]) -> dict[str, Any]:
    """Versions of the distributions behind a config, and which function came from which."""
    from kernel import plugins

    functions: dict[str, str] = {}
    versions: dict[str, str] = {}
    for kind, name in functions_of(config):
        try:
            origin = registry.origin(kind, name)
        except RegistryError:
            continue
        if origin.distribution:
            functions[f"{kind}:{name}"] = f"{origin.distribution} {origin.version}"
            versions[origin.distribution] = origin.version or ""
    for name in NUMERIC:
        versions.setdefault(name, plugins.installed_version(name) or "")
    return {
        "distributions": dict(sorted(versions.items())),
        "functions": dict(sorted(functions.items())),
    }


def functions_of(config: Any) -> list[tuple[str, str]]:
    """(kind, name) of the registered functions that `[nlp]` and `[components]` name, sorted."""
    found = set(_walk({key: config[key] for key in ("nlp", "components") if key in config}))
    lang = (config.get("nlp") or {}).get("lang")
    if lang:
        found.add(("languages", lang))
    for block in (config.get("components") or {}).values():
        if isinstance(block, Mapping) and isinstance(block.get("factory"), str):
            special = f"{lang}.{block['factory']}"
            found.add(("factories", special if registry.has("factories", special) else block["factory"]))
    return sorted(found)


def _walk(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(key, str) and key.startswith("@") and isinstance(item, str):
                yield key[1:], item
            else:
                yield from _walk(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)
