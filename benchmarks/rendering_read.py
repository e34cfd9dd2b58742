"""Reads out of markup what a picture shows, as a person would: where words, marks, bars and arrows are, and what is written on them."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
Triples = list[tuple[int, int, str]]


def by_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [each for each in root.iter() if name in each.get("class", "").split()]


def numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text)]


def tree(markup: str, side: str) -> dict[str, Any]:
    """{"words", "lemmas", "tags", "arcs"}; an arc is (left word, right word, label, which of them its arrow points at)."""
    root = ElementTree.fromstring(markup)
    words = by_class(root, "displacy-word")
    middles = [float(word.get("x", "nan")) for word in words]
    labels = by_class(root, "displacy-label")
    arcs = []
    for arc, head, label in zip(
        by_class(root, "displacy-arc"), by_class(root, "displacy-arrowhead"), labels, strict=True
    ):
        path = numbers(arc.get("d", ""))
        if side == "kernel":
            ends = [path[0], path[-3]]
        else:
            # Arrows of wide arcs end further before the middle of a word than those of narrow ones.
            ends = [path[0], path[-2]]
        feet = [nearest(middles, x, inwards=ends[1 - number] - x) for number, x in enumerate(ends)]
        tip = numbers(head.get("d", ""))[0]
        pointed = feet[0] if abs(tip - ends[0]) < abs(tip - ends[1]) else feet[1]
        arcs.append((min(feet), max(feet), "".join(label.itertext()), pointed))
    return {
        "words": [text_of(word) for word in words],
        "lemmas": [text_of(each) for each in by_class(root, "displacy-lemma")],
        "tags": [text_of(each) for each in by_class(root, "displacy-tag")],
        "arcs": sorted(arcs),
    }


def text_of(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def nearest(middles: list[float], x: float, inwards: float) -> int:
    """The word on which an arc stands: the arc leaves it on its own side, so the middle lies beyond the foot, seen from the arc."""
    outside = [i for i, middle in enumerate(middles) if (middle - x) * math.copysign(1, inwards) <= 0.5]
    return min(outside, key=lambda i: abs(middles[i] - x))


def entities(markup: str, side: str) -> tuple[str, Triples]:
    """The text, and (start, end, label) of the marks in it, in characters."""
    root = ElementTree.fromstring(f"<all>{markup.replace('<br>', '<br/>')}</all>")
    box = by_class(root, "entities")[0]
    text, found = before_mark(box.text or "", side), []
    for child in box:
        if child.tag == "br":
            text += "\n" + before_mark(child.tail or "", side)
            continue
        own = child.text or ""
        # One library sets its templates on lines of their own, the other puts a space that breaks no line before the label.
        own = (
            own.removeprefix("\n    ").removesuffix("\n    ") if side == "spacy" else own.removesuffix("\xa0")
        )
        found.append((len(text), len(text) + len(own), text_of(child[0]).strip()))
        text += own + before_mark((child.tail or "")[1:] if side == "spacy" else child.tail or "", side)
    return text, found


def before_mark(text: str, side: str) -> str:
    return text.removesuffix("\n") if side == "spacy" else text


def spans(markup: str, side: str, words: list[str]) -> tuple[Triples, int]:
    """(start, end, label) of the spans, in tokens, and the number of rows that they take."""
    root = ElementTree.fromstring(f"<all>{markup}</all>")
    cells = cells_of(by_class(root, "spans")[0], side)
    items = iter(cells)
    item = next(items, None)
    open_: dict[Any, tuple[int, str]] = {}
    found: Triples = []
    rows: set[Any] = set()
    for place, word in enumerate(words):
        bars: dict[Any, str | None] = {}
        if item is not None and item[0] == word and item[1]:
            bars = item[1]
            item = next(items, None)
        elif item is not None and not item[1]:
            rest = item[0].lstrip()
            assert rest.startswith(word), (rest, word)
            rest = rest.removeprefix(word)
            item = (rest, {}) if rest.strip() else next(items, None)
        else:
            raise AssertionError(f"no {word!r} in {item}")
        for row in [row for row in open_ if row not in bars or bars[row] is not None]:
            start, label = open_.pop(row)
            found.append((start, place, label))
        for row, label in bars.items():
            rows.add(row)
            if label is not None:
                open_[row] = (place, label)
    found += [(start, len(words), label) for start, label in open_.values()]
    return sorted(found), len(rows)


def cells_of(box: ElementTree.Element, side: str) -> list[tuple[str, dict[Any, str | None]]]:
    """Text between tokens, and tokens with the bars under them: row -> label where the span begins, or None."""
    found: list[tuple[str, dict[Any, str | None]]] = []

    def add(text: str | None) -> None:
        if text and text.strip():
            found.append((text, {}))

    add(box.text)
    for child in box:
        if side == "kernel" and child.get("class") != "span-token":
            # Words of one direction, or of one line.
            found.extend(cells_of(child, side))
        elif side == "kernel":
            bars: dict[Any, str | None] = {}
            for row, cell in enumerate(child[1:]):
                if "span-start" in cell.get("class", ""):
                    bars[row] = text_of(cell)
                elif "span-slice" in cell.get("class", ""):
                    bars[row] = None
            found.append((text_of(child[0]).strip(), bars))
        else:
            bars = {}
            for cell in child:
                top = float(re.findall(r"top: ([\d.]+)px", cell.get("style", ""))[0])
                bars[top] = text_of(cell).strip() if len(cell) else bars.get(top)
            found.append(((child.text or "").strip(), bars))
        add(child.tail)
    return found
