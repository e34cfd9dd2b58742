"""HTML from templates. Every value is escaped, and what a browser would obey in it, not show, is made visible."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kernel.cli.progress import clock
from kernel.config.values import show_value
from kernel.visible import visible


def render(template: str, **values: Any) -> Markup:
    """The HTML of a template in `kernel_report/templates`."""
    return Markup(_environment().get_template(template).render(values))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kernel_report"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=show_number, value=show_value, duration=clock, groupby_in_order=_grouped
    )
    return environment


def _grouped(items: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours that have the same value of an attribute."""
    return [(key, list(some)) for key, some in groupby(items, attrgetter(attribute))]


def show_number(value: float | None) -> str:
    """A number with four digits that count, and commas between thousands; "" for None."""
    if value is None:
        return ""
    if value and not 1e-3 <= abs(value) < 1e9:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _shown(value: Any) -> Any:
    # HTML has been made of values that were visible already. None is nothing to see.
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))
