"""Settings that `--section.key value` can set, and what values they take: read from the text of configs."""

from __future__ import annotations

import os
from collections.abc import Iterator

from kernel.cli.completing import known

_DEFAULTS = os.path.join(os.path.dirname(__file__), "..", "..", "config", "defaults.cfg")
# Keys of the kernel's own sections that have no default there.
_OTHERS = dict.fromkeys(("plugins.only", "plugins.deny", "plugins.require"), "")
# A config is not longer; of what else a name may stand for, no more is read.
_LONGEST = 1_000_000
# A section may only be there because packages put one there.
_SECTIONS = "kernel_sections"


def settings(config: str | None) -> dict[str, str]:
    """Dotted path -> value as it is written, of the kernel's defaults and of a config; a section ends with a dot.

    config: a path, or None. What can't be read has no settings.
    """
    found = {**_read(_DEFAULTS), **_OTHERS}
    found |= {f"{name}.": "" for name in known.registered(_SECTIONS)}
    if config is not None and config != "-":
        found |= _read(os.path.expanduser(config))
    return found


def values(path: str, written: str | None) -> list[str]:
    """What a setting may be; nothing for one that takes a file, a number or anything else. written: what it is now."""
    key = path.rpartition(".")[2]
    if key.startswith("@"):
        return known.registered(f"kernel_{key[1:]}", f"thinc_{key[1:]}")
    if key == "factory" and path.startswith("components."):
        return known.registered("kernel_factories")
    if path == "nlp.lang":
        return known.registered("kernel_languages")
    return ["true", "false"] if written in ("true", "false") else []


def _read(path: str) -> dict[str, str]:
    """The settings of a config, as lines of text show them."""
    try:
        if os.path.isdir(path):
            path = os.path.join(path, "config.cfg")
        # Not a pipe, which would wait for somebody to write.
        if not os.path.isfile(path):
            return {}
        with open(path, encoding="utf8", errors="replace") as file:
            return dict(_settings(file.read(_LONGEST)))
    except (OSError, ValueError):
        return {}


def _settings(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in text.split("\n"):
        if line.startswith("["):
            section = line.strip()[1:].partition("]")[0].strip()
            if section:
                yield f"{section}.", ""
        elif line[:1].strip() and line[0] not in "#;" and section:
            key, separator, value = line.partition("=")
            if separator and key.strip():
                yield f"{section}.{key.strip()}", value.strip()
