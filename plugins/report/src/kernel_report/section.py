"""A section of the page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Section:
    """title: its heading, a short plain text. anchor: its id in the page, which links lead to. html: what is below the heading."""

    title: str
    anchor: str
    html: Markup
