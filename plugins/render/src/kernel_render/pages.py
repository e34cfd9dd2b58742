"""Whole pages of HTML: light and dark, as wide as the screen, without a script and without a request."""

from collections.abc import Iterable, Iterator
from typing import Any

from kernel_render.markup import Drawing, template


def parts_of_page(
    drawings: Iterable[Drawing],
    *,
    title: str = "Annotations",
    language: str = "",
    direction: str = "ltr",
    is_closed: bool = True,
) -> Iterator[str]:
    """A page piece by piece; a drawing is asked for when the one before it has been given.

    is_closed: browsers are told to load and run nothing, whatever the page holds.
    """
    values: dict[str, Any] = {
        "title": title,
        "language": language,
        "direction": direction,
        "is_closed": is_closed,
    }
    return iter(template("page.html.jinja").generate(drawings=drawings, **values))


def page(drawings: Iterable[Drawing], **settings: Any) -> Drawing:
    """A page, whole. settings: as `parts_of_page` takes them."""
    return Drawing("".join(parts_of_page(drawings, **settings)))
