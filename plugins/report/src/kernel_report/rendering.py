"""HTML from templates. Every value is escaped, and what a browser would obey in it, not show, is made visible."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kernel.visible import visible


def render(template: str, **values: Any) -> Markup:
    """The HTML of a template in `kernel_report/templates`."""
    return Markup(_environment().get_template(template).render(values))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("kernel_report"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    # HTML has been made of values that were visible already. None is nothing to see.
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))
