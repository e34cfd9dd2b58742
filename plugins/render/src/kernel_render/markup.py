"""What a drawing is: markup that is a string, and that a notebook shows as a picture."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kernel_render.text import shown


class Drawing(str):
    """Markup of HTML or SVG. It can be written to a file, and as the value of a cell a notebook shows the picture."""

    shown_in: int | None = None
    """The number of the cell that has shown it already, and whose value it may be."""

    def __html__(self) -> str:
        # What was escaped where it was made is not escaped again in another template.
        return str(self)

    def _repr_html_(self) -> str:
        # Notebooks typeset what looks like a formula, unless they are told not to.
        return f'<div class="tex2jax_ignore mathjax_ignore">{self}</div>'

    def _ipython_display_(self) -> None:
        if self.shown_in is None or self.shown_in != current_cell():
            publish(self)


def publish(drawing: Drawing) -> None:
    """Send a drawing to the notebook."""
    from IPython.display import display

    plain = f"<drawing of {len(drawing):,} characters>"
    display({"text/html": drawing._repr_html_(), "text/plain": plain}, raw=True)


def show(drawing: Drawing) -> Drawing:
    """Show a drawing in the notebook at once; it is not shown twice where it is the value of the cell too."""
    publish(drawing)
    drawing.shown_in = current_cell()
    return drawing


def shell() -> Any:
    """The interactive shell of IPython that runs this code, None if there is none. IPython is not imported."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def current_cell() -> int | None:
    """The number of the cell that runs."""
    found = shell()
    return None if found is None else found.execution_count


def is_in_notebook() -> bool:
    """Whether this code runs in a notebook, such as those of Jupyter and Colab, and not in a shell in a terminal."""
    kind = type(shell())
    return kind.__name__ == "ZMQInteractiveShell" or kind.__module__ == "google.colab._shell"


@cache
def _environment() -> Environment:
    # Whatever a template is given is escaped, and what has no value is an error.
    environment = Environment(
        loader=PackageLoader("kernel_render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment


def template(name: str) -> Any:
    """A template of the package, by the name of its file."""
    return _environment().get_template(name)


def filled(name: str, **values: Any) -> Drawing:
    """A template, with values in it."""
    return Drawing(template(name).render(values).strip())
