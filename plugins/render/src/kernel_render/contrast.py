"""How well text can be read on a colour, as the Web Content Accessibility Guidelines 2.2 measure it."""

from collections.abc import Iterable

from kernel_render.css import Rgb

BLACK, WHITE = "#000000", "#ffffff"


def luminance(color: Rgb) -> float:
    """Relative luminance, from 0 (black) to 1 (white)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """The ratio of contrast of two colours, from 1 to 21. Text needs 4.5."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink(colors: Iterable[Rgb]) -> str:
    """Black or white: what can be read better where it is worst. One of them has a contrast of at least 4.5 to any single colour."""
    colors = list(colors)
    black = min(contrast(color, (0.0, 0.0, 0.0)) for color in colors)
    white = min(contrast(color, (1.0, 1.0, 1.0)) for color in colors)
    return BLACK if black >= white else WHITE
