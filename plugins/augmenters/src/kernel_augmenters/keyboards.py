"""Which letters lie beside which on keyboards."""

_ROWS = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}


def _neighbours(rows: tuple[str, ...]) -> dict[str, str]:
    # A row is set off to the right by half a key: above a key are the one of its number and the next.
    found: dict[str, str] = {}
    for number, row in enumerate(rows):
        for place, letter in enumerate(row):
            near = [(number, place - 1), (number, place + 1)]
            near += [
                (number - 1, place),
                (number - 1, place + 1),
                (number + 1, place - 1),
                (number + 1, place),
            ]
            found[letter] = "".join(
                rows[line][at] for line, at in near if 0 <= line < len(rows) and 0 <= at < len(rows[line])
            )
    return found


NEIGHBOURS = {name: _neighbours(rows) for name, rows in _ROWS.items()}
"""Keyboard -> letter -> the letters beside it."""
