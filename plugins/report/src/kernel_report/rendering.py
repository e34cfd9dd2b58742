"""HTML from templates. Every value is escaped, and what a browser would obey in it, not show, is made visible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kernel.cli.progress import clock
from kernel.config.values import show_value
from kernel.visible import visible

# So many tell any number from its neighbours; one less is shown of very small and very large ones.
_ALL_DIGITS = 18


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
        number=show_number, apart=show_apart, value=show_value, duration=clock, groupby_in_order=_grouped
    )
    return environment


def _grouped(items: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours that have the same value of an attribute."""
    return [(key, list(some)) for key, some in groupby(items, attrgetter(attribute))]


def show_number(value: float | None, digits: int = 4) -> str:
    """A number with so many digits that count, and commas between thousands; "" for None."""
    if value is None:
        return ""
    if value and not 1e-3 <= abs(value) < 1e9:
        return f"{value:.{digits - 1}g}"
    if abs(value) < 1000:
        return f"{value:.{digits}g}"
    return f"{value:,.{max(0, digits - len(str(int(abs(value)))))}f}"


def show_apart(values: Sequence[float]) -> list[str]:
    """Numbers with four digits, or with as many as it takes that those which differ look different."""
    for digits in range(4, _ALL_DIGITS):
        found = [show_number(value, digits) for value in values]
        if len(set(found)) >= len(set(values)):
            return found
    return [show_number(value, _ALL_DIGITS) for value in values]


def _shown(value: Any) -> Any:
    # HTML has been made of values that were visible already. None is nothing to see.
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))
