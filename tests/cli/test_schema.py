"""`kernel schema`: right configs are right by it, wrong ones wrong, with a validator of the few words that it uses."""

import json
import re
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from kernel.cli.run import run
from kernel.config import Config, default_config
from kernel.config.json_schema import config_schema, described_parameters
from kernel.config.plans import Planner
from kernel.config.sections import schema_of
from kernel.language import Language
from kernel.registries.family import registry
from kernel.testing.distributions import fake_distribution

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


class Part:
    """What the blocks of this test make."""


class Options(BaseModel):
    width: int
    name: str = "a"


def make_part(
    width: int,
    mode: Literal["sum", "mean"] = "sum",
    *,
    inner: Part | None = None,
    options: Options | None = None,
    shape: tuple[int, ...] = (1, 2),
) -> Part:
    """Make a part.

    width: how wide
        it is.
    mode: how.
    """
    return Part()


def make_group(parts: list[Part], by_name: dict[str, Part] = {}) -> Part:  # noqa: B006
    return Part()


def make_marker(nlp, name: str, part: Part, threshold: float = 0.5):
    """Mark."""


@pytest.fixture(scope="module")
def schema():
    with registry.restored():
        registry.misc("part.v1", func=make_part)
        registry.misc("group.v1", func=make_group)
        Language.factory("marker", default_config={"threshold": 0.1}, func=make_marker)
        yield json.loads(json.dumps(config_schema()))


def is_valid(value, schema, root) -> bool:
    """Whether a value fits a schema that has no other words than these."""
    words = {
        "$ref",
        "type",
        "enum",
        "const",
        "pattern",
        "properties",
        "required",
        "additionalProperties",
        "items",
    }
    words |= {
        "anyOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "minimum",
        "maximum",
        "exclusiveMaximum",
        "minItems",
    }
    words |= {
        "title",
        "description",
        "default",
        "$comment",
        "$defs",
        "$schema",
        "format",
        "prefixItems",
        "maxItems",
    }
    words |= {"exclusiveMinimum"}
    assert set(schema) <= words, set(schema) - words
    checks = []
    if "$ref" in schema:
        place = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part.replace("~1", "/").replace("~0", "~")]
        checks.append(is_valid(value, place, root))
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        is_flag = isinstance(value, bool)
        checks.append(
            any(isinstance(value, TYPES[name]) and is_flag == (name == "boolean") for name in names)
        )
    if "enum" in schema:
        checks.append(value in schema["enum"])
    if "const" in schema:
        checks.append(value == schema["const"])
    if "pattern" in schema and isinstance(value, str):
        checks.append(re.search(schema["pattern"], value) is not None)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        checks.append(schema.get("minimum", value) <= value <= schema.get("maximum", value))
        checks.append("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
        checks.append("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
    if isinstance(value, list) and "items" in schema and schema["items"] is not False:
        checks += [is_valid(item, schema["items"], root) for item in value]
    if isinstance(value, dict):
        checks += [key in value for key in schema.get("required", ())]
        known = schema.get("properties", {})
        checks += [is_valid(value[key], part, root) for key, part in known.items() if key in value]
        extra = schema.get("additionalProperties", {})
        others = [item for key, item in value.items() if key not in known]
        checks += [extra is True or (extra is not False and is_valid(item, extra, root)) for item in others]
    if "anyOf" in schema:
        checks.append(any(is_valid(value, part, root) for part in schema["anyOf"]))
    if "allOf" in schema:
        checks.append(all(is_valid(value, part, root) for part in schema["allOf"]))
    if "not" in schema:
        checks.append(not is_valid(value, schema["not"], root))
    if "if" in schema:
        branch = "then" if is_valid(value, schema["if"], root) else "else"
        checks.append(branch not in schema or is_valid(value, schema[branch], root))
    return all(checks)


BASE = """
[nlp]
lang = {lang}
pipeline = ["one"]
[nlp.tokenizer]
@tokenizers = "kernel.Tokenizer.v1"
[components.one]
factory = "marker"
[components.one.part]
@misc = "part.v1"
width = 3
"""


def config(schema, text: str = "", **changes) -> Config:
    lang = schema["properties"]["nlp"]["properties"]["lang"]["enum"] or ["en"]
    base = BASE.format(lang=lang[0])
    return Config.from_str(
        base + text, overrides={key.replace("__", "."): value for key, value in changes.items()}
    )


def test_it_says_what_it_is(schema):
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"nlp", "components", "corpora", "training", "initialize", "system"} <= set(schema["properties"])


def test_every_registered_name_is_in_it(schema):
    for kind in registry.kinds():
        if kind in ("languages", "converters", "writers", "modules", "sections"):
            continue
        key = "factory" if kind == "factories" else f"@{kind}"
        assert set(schema["$defs"][kind]["properties"][key]["enum"]) >= set(registry.names(kind))


@pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-batchers", "kernel-nlp-components")
@pytest.mark.parametrize(
    ("place", "bounds"),
    [
        ("section.training.dropout", {"minimum": 0, "exclusiveMaximum": 1}),
        ("optimizers.Adam.v1.beta1", {"exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        ("optimizers.Adam.v1.learn_rate", {"minimum": 0}),
        ("layers.Dropout.v1.rate", {"minimum": 0, "maximum": 1}),
        ("batchers.kernel.batch_by_words.v1.tolerance", {"minimum": 0}),
        ("batchers.kernel.batch_by_words.v1.size", {"minimum": 1}),
        ("architectures.kernel.TransitionBasedParser.v2.hidden_width", {"minimum": 1}),
        ("factories.textcat.threshold", {"minimum": 0, "maximum": 1}),
    ],
)
def test_ranges(schema, place, bounds):
    owner, _, key = place.rpartition(".")
    if owner.startswith("section."):
        node = schema["properties"][owner.removeprefix("section.")]["properties"][key]
    else:
        node = schema["$defs"][owner]["properties"][key]
    found = [one for one in _nodes(node) if one.get("type") in ("number", "integer") or "anyOf" in one]
    assert any(bounds.items() <= one.items() for one in found), node


def _nodes(node):
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)


def test_a_function_has_types_defaults_and_descriptions(schema):
    part = schema["$defs"]["misc.part.v1"]
    assert part["description"] == "Make a part."
    width, mode = part["properties"]["width"], part["properties"]["mode"]
    assert width["description"] == "how wide it is."
    assert width["anyOf"][0] == {"type": "integer"}
    assert mode["default"] == "sum"
    assert {"enum": ["sum", "mean"], "type": "string"} in mode["anyOf"]
    assert part["properties"]["shape"]["default"] == [1, 2]
    marker = schema["$defs"]["factories.marker"]
    assert marker["required"] == ["part"]
    assert marker["properties"]["threshold"]["default"] == 0.1


@pytest.mark.needs("kernel-nlp-languages")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"components__one__part__width": "${system.seed}"},
        {"components__one__part": {"@misc": "group.v1", "parts": [{"@misc": "part.v1", "width": 1}]}},
        {"components__one__part": {"@misc": "part.v1", "*": [1]}},
        {"components__one__part__options": {"width": 3}},
        {"components__one__part__inner": {"@misc": "part.v1", "width": 3}},
        {"components__two": {"source": "somewhere", "anything": 3}},
        {"paths__x": "y"},
        {"training__dropout": {"@schedules": "constant.v1", "rate": 0.1}},
        {"training__max_steps": 5},
    ],
)
def test_right_configs(schema, changes):
    assert is_valid(config(schema, **changes), schema, schema)


@pytest.mark.parametrize(
    "changes",
    [
        {"components__one__part__width": "wide"},
        {"components__one__part__widht": 3},
        {"components__one__part": {"@misc": "part.v1"}},
        {"components__one__part": {"@misc": "group.v1", "parts": [{"@misc": "part.v1"}]}},
        {"components__one__part": {"@misc": "nobody.v1"}},
        {"components__one__part__mode": "most"},
        {"components__one__part__options": {"name": "b"}},
        {"components__one": {"threshold": 3}},
        {"components__one__factory": "nobody"},
        {"nlp__pipeline": "one"},
        {"nlp__lang": "nobody"},
        {"training__dropout": 1.5},
        {"training__patiance": 3},
    ],
)
def test_wrong_configs(schema, changes):
    assert not is_valid(config(schema, **changes), schema, schema)


SECTION = """
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar
from pydantic import Field, StrictFloat, StrictInt
from kernel.config.schemas import Section

class LimitSection(Section):
    kinds: ClassVar = {"price": "schedules", "rate": "schedules", "any": "schedules"}
    price: Annotated[StrictFloat | StrictInt, Field(gt=0, le=10)] | Iterable[float]
    rate: StrictFloat | StrictInt | None = Field(default=None, ge=0, lt=1)
    any: Any = None
"""
BLOCK = {"@schedules": "constant.v1", "rate": 0.1}


def test_keys_of_a_section_that_may_be_schedules_take_what_the_kernel_takes():
    points = {"kernel_sections": {"training.limit": "acme_limit:LimitSection"}}
    values = [0, 1, 2.5, 11, [0.5, 1], ["x"], None, "text", "${paths.x}", BLOCK, {"@schedules": "nobody.v1"}]
    with fake_distribution("acme-limit", entry_points=points, modules={"acme_limit": SECTION}):
        schema, limit = config_schema(), schema_of("training.limit")
        keys = schema["properties"]["training"]["properties"]["limit"]["properties"]
        for key, part in keys.items():
            for value in values:
                planner = Planner()
                planner.section({"price": 1, key: value}, "training.limit", limit)
                is_right = not planner.problems or value == "${paths.x}"
                assert is_valid(value, part, schema) == is_right, (key, value)


def test_the_default_config_but_for_its_language(schema):
    defaults = default_config()
    del defaults["nlp"]["lang"]
    # The packages that the defaults name may not be installed.
    for section in ("corpora", "training"):
        for key, value in list(defaults[section].items()):
            if isinstance(value, dict):
                del defaults[section][key]
    assert is_valid(defaults, schema, schema)


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["schema", "s.json"]) == 0
    assert json.loads(Path("s.json").read_text())["title"] == "A config of kernel"
    assert "wrote s.json" in capsys.readouterr().out


def test_descriptions_of_parameters():
    doc = "Do.\n\na: one\n    and more.\nb, c: two.\n\nNot: this has a space: no"
    assert described_parameters(doc) == {
        "a": "one and more.",
        "b": "two.",
        "c": "two.",
        "Not": "this has a space: no",
    }
