"""Files that are given as a config and are none: what they are, said once instead of a problem a line."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel.config.values import show_text
from kernel.discovery.known_names import our_name
from kernel.errors import Cause, Problem
from kernel.visible import shell_word

_FORM = "A config has sections, [name], and lines: key = value."
# What a compressed `.spacy` file starts with.
_ZLIB = b"\x78"


def other_text(text: str, name: str) -> Problem | None:
    """The problem with a text that is no config at all, but JSON or JSON Lines; None for any other. name: of the file."""
    start = text.lstrip()
    if start.startswith("{"):
        kind, value = _parsed(start)
    elif start.startswith("["):
        # The header of a section may be a list of JSON too, of one plain value: `[1]`, `[NaN]`.
        kind, value = "JSON", _json(start)
        if not isinstance(value, list) or not any(isinstance(one, dict | list) for one in value):
            return None
    else:
        return None
    line = text[: len(text) - len(start)].count("\n") + 1
    first = start.partition("\n")[0].rstrip()
    return Problem(
        f"this is {kind}, no config",
        file=name,
        line=line,
        column=1,
        text=show_text(first, 60),
        suggestion=_advice(value) or _FORM,
    )


def other_bytes(data: bytes, path: Path) -> str:
    """What a file that is not UTF-8 may be, as a hint; "" where there is nothing to say."""
    if path.suffix == ".spacy" or data.startswith(_ZLIB):
        return f"It looks like data: name it next to a config: --paths.train {shell_word(str(path))}"
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        new = shell_word(f"{path.stem}.utf8{path.suffix}")
        return f"It is UTF-16, as some editors and shells write: iconv -f utf-16 -t utf-8 {shell_word(str(path))} > {new}"
    return ""


def other_folder(path: Path) -> str:
    """Where the config of a directory is that is given as one, as a hint; "" if it has none."""
    found = [file for file in (path / "config.cfg", path / "model-best" / "config.cfg") if file.is_file()]
    return f"It is a directory. Its config is {found[0]}" if found else ""


def of_spacy(name: str, known: bool, file: str | None) -> Cause | None:
    """What is behind the unknown names of a config of spaCy; None for other names, and those that have no name here.

    known: whether the name is one here, with our prefix. file: where it is written.
    """
    if our_name(name) == name or not known:
        return None
    where = shell_word(file) if file else "FILE"
    command = f"""sed -i.bak -E 's/"(spacy(-legacy|-transformers)?|srsly)\\./"kernel./g' {where}"""
    return Cause(
        "this is a config of spaCy: {count} of its functions are called spacy.<name>, here kernel.<name>",
        "pip install kernel-nlp-spacy, and they are known by these names. Or rename them: "
        f"{command} does it. migrate.md of the documentation says what differs.",
    )


def _parsed(text: str) -> tuple[str, Any]:
    """What a text that starts with a brace is, and the value, or the first of the values, None if it is not right."""
    whole = _json(text)
    if whole is not None:
        return "JSON", whole
    first = _json(text.partition("\n")[0])
    return ("JSON Lines", first) if first is not None else ("JSON", None)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _advice(value: Any) -> str:
    """What to do with a file of values like this one."""
    one = value[0] if isinstance(value, list) and value else value
    if isinstance(one, Mapping) and {"lang", "pipeline"} <= set(one):
        return "It looks like the meta.json of a saved pipeline; the config is config.cfg beside it."
    if isinstance(one, list) or (isinstance(one, Mapping) and {"text", "tokens", "paragraphs"} & set(one)):
        return "It looks like data: name the file next to a config, --paths.train FILE --paths.dev FILE."
    return ""
