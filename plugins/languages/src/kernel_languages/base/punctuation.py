"""Rules for affixes that hold in any language written with spaces: what comes off a word, and where it is cut."""

from __future__ import annotations

from kernel.tokenizer import Rules
from kernel_languages.base.chars import (
    CLOSING,
    CURRENCY,
    DASHES,
    DOUBLE_QUOTES,
    LETTER,
    LOWER,
    MARKS,
    OPENING,
    PICTURE,
    SINGLE_QUOTES,
    SKIN_TONE,
    STOPS,
    UPPER,
)
from kernel_languages.base.units import UNITS


def _chars(text: str) -> str:
    """The characters, escaped for use between brackets."""
    return "".join("\\" + c if c in r"\]^-[" else c for c in text)


# "..", "...", "……": dots that are one mark.
ELLIPSIS = r"\.\.+|…+"
# A flag of two letters, or a picture with what joins, colours or styles it: one sign to the reader, one token.
EMOJI = (
    rf"[\U0001f1e6-\U0001f1ff]{{2}}"
    rf"|[{PICTURE}][{SKIN_TONE}\ufe0e\ufe0f\u20e3]*(?:\u200d[{PICTURE}♀♂][{SKIN_TONE}\ufe0e\ufe0f]*)*"
)
# With the country's letters where they are usual: US$, C$, A$.
MONEY = rf"(?:US|CA|AU|NZ|HK|[ACS])\$|[{CURRENCY}]"
BRACKETS = f"[{_chars(OPENING + CLOSING)}]"
QUOTES = rf"''+|’’|[{_chars(DOUBLE_QUOTES + SINGLE_QUOTES)}]"
STOP = f"[{_chars(STOPS)}]"

PREFIXES = Rules(
    (
        ELLIPSIS,
        STOP,
        BRACKETS,
        QUOTES,
        f"[{DASHES}]",
        "[§%&#*_=]",
        # The full stop of "°C." comes off first, as long as it can be told from that of an initial.
        r"°(?![FfCcKk]\.$)",
        r"\+(?![0-9])",
        MONEY,
        EMOJI,
    )
)

SUFFIXES = Rules(
    (
        ELLIPSIS,
        STOP,
        BRACKETS,
        QUOTES,
        f"[{DASHES}]",
        "[%&#*_]",
        EMOJI,
        # A smiley with a nose; others are special cases that are put together again.
        r"[:;=]['´]?-[)(\]\[DPp/\\|*oO]",
        r"(?<=[0-9])\+",
        rf"(?<=[0-9])(?:{MONEY})",
        rf"(?<=[0-9])(?:{UNITS})",
        # A full stop ends a sentence after a word or a closing mark, but belongs to an initial, as in "U.S.",
        # or to what is one letter long or has full stops inside: "a.", "e.g.".
        rf"(?<=[{LOWER}])(?<!^[{LOWER}])(?<!\.[{LOWER}]\.[{LOWER}])(?<!^[{LOWER}]\.[{LOWER}])\.",
        rf"(?<=[0-9%²³°+\-*_#&{CURRENCY}{_chars(STOPS + CLOSING + DOUBLE_QUOTES + SINGLE_QUOTES)}])\.",
        rf"(?<=[{UPPER}][{UPPER}])\.",
        # The C of 20 °C is no initial.
        r"(?<=°[FfCcKk])\.",
        # Scripts without case know no initials.
        rf"(?<=(?![{UPPER}{LOWER}]){LETTER})\.",
        # A mark stands on a letter, and letters with one are no initials.
        rf"(?<=[{MARKS}])\.",
    )
)

# The hyphen of compounds, and dashes without spaces around them.
_HYPHEN = rf"(?<={LETTER}|[0-9{MARKS}])(?:--+|[\-~{DASHES}]+)(?={LETTER})"
_DASH = rf"(?<={LETTER}|[0-9{MARKS}])(?:--+|[~{DASHES}]+)(?={LETTER})"
_SIGN = rf"(?<={LETTER}|[0-9])[:<>=/](?={LETTER})"
_SIGN_BUT_COLON = rf"(?<={LETTER}|[0-9])[<>=/](?={LETTER})"

INFIXES = Rules(
    (
        ELLIPSIS,
        EMOJI,
        r"(?<=[0-9])[+\-*^](?=[0-9\-])",
        # A sentence that ends with no space after it, and a list without spaces.
        rf"(?<=[{LOWER}{_chars(DOUBLE_QUOTES + SINGLE_QUOTES)}])(?<!^[{LOWER}])\.(?=[{UPPER}{_chars(DOUBLE_QUOTES + SINGLE_QUOTES)}])",
        rf"(?<={LETTER}),(?={LETTER})",
        _HYPHEN,
        _SIGN,
    )
)

# For languages whose compounds with a hyphen are one word.
INFIXES_BUT_HYPHENS = Rules(_DASH if rule == _HYPHEN else rule for rule in INFIXES)
# For those whose endings follow a colon, too: EU:n, FN:s.
INFIXES_BUT_HYPHENS_AND_COLONS = Rules(
    _SIGN_BUT_COLON if rule == _SIGN else rule for rule in INFIXES_BUT_HYPHENS
)
