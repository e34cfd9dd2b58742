"""Words with bars under them are boxes: in which order they stand, and where a line may end between them.

A box has no direction of its own, and a line may end at each of its sides. So boxes with words that run against the text are put
together, and so are those over which a label reaches.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from kernel_render.bars import Bar, Piece
from kernel_render.text import strong_direction, text_width

# Of the height of the text. What a label needs is rather too much, what a word has rather too little.
_LABEL, _PADDING, _WORD = 0.95, 1.0, 0.7
# A label with more characters stays over its word, and has lines.
_LONG = 40


@dataclass
class Group:
    """Pieces; is_joined: no line ends between them."""

    pieces: list[Piece]
    is_joined: bool = False


@dataclass
class Run:
    """Groups of pieces that run in one direction; against: the other one than that of the text."""

    groups: list[Group]
    against: bool = False


def runs(pieces: Sequence[Piece], direction: str) -> Iterator[Run]:
    """All pieces in their order. direction: of the text. It is noted in the bars which labels have room beyond their first word."""
    against = _against(pieces, direction)
    joined = _joined(pieces, against)
    for is_against, run in groupby(pieces, key=lambda piece: against[piece.place]):
        groups: list[Group] = []
        for piece in run:
            if not groups or not joined[piece.place - 1]:
                groups.append(Group([], joined[piece.place]))
            groups[-1].pieces.append(piece)
        last = groups[-1].pieces[-1]
        has_space = is_against and last.text.endswith(" ")
        if has_space:
            last.text = last.text[:-1]
        yield Run(groups, is_against)
        if has_space:
            # The space after the last word is the text's: it stands where the text goes on.
            yield Run([Group([Piece(last.place, " ")])])


def _against(pieces: Sequence[Piece], direction: str) -> list[bool]:
    """Whether each piece is a box that runs against the text. What has no direction does so between two that do."""
    strong = [strong_direction(piece.text) if piece.bars else direction for piece in pieces]
    before, after = _carried(strong, direction), _carried(strong[::-1], direction)[::-1]
    return [one != direction and other != direction for one, other in zip(before, after, strict=True)]


def _carried(strong: Sequence[str | None], direction: str) -> list[str]:
    """The direction of each piece, or of the last one before it that has one."""
    found, last = [], direction
    for each in strong:
        last = each or last
        found.append(last)
    return found


def _joined(pieces: Sequence[Piece], against: Sequence[bool]) -> list[bool]:
    """Whether no line may end after a piece, because the label of a bar reaches over it."""
    joined = [False] * len(pieces)
    for place, piece in enumerate(pieces):
        for bar in piece.bars:
            if bar is not None and bar.start == place:
                end = _reach(pieces, against, bar)
                bar.floats, bar.is_long = end is not None, len(bar.label) > _LONG
                if end is not None:
                    joined[place:end] = [True] * (end - place)
    return joined


def _reach(pieces: Sequence[Piece], against: Sequence[bool], bar: Bar) -> int | None:
    """The piece at which the label of a bar ends; None if there is no room for it in the bar."""
    if len(bar.label) + len(bar.id) > _LONG:
        return None
    needed = _PADDING + _LABEL * text_width(f"{bar.sign} {bar.label} {bar.id}", 1.0)
    for end in range(bar.start, bar.end):
        piece = pieces[end]
        if piece.is_line_end or against[end] != against[bar.start]:
            return None
        needed -= _WORD * text_width(piece.text, 1.0)
        if needed <= 0:
            return end
    return None
