import json

import pytest

from kernel.config import Config, variables
from kernel.errors import ConfigError


def read(text):
    return Config.from_str(text, name="a.cfg", interpolate=True)


def problems(text):
    with pytest.raises(ConfigError) as info:
        read(text)
    return info.value.problems


BASE = '[b]\nn = 3\ns = "text"\nnone = null\nl = [1, "x"]\nw = C:\\temp\n[b.c]\ny = ${b.n}\n'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${b.n}", 3),
        ("${b:n}", 3),
        ("${b.s}", "text"),
        ("${b.none}", None),
        ("${b.l}", [1, "x"]),
        ("${b.c}", {"y": 3}),
        ("${b.c.y}", 3),
        ('"${b.n}"', "3"),
        ('"${b.s}/x"', "text/x"),
        ("${b.s}/x", "text/x"),
        ("${b.n}${b.n}", 33),
        ('"a ${b.none} ${b.l}"', 'a null [1, "x"]'),
        ('"${b.w}"', "C:\\temp"),
        ("[${b.n}, ${b.s}, ${b.l}]", [3, "text", [1, "x"]]),
        ("[${b.c}]", [{"y": 3}]),
        ('["${b.s}!", 2]', ["text!", 2]),
        ('{"k": ${b.n}}', {"k": 3}),
        ("a$$b", "a$b"),
        ("$${b.n}", "${b.n}"),
        ("5 $", "5 $"),
    ],
)
def test_variable(text, value):
    assert read(f"{BASE}[a]\nx = {text}\n")["a"]["x"] == value


def test_a_key_of_the_same_section_comes_before_a_section():
    assert read("[a]\nx = 1\ny = ${x}\n[x]\n")["a"]["y"] == 1


def test_order_and_length_of_a_chain_do_not_matter():
    chain = "\n".join(f"k{i} = ${{a.k{i + 1}}}" for i in range(50))
    assert read(f"[a]\n{chain}\nk50 = 7\n")["a"]["k0"] == 7


def test_sections_are_copied():
    config = read("[a]\nx = ${b}\n[b]\nl = [1]\n")
    config["a"]["x"]["l"].append(2)
    assert config["b"]["l"] == [1]


def test_interpolating_leaves_the_original_alone():
    config = Config.from_str("[a]\nx = ${a.y}\ny = 1\n")
    assert config.interpolate()["a"] == {"x": 1, "y": 1}
    assert config["a"]["x"] == "${a.y}"
    assert config.interpolate().is_interpolated


def test_every_bad_variable_is_reported_with_its_place():
    found = problems(
        '[a]\nx = ${b.none}\nl = [1,\n   ${a.zz}]\nt = "x ${b}"\nu = ${a.v}\nv = ${a.u}\nw = ${a.l\n[b]\n'
    )
    assert [(p.line, p.column, p.path) for p in found][:3] == [(2, 5, "a.x"), (4, 4, "a.l"), (5, 8, "a.t")]
    text = "\n".join(map(str, found))
    for part in (
        "${b.none} refers to nothing",
        "is a section, inside a text",
        "refers back to itself",
        "is not a variable",
    ):
        assert part in text


def test_unknown_variable_suggests_the_nearest():
    (problem,) = problems("[paths]\ntrain = x\n[a]\nx = ${paths.trian}\n")
    assert problem.suggestion == "Did you mean ${paths.train}?"


def test_what_leads_into_a_component_that_is_taken_from_elsewhere_says_so():
    text = '[components.t]\nsource = "base"\n[components.u]\nsource = "base"\nfactory = "u"\n[a]\nwidth = ${components.t.model.width}\n'
    (problem,) = problems(text)
    assert (problem.path, problem.line) == ("a.width", 7)
    assert problem.message == (
        "${components.t.model.width} leads into components.t, which is taken as it is from base: "
        "its settings are not written here"
    )
    assert "config.cfg of that pipeline" in problem.suggestion
    # A saved block has its settings, whatever it was taken from; and other sections may call a setting so.
    for block in ("components.u.model", "corpora.t.model"):
        (problem,) = problems(f'{text}[corpora.t]\nsource = "x"\n'.replace("components.t.model", block))
        assert problem.message == f"${{{block}.width}} refers to nothing"


def test_a_value_is_not_suggested_for_itself():
    (problem,) = problems("[a]\nsteps = ${a.stepz}\n")
    assert problem.suggestion is None


def test_section_that_holds_itself():
    (problem,) = problems("[a]\nx = ${a}\n")
    assert "refers back to itself" in problem.message


def test_override_of_a_value_is_seen_by_its_variables():
    config = Config.from_str("[a]\nx = ${b.y}\n[b]\ny = 1\n", overrides={"b.y": 2}, interpolate=True)
    assert config["a"]["x"] == 2


def test_data_from_python_keeps_its_dollars():
    config = Config({"a": {"x": "5$$", "y": "${a.z}", "z": "^b$"}})
    assert config.interpolate()["a"] == {"x": "5$$", "y": "^b$", "z": "^b$"}


def test_a_long_list_may_be_referred_to_many_times():
    labels = [f"LABEL{i}" for i in range(30_000)]
    written = f"[a]\nlabels = {json.dumps(labels)}\n" + "".join(f"k{i} = ${{a.labels}}\n" for i in range(40))
    config = read(written)["a"]
    assert all(config[f"k{i}"] == labels for i in range(40))
    config["k0"].append("one more")
    assert config["k1"] == config["labels"] == labels


def test_a_long_text_may_hold_variables():
    text = "word " * 30_000
    config = read(
        f'[b]\nn = 3\n[a]\nx = "{text}${{b.n}}"\ny = "${{a.x}}${{a.x}}"\nl = ["${{a.x}}", ${{b.n}}]\n'
    )["a"]
    assert config == {"x": f"{text}3", "y": f"{text}3" * 2, "l": [f"{text}3", 3]}


@pytest.mark.parametrize(
    ("first", "more", "message"),
    [
        ("[1, 2]", "[${a.k#}, ${a.k#}]", "makes the config too large"),
        (
            '{"x": 1}',
            '{"x": ${a.k#}, "y": ${a.k#}, "z": ${a.k#}, "u": ${a.k#}}',
            "makes the config too large",
        ),
        ('"ab"', '"${a.k#}${a.k#}"', "too large, with its variables replaced"),
        ('"ab"', '["${a.k#}${a.k#}"]', "too large, with its variables replaced"),
        ('"ab"', "${a.k#}-${a.k#}", "too large, with its variables replaced"),
    ],
)
def test_variables_of_variables_that_blow_up_are_refused(first, more, message, monkeypatch):
    """A bound a thousandth of the real one: what is made before it is reached is counted, not timed."""
    monkeypatch.setattr(variables, "_MOST_VALUES", 1_000)
    monkeypatch.setattr(variables, "_MOST_CHARACTERS", 10_000)
    lines = [f"k{i + 1} = {more.replace('#', str(i))}" for i in range(50)]
    found = problems(f"[a]\nk0 = {first}\n" + "\n".join(lines))
    assert [message in one.message for one in found] == [True]
    assert found[0].line is not None


def test_what_variables_make_is_bounded_by_what_is_written(monkeypatch):
    """The same blow-up beside a long list: what is made is a small part of the config."""
    monkeypatch.setattr(variables, "_MOST_VALUES", 1_000)
    lines = "\n".join(f"k{i + 1} = [${{a.k{i}}}, ${{a.k{i}}}]" for i in range(12))
    text = f"[a]\nk0 = [1, 2]\n{lines}\n"
    assert len(problems(text)) == 1
    assert len(read(f"{text}\nlong = {json.dumps(list(range(1_000)))}\n")["a"]["k12"]) == 2


def test_the_place_of_a_wrong_variable_in_a_long_list():
    items = ",\n  ".join(f'"${{b.x{i}}}"' for i in range(200))
    found = problems(f"[b]\ny = 1\n[a]\nl = [\n  {items}\n  ]\n")
    assert [(one.line, one.column, one.width) for one in found] == [
        (5 + i, 4, len(f"${{b.x{i}}}")) for i in range(200)
    ]


def test_variables_that_lead_into_a_block():
    found = problems("[a]\nk = ${b.c.x}\nl = ${b:c:x}\nm = ${b.cc.x}\nn = ${b.c}\n[d]\no = ${d.o}\n")
    inside = variables.leading_into(found, ["b.c"])
    assert sorted(one.path for one in inside) == ["a.k", "a.l", "a.n"]
    assert {one.path for one in variables.leading_into(found, ["b", "d"])} == {"a.k", "a.l", "a.m", "a.n"}


def test_variables_of_the_environment_are_no_variables(monkeypatch):
    monkeypatch.setenv("TST_PLACE", "/tmp")
    (problem,) = problems("[paths]\ntrain = ${TST_PLACE}/train.spacy\n")
    assert (
        "Variables of the environment" in problem.suggestion and "--paths.train VALUE" in problem.suggestion
    )
    monkeypatch.delenv("TST_PLACE")
    assert problems("[paths]\ntrain = ${TST_PLACE}/train.spacy\n")[0].suggestion is None
