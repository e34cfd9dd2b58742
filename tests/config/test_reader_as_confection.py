"""Our reader against confection's own, on text that both accept."""

import json
import string
import warnings

import confection
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.config import Config

NAMES = st.text(string.ascii_letters + "_", min_size=1, max_size=4).filter(lambda name: name != "DEFAULT")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="$", exclude_categories=["Cs"]), max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
# Text that isn't JSON and doesn't look like it.
BARE = st.from_regex(r"[a-zA-Z./][a-zA-Z0-9 ./=:_#;-]{0,10}[a-zA-Z0-9]", fullmatch=True).filter(
    lambda text: text not in ("True", "False", "None")
)
COMMENTS = st.sampled_from(["", "\n", "# note\n", "; note\n", "\n# a = [b\n\n", "   # deep\n"])


@st.composite
def texts(draw, variables=False):
    """The text of a config. variables: some values are made of references to earlier ones."""
    tree = draw(st.lists(st.lists(NAMES, min_size=1, max_size=3), min_size=1, max_size=5))
    sections = sorted({tuple(path[:end]) for path in tree for end in range(1, len(path) + 1)})
    lines, known = [], []
    for path in sections:
        lines.append(draw(COMMENTS) + f"[{'.'.join(path)}]\n")
        taken = {other[len(path)] for other in sections if other[:-1] == path}
        for key in draw(st.lists(NAMES, max_size=3, unique=True)):
            if key in taken:
                continue
            text = draw(_value(known if variables else [], sections))
            lines.append(
                draw(COMMENTS) + f"{key}{draw(st.sampled_from([' = ', '=', ': ', '  =   ']))}{text}\n"
            )
            # One reference after another is what confection's limit of depth allows at most.
            if "$" not in text:
                known.append((".".join((*path, key)), text))
    return "".join(lines) + draw(COMMENTS)


@st.composite
def _value(draw, known, sections):
    numbers = [path for path, text in known if text.strip("-").isdigit()]
    words = [path for path, text in known if text.isalnum() and text.isascii()]
    choices = ["json", "bare", "lines"]
    choices += ["whole"] * bool(known) + ["list"] * bool(numbers) + ["text"] * bool(words)
    kind = draw(st.sampled_from(choices))
    if kind == "whole":
        return f"${{{draw(st.sampled_from(known))[0]}}}"
    if kind == "list":
        return f"[${{{draw(st.sampled_from(numbers))}}}, 2]"
    if kind == "text":
        return f'"a ${{{draw(st.sampled_from(words))}}}/b"'
    if kind == "bare":
        return draw(BARE)
    value = json.dumps(draw(VALUES), ensure_ascii=draw(st.booleans()), indent=None)
    if kind == "lines" and value.startswith("[") and '"' not in value:
        return value.replace(", ", ",\n    " + draw(st.sampled_from(["", "\n    ", "# note\n    "])))
    return value


def theirs(text, interpolate):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return confection.Config().from_str(text, interpolate=interpolate)


@settings(deadline=None)
@given(texts())
def test_same_values(text):
    assert Config.from_str(text) == theirs(text, False)


@settings(deadline=None)
@given(texts(variables=True))
def test_same_values_with_variables(text):
    assert Config.from_str(text) == theirs(text, False)
    assert Config.from_str(text, interpolate=True) == theirs(text, True)


@settings(deadline=None)
@given(texts(variables=True))
def test_what_we_write_is_read_alike(text):
    written = Config.from_str(text).to_str()
    assert Config.from_str(written) == Config.from_str(text)
    assert theirs(written, False) == theirs(text, False)
    assert Config.from_str(written).to_str() == written
