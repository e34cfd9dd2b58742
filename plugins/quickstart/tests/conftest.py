"""The page's JavaScript in an engine that Python has, beside `kernel init config`."""

import json
from pathlib import Path

import kernel_quickstart
import pytest
from kernel_quickstart.parts import gather

from kernel.cli.init_config import report
from kernel.errors import KernelError
from kernel.language.new_config import new_config
from kernel.registries.family import registry

from .strangers import register

SOURCES = Path(kernel_quickstart.__file__).parent


class Browser:
    """`assemble.js` with some parts, outside of a browser."""

    def __init__(self, parts):
        try:
            import quickjs
        except ImportError:
            pytest.skip("needs quickjs-ng")
        self.context = quickjs.Context()
        self.context.eval((SOURCES / "assemble.js").read_text(encoding="utf8"))
        self.context.eval(f"const made = quickstart(JSON.parse({json.dumps(json.dumps(parts))}))")
        self.context.eval(
            "const answer = (choice) => { const found = made.config(choice);"
            " return JSON.stringify(found.error ? { error: found.error } : {"
            " text: found.text, notes: found.notes, report: made.summary(choice, found), packages: found.packages,"
            " commands: made.commands(choice, found), command: made.command(choice) }) }"
        )

    def __call__(self, choice):
        return json.loads(self.context.eval(f"answer(JSON.parse({json.dumps(json.dumps(choice))}))"))


def chosen(pipeline, lang="en", optimize="efficiency", gpu=False, asked=()):
    return {
        "pipeline": list(pipeline),
        "lang": lang,
        "optimize": optimize,
        "gpu": gpu,
        "asked": list(asked),
    }


def of_the_command(choice):
    """What `kernel init config` writes and says."""
    section = next(iter(choice["asked"]), None)
    try:
        new = new_config(
            choice["lang"],
            choice["pipeline"],
            optimize=choice["optimize"],
            gpu=choice["gpu"],
            section=section,
        )
    except KernelError as error:
        return {"error": {"message": error.message, "hint": error.hint}}
    lines = report(new, "config.cfg", choice["optimize"], is_pretrained=section is not None)
    next_ = lines.index("next:")
    return {
        "text": new.config.to_str(),
        "notes": new.notes,
        "report": lines[1:next_],
        "next": [line.strip() for line in lines[next_ + 1 :]],
    }


def check(browser, choice):
    """Whether the page and the command give the same; returns what the page gives."""
    found, wanted = browser(choice), of_the_command(choice)
    if "error" in wanted:
        assert found == wanted, choice
        return found
    assert "error" not in found, (choice, found)
    assert found["text"] == wanted["text"], choice
    assert (found["notes"], found["report"]) == (wanted["notes"], wanted["report"]), choice
    said = [command for _, command in found["commands"]]
    assert [command for command in said if command in wanted["next"]] == wanted["next"], choice
    return found


@pytest.fixture(scope="package")
def parts():
    """What is installed, and components of others."""
    with registry.restored():
        register()
        yield {**gather(), "code": ["my parts.py"]}


@pytest.fixture(scope="package")
def browser(parts):
    return Browser({**parts, "code": []})
