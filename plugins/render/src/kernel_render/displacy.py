"""Drawing in Python, by the names that scripts of the field import: `kernel.displacy`.

    from kernel import displacy

    displacy.render(doc, style="ent")

In a notebook `render` shows the picture, elsewhere it returns markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from kernel.errors import KernelError, UsageError, WrongType, warn
from kernel.tokens import Doc, Span
from kernel.training import Example
from kernel.visible import visible_line
from kernel_render import serving
from kernel_render.categories import draw_categories
from kernel_render.differences import draw_differences, parse_differences
from kernel_render.entities import draw_entities
from kernel_render.markup import Drawing, is_in_notebook, show
from kernel_render.pages import page as whole_page
from kernel_render.parsing import get_doc_settings, parse_cats, parse_deps, parse_ents, parse_spans
from kernel_render.settings import direction_of, language_of
from kernel_render.spans import draw_spans
from kernel_render.trees import draw_tree

__all__ = [
    "RENDER_WRAPPER",
    "DependencyRenderer",
    "EntityRenderer",
    "SpanRenderer",
    "app",
    "get_doc_settings",
    "parse_cats",
    "parse_deps",
    "parse_differences",
    "parse_ents",
    "parse_spans",
    "render",
    "serve",
    "set_render_wrapper",
]

Drawn = Doc | Span | Example | Mapping[str, Any]
"""What is drawn: documents and spans; examples, for their differences; data as the `parse_` functions give them, with `manual`."""

RENDER_WRAPPER: Callable[[str], str] | None = None
_last = Drawing("")

# Style -> (what takes the data out of a document, what draws them).
_STYLES: dict[str, tuple[Callable[..., dict[str, Any]], Callable[..., Drawing]]] = {
    "dep": (parse_deps, draw_tree),
    "ent": (parse_ents, draw_entities),
    "span": (parse_spans, draw_spans),
    "cat": (parse_cats, draw_categories),
    "diff": (parse_differences, draw_differences),
}


def render(
    docs: Drawn | Iterable[Drawn],
    style: str = "dep",
    page: bool = False,
    minify: bool = False,
    jupyter: bool | None = None,
    options: Mapping[str, Any] = {},
    manual: bool = False,
) -> str:
    """Draw documents, and return the markup; a notebook shows it at once, too.

    style: "dep" (trees, as SVG), "ent" (entities), "span" (spans that may overlap), "cat" (categories), all of documents or spans;
    "diff" (what differs, of examples). page: a whole page. minify: on one line. jupyter: whether to show it in a
    notebook, None to find out whether this is one. options: of the style. manual: `docs` are data, as the `parse_` functions give
    them. `UsageError` for a style, an option or data that can't be drawn.
    """
    if style not in _STYLES:
        raise UsageError(f"there is no style {style!r}", hint=f"There are: {', '.join(_STYLES)}.")
    parse, draw = _STYLES[style]
    single = isinstance(docs, Doc | Span | Example | Mapping)
    items = [docs] if single else list(docs)  # type: ignore[arg-type]
    given = [_data(item, style, manual) for item in items]
    parsed = [
        parse(_as_document(item), options) if data is None else data
        for item, data in zip(items, given, strict=True)
    ]
    try:
        drawings = [draw(each, options) for each in parsed]
    except KernelError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if not manual:
            raise
        what = f"no {error} where there must be one" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"the data can't be drawn in style {style!r}: {visible_line(what)}") from error
    return _finished(drawings, parsed, page, minify, jupyter, options)


def _data(item: Any, style: str, manual: bool) -> Mapping[str, Any] | None:
    """Data that a caller has made; None for a document. `WrongType` if it is neither, or not what the style draws."""
    kinds: Any = Example if style == "diff" else Doc | Span
    if isinstance(item, kinds) and not manual:
        return None
    if manual and isinstance(item, Mapping):
        return item
    wanted = (
        "data, as dicts"
        if manual
        else "examples"
        if style == "diff"
        else "documents or spans; data need manual=True"
    )
    raise WrongType(f"style {style!r} draws {wanted}, not {type(item).__name__}")


def _as_document(item: Any) -> Any:
    return item.as_doc() if isinstance(item, Span) else item


def _finished(
    drawings: Sequence[Drawing],
    parsed: Sequence[Mapping[str, Any]],
    page: bool,
    minify: bool,
    jupyter: bool | None,
    options: Mapping[str, Any],
) -> str:
    global _last
    if page:
        first = parsed[0] if parsed else {}
        # The template of a caller may load what it likes.
        made = whole_page(
            drawings,
            language=language_of(first),
            direction=direction_of(first),
            is_closed=not options.get("template"),
        )
    else:
        made = Drawing("\n".join(drawings))
    _last = Drawing(made.replace("\n", "")) if minify else made
    if RENDER_WRAPPER is not None:
        wrapped = RENDER_WRAPPER(_last)
        if not isinstance(wrapped, str):
            return wrapped
        _last = Drawing(wrapped)
    return show(_last) if jupyter or (jupyter is None and is_in_notebook()) else _last


def set_render_wrapper(func: Callable[[str], str]) -> None:
    """Have `render` return what a function makes of the markup, in this process from now on."""
    global RENDER_WRAPPER
    if not callable(func):
        raise WrongType(f"a wrapper of markup is a function, not {type(func).__name__}")
    RENDER_WRAPPER = func


def serve(
    docs: Drawn | Iterable[Drawn],
    style: str = "dep",
    page: bool = True,
    minify: bool = False,
    options: Mapping[str, Any] = {},
    manual: bool = False,
    port: int = 5000,
    host: str = "127.0.0.1",
    auto_select_port: bool = False,
) -> None:
    """Draw documents, and serve the page until Ctrl-C. The first arguments are those of `render`.

    host: by default only this machine can see it. auto_select_port: take the next free port if this one is in use.
    """
    if is_in_notebook():
        warn("in a notebook displacy.render shows the picture; displacy.serve keeps the cell running")
    drawn = render(docs, style=style, page=page, minify=minify, options=options, manual=manual, jupyter=False)
    serving.serve(drawn, style, host=host, port=port, auto_select_port=auto_select_port)


def app(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """An application of WSGI: what was drawn last."""
    return serving.application(_last)(environ, start_response)


class _Renderer:
    """Draws data in one style. options: of the style."""

    style: ClassVar[str]

    def __init__(self, options: Mapping[str, Any] = {}) -> None:
        self.options = dict(options)

    def render(self, parsed: Iterable[Mapping[str, Any]], page: bool = False, minify: bool = False) -> str:
        """The markup of data, as the `parse_` function of the style gives them."""
        return render(
            parsed, self.style, page=page, minify=minify, jupyter=False, options=self.options, manual=True
        )


class DependencyRenderer(_Renderer):
    """Draws what `parse_deps` gives."""

    style = "dep"


class EntityRenderer(_Renderer):
    """Draws what `parse_ents` gives."""

    style = "ent"


class SpanRenderer(_Renderer):
    """Draws what `parse_spans` gives."""

    style = "span"
