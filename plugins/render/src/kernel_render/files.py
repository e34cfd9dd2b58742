"""Drawings in files: one page, one file of SVG, or a folder with a file for each. They are written as writers of documents are."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from kernel.errors import UsageError
from kernel_render.markup import Drawing, template
from kernel_render.pages import page, parts_of_page

Items = Iterable[tuple[Any, dict[str, Any]]]
"""What is drawn, each with the other keys of its record."""
Draw = Callable[[Any], Iterable[Drawing]]
"""From a document to its drawings."""

_OPENING = 80


class PageFile:
    """One page with all drawings. draw: gives those of a document."""

    suffixes = (".html", ".htm")
    is_folder = False

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def write(self, docs: Items, target: BinaryIO) -> None:
        """Write a page, document by document."""
        drawings = (drawing for doc, _ in docs for drawing in self._draw(doc))
        target.writelines(part.encode("utf8") for part in parts_of_page(drawings))


class SvgFile:
    """A single drawing. draw: gives it. `UsageError` if there are none, or more."""

    suffixes = (".svg",)
    is_folder = False

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def write(self, docs: Items, target: BinaryIO) -> None:
        """Write the drawing."""
        drawings = (drawing for doc, _ in docs for drawing in self._draw(doc))
        first, second = next(drawings, None), next(drawings, None)
        if first is None or second is not None:
            what = "there is no tree to draw" if first is None else "there are more trees than one"
            raise UsageError(
                f"{what}, and a file of SVG holds one",
                hint="Name a folder, with --format svg, or a page: OUTPUT.html.",
            )
        target.write(first.encode("utf8") + b"\n")


class Folder:
    """A file for each document, or for each tree of one, and a page that leads to all of them. suffix: ".html" or ".svg"."""

    suffixes = ()
    is_folder = True

    def __init__(self, draw: Draw, suffix: str) -> None:
        self._draw = draw
        self._suffix = suffix

    def write(self, docs: Items, target: Path) -> None:
        """Write into an empty folder."""
        values = {"rows": self._written(docs, target)}
        with (target / "index.html").open("w", encoding="utf8") as file:
            for part in template("index.html.jinja").generate(values):
                file.write(part)

    def _written(self, docs: Items, target: Path) -> Iterator[tuple[str, list[str]]]:
        """(how a text begins, names of its files), each when they are written."""
        for number, (doc, _) in enumerate(docs, 1):
            drawings = list(self._draw(doc))
            names = []
            for part, drawing in enumerate(drawings, 1):
                name = f"{number:06}{f'-{part:03}' if len(drawings) > 1 else ''}{self._suffix}"
                whole = drawing if self._suffix == ".svg" else page([drawing], title=doc.text[:_OPENING])
                (target / name).write_bytes(whole.encode("utf8") + b"\n")
                names.append(name)
            yield doc.text[:_OPENING].strip() or f"document {number}", names
