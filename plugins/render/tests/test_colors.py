"""Colours: readable, told apart by people with each kind of colour blindness, the same in every picture; and what CSS may say."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_render.bars import KINDS
from kernel_render.colors import LABELS, PALETTE, Colors, derived, of_packages, pair
from kernel_render.contrast import contrast
from kernel_render.css import checked_color, checked_font, checked_number, rgb_of
from kernel_render.tree_layout import OF_KINDS

import kernel
from kernel.errors import KernelWarning, UsageError

pytest_plugins = ["kernel.testing"]
# What people without one kind of cones see, as linear light: Machado, Oliveira and Fernandes, A physiologically-based model for
# simulation of color vision deficiency (2009), for the severity 1.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(color, seen):
    """CIE L*a*b* of a colour of a screen, as somebody sees it."""
    light = np.where(
        np.array(color) <= 0.04045, np.array(color) / 12.92, ((np.array(color) + 0.055) / 1.055) ** 2.4
    )
    light = np.clip(np.array(seen) @ light, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ light
    x, y, z = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", SEEN)
def test_the_palette_is_told_apart(kind):
    seen = {name: lab(rgb_of(color, name)[0], SEEN[kind]) for name, color in PALETTE.items()}
    nearest = min((np.linalg.norm(seen[a] - seen[b]), a, b) for a, b in combinations(seen, 2))
    # A difference of 2 is just seen where two colours touch.
    assert nearest[0] > 10, nearest


@pytest.mark.parametrize("kind", SEEN)
def test_right_missed_and_wrong_are_told_apart(kind):
    seen = [lab(rgb_of(color, name)[0], SEEN[kind]) for name, (_, _, color, _) in KINDS.items()]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 15
    # And they don't go by their colours alone.
    assert (
        len({sign for sign, *_ in KINDS.values()})
        == len({line for _, line, *_ in KINDS.values()})
        == len(KINDS)
    )


@given(st.text(max_size=20))
def test_text_on_any_colour_is_readable(label):
    found = Colors().of(label)
    assert contrast(rgb_of(found.background, label)[0], rgb_of(found.ink, label)[0]) >= 4.5


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_text_on_a_given_colour_is_readable(color):
    found = pair("#{:02x}{:02x}{:02x}".format(*color), "it")
    assert contrast(rgb_of(found.background, "")[0], rgb_of(found.ink, "")[0]) >= 4.5


def test_arcs_show_on_white_and_on_black():
    for color in OF_KINDS.values():
        assert min(contrast(rgb_of(color, "")[0], (page,) * 3) for page in (0.0, 1.0)) >= 3


def test_a_label_has_the_same_colour_in_every_picture():
    assert [derived(label) for label in ("SKILL", "skill", "Gemüse")] == ["#c9f1bc", "#c9f1bc", "#e9e996"]
    assert Colors().of("person") == Colors().of("PERSON") and LABELS["PERSON"] == PALETTE["blue"]
    assert len({derived(f"LABEL{number}") for number in range(200)}) > 60


def test_given_colours_come_first():
    colors = Colors({"person": "rebeccapurple", "GPE": "linear-gradient(90deg, #aa9cfc, #fc9ce7)"})
    assert colors.of("PERSON") == ("#663399", "#ffffff")
    assert colors.of("GPE") == ("linear-gradient(90deg, #aa9cfc, #fc9ce7)", "#000000")
    # What lets the page through would be unreadable on a dark one.
    assert pair("rgb(0 0 0 / 50%)", "it").background == "#808080"


@pytest.mark.parametrize(
    "value",
    [
        "red; background: url(https://example.org)",
        "url(javascript:alert(1))",
        'red" onmouseover="alert(1)',
        "linear-gradient(red, url(x))",
        "linear-gradient(90deg)",
        "expression(alert(1))",
        "var(--x)",
        "red}</style><script>",
        "",
        None,
        7,
    ],
)
def test_what_is_no_colour_is_refused(value):
    with pytest.raises(UsageError, match="the option colors: GPE: .* is no colour"):
        Colors({"GPE": value})
    with pytest.raises(UsageError, match="no colour"):
        checked_color(value, "the option bg")


@pytest.mark.parametrize("value", ["Arial", "'Times New Roman', serif", "system-ui, sans-serif"])
def test_fonts(value):
    assert checked_font(value, "the option font") == value


@pytest.mark.parametrize("value", ["\ud800", "Arial; color: red", "url(x)", "", "a}b", "f(x)"])
def test_what_is_no_font_is_refused(value):
    with pytest.raises(UsageError, match="the option font"):
        checked_font(value, "the option font")


@pytest.mark.parametrize("value", ["wide", -1, 1e9, float("nan"), None, True, "1px"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(UsageError, match="the option distance: .* is no number of pixels"):
        checked_number(value, "the option distance")


def test_packages_give_labels_their_colours(fake_distribution):
    fake_distribution(
        "acme-colors",
        "1.0",
        entry_points={
            "kernel_displacy_colors": {
                "acme.skills.v1": "acme_colors:skills",
                "acme.tools.v1": "acme_colors:tools",
            }
        },
        modules={
            "acme_colors": "def skills():\n    return {'SKILL': '#123456'}\ndef tools():\n    return {'tool': 'gold'}\n"
        },
    )
    assert of_packages() == {"SKILL": "#123456", "TOOL": "gold"}
    assert Colors().of("skill") == ("#123456", "#ffffff")
    assert Colors({"Skill": "white"}).of("skill").background == "#ffffff"


@pytest.mark.parametrize(
    "code",
    [
        "def table():\n    return {'SKILL': 'no colour'}\n",
        "def table():\n    return 7\n",
        "table = {}\n",
        "1 / 0\n",
    ],
)
def test_a_broken_table_of_a_package_breaks_no_drawing(fake_distribution, code):
    fake_distribution(
        "acme-colors",
        "1.0",
        entry_points={"kernel_displacy_colors": {"acme.table.v1": "acme_broken:table"}},
        modules={"acme_broken": code},
    )
    with pytest.warns(KernelWarning, match=r"the colours acme\.table\.v1 are not used"):
        assert of_packages() == {}


def test_a_table_may_be_registered_in_the_process():
    with kernel.registry.restored():
        kernel.registry.create("displacy_colors")
        kernel.registry.displacy_colors("mine")(lambda: {"SKILL": "white"})
        assert Colors().of("SKILL").background == "#ffffff"
