"""What a target is found to be, before a package is said to be right."""

import json

import pytest

from kernel.cli.check_target import main

SOURCE = """
import click
from pydantic import Field
from kernel.config.schemas import Section

def make(nlp, name, width, depth: int = 1):
    "Makes it."

class Named(Section):
    n: int = Field(1, description="How many.")
    bare: int = 1

class Deep:
    class Inner:
        call = make

command = click.command("acme")(lambda: None)
number = 3
"""


@pytest.fixture
def look(fake_distribution, tmp_path):
    """`look(target, kind)`: what is written about a target in the module `acme_target`."""

    def ask(target, kind, source=SOURCE):
        fake_distribution("acme", modules={"acme_target": source})
        main(str(tmp_path / "result.json"), f"acme_target{target}", kind)
        return json.loads((tmp_path / "result.json").read_text())

    return ask


@pytest.mark.parametrize(
    ("target", "kind", "wanted", "usable", "kind_of_thing"),
    [
        (":make", "factories", "a function", True, "function"),
        (":Deep.Inner.call", "misc", "a function", True, "function"),
        (":number", "misc", "a function", False, "int"),
        (":command", "cli", "a click command", True, "Command"),
        (":make", "cli", "a click command", False, "function"),
        ("", "modules", "a module", True, "module"),
        (":make", "modules", "a module", False, "function"),
        (":Named", "sections", "a subclass of Section", True, "ModelMetaclass"),
        (":Deep", "sections", "a subclass of Section", False, "type"),
    ],
)
def test_what_a_target_has_to_be(target, kind, wanted, usable, kind_of_thing, look):
    found = look(target, kind)
    assert (found["wanted"], found["usable"], found["type"]) == (wanted, usable, kind_of_thing)
    assert found["seconds"] >= 0 and found["heavy"] == []


@pytest.mark.parametrize(
    ("target", "kind", "names"),
    [
        (":make", "factories", ["width"]),
        (":make", "misc", ["nlp", "name", "width"]),
        (":make", "languages", []),
        (":Named", "sections", ["bare"]),
    ],
)
def test_what_a_config_could_not_check(target, kind, names, look):
    remarks = look(target, kind)["remarks"]
    assert len(remarks) == len(names)
    assert all(repr(name) in remark for name, remark in zip(names, remarks, strict=True))


def test_documentation_is_noticed(look):
    assert look(":make", "misc")["doc"]


def test_no_documentation_is_noticed(look):
    assert not look(":make", "misc", "def make(): ...\n")["doc"]


@pytest.mark.parametrize(
    ("source", "target", "error", "missing"),
    [
        ("raise SystemExit(3)\n", ":make", "SystemExit: 3", None),
        ("x = 1\n", ":make", "AttributeError: module 'acme_target' has no attribute 'make'", None),
        (
            "import slack_sdk_x\n",
            ":make",
            "ModuleNotFoundError: No module named 'slack_sdk_x'",
            "slack_sdk_x",
        ),
    ],
)
def test_whatever_an_import_ends_with_is_written_down(source, target, error, missing, look):
    found = look(target, "misc", source)
    assert found["error"] == error and found.get("missing") == missing
