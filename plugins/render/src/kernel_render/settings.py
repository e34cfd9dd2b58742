"""The language and the direction of parsed data, which a document or a caller gives."""

import re
from collections.abc import Mapping
from typing import Any

# What a language is called in HTML: BCP 47, as far as its form goes.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def direction_of(parsed: Mapping[str, Any]) -> str:
    """ "rtl" or "ltr"."""
    return "rtl" if _settings(parsed).get("direction") == "rtl" else "ltr"


def language_of(parsed: Mapping[str, Any]) -> str:
    """The code of a language; "" where it isn't known, or stands for any language."""
    found = str(_settings(parsed).get("lang") or "")
    return found if found != "xx" and _LANGUAGE.fullmatch(found) else ""


def _settings(parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    found = parsed.get("settings")
    return found if isinstance(found, Mapping) else {}
