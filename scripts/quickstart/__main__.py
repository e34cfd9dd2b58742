"""Put configs together on the quick start page in a browser without a window, beside `kernel init config`.

    python scripts/quickstart [--with firefox] [--number 300] [--seed 0]

The page is made of what is installed. Combinations of components in any order, with any language and all else that can be chosen,
are chosen through the address, and each config, note, error and command is compared with that of the command. Then the form is used as a
person would: ticked, reordered, started again; what it shows has to fit what is ticked, in the order in which that was done.
At last hostile addresses: what is in them has to be text. The exit code is 1 if something differs, 2 without a browser.

Takes selenium, and Chromium with its driver, or Firefox 129 or later, which needs no driver.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kernel_quickstart.page import render
from kernel_quickstart.parts import gather

from kernel.cli.init_config import report
from kernel.cli.progress import Progress
from kernel.errors import KernelError
from kernel.language.new_config import new_config
from scripts.browser import chromium, firefox

Ask = Callable[[str], Any]
SHOWN = """
const text = id => document.getElementById(id).textContent;
const ticked = [...document.querySelectorAll('#order b')].map(each => each.textContent);
return {status: text('status'), isError: document.getElementById('status').className === 'error',
  isShown: !document.getElementById('result').hidden, config: text('config'), summary: text('summary'),
  notes: [...document.querySelectorAll('#notes li')].map(each => each.textContent), order: ticked,
  commands: [...document.querySelectorAll('#commands pre')].map(each => each.textContent), hash: location.hash,
  elements: document.querySelectorAll('img, iframe, object, embed, main script').length};
"""
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202e\u0000\u001b[31m",
    "__proto__",
    "constructor",
    "javascript:alert(1)",
    "%",
    "a" * 100_000,
]


@contextmanager
def in_chromium(address: str) -> Iterator[Ask]:
    """Runs the body of a function in the page, and returns its value."""
    with chromium.opened() as driver:
        driver.get(address)
        yield driver.execute_script
        said = [entry["message"] for entry in driver.get_log("browser")]
        if said:
            raise SystemExit(f"in the console: {said}")


@contextmanager
def in_firefox(address: str) -> Iterator[Ask]:
    """The same."""
    with firefox.opened() as (bidi, tab):
        bidi.call("browsingContext.navigate", context=tab, url=address, wait="complete")

        def ask(body: str) -> Any:
            expression = f"JSON.stringify((() => {{ {body} }})() ?? null)"
            answer = bidi.call(
                "script.evaluate", expression=expression, target={"context": tab}, awaitPromise=False
            )
            if answer["type"] != "success":
                raise SystemExit(f"in the page: {answer}")
            return json.loads(answer["result"]["value"])

        yield ask
        said = [
            event["params"]["text"]
            for event in bidi.events
            if event["params"].get("level") in ("warn", "error")
        ]
        if said:
            raise SystemExit(f"in the console: {said}")


def wanted(choice: dict[str, Any]) -> dict[str, Any]:
    """What the command writes and says; `error` alone where it refuses."""
    section = choice["with"] or None
    try:
        new = new_config(
            choice["lang"],
            choice["pipeline"],
            optimize=choice["optimize"],
            gpu=choice["device"] == "gpu",
            section=section,
        )
    except KernelError as error:
        return {"error": f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else "")}
    lines = report(new, "config.cfg", choice["optimize"], is_pretrained=section is not None)
    summary, commands = lines[1 : lines.index("next:")], lines[lines.index("next:") + 1 :]
    return {
        "config": new.config.to_str(),
        "notes": new.notes,
        "summary": "\n".join(summary),
        "commands": [line.strip() for line in commands],
    }


def differs(shown: dict[str, Any], choice: dict[str, Any]) -> list[str]:
    """What the page shows otherwise than the command does."""
    right = wanted(choice)
    if "error" in right:
        is_right = shown["isError"] and shown["status"] == right["error"] and not shown["isShown"]
        return [] if is_right else [f"error: {shown['status']!r} for {right['error']!r}"]
    found = [name for name in ("config", "notes", "summary") if shown[name] != right[name]]
    if [line for line in shown["commands"] if line in right["commands"]] != right["commands"]:
        found.append("commands")
    return found


def address_of(choice: dict[str, Any]) -> str:
    """The fragment for a choice."""
    return "#" + "&".join(
        f"{key}={','.join(value) if isinstance(value, list) else value}" for key, value in choice.items()
    )


def drawn(parts: dict[str, Any], number: int, seed: int) -> Iterator[dict[str, Any]]:
    """Choices: each component alone, and combinations."""
    draw = random.Random(seed)
    names = [one["name"] for one in parts["components"]]
    sections = ["", *(one["section"] for one in parts["asked"])]
    alone = [[name] for name in names]
    for pipeline in [*alone, *(draw.sample(names, draw.randint(2, 8)) for _ in range(number))]:
        yield {
            "lang": draw.choice([one["name"] for one in parts["languages"]]),
            "pipeline": pipeline,
            "optimize": draw.choice(["efficiency", "accuracy"]),
            "device": draw.choice(["cpu", "gpu"]),
            "with": draw.choice(sections) if draw.random() < 0.3 else "",
        }


def through_the_address(ask: Ask, parts: dict[str, Any], number: int, seed: int) -> int:
    """How many choices differ."""
    choices, bad, shows = list(drawn(parts, number, seed)), 0, Progress("configs")
    for done, choice in enumerate(choices):
        shows(done, len(choices))
        # As if the address was typed. The event comes later by itself.
        ask(
            f"history.replaceState(null, '', {json.dumps(address_of(choice))}); dispatchEvent(new Event('hashchange'))"
        )
        found = differs(ask(SHOWN), choice)
        bad += bool(found)
        if found:
            print(f"differs: {choice}: {', '.join(found)}")
    shows(len(choices), len(choices))
    print(f"{len(choices)} choices through the address, {bad} differ")
    return bad


def through_the_form(ask: Ask, parts: dict[str, Any], number: int, seed: int) -> int:
    """Clicks at random; what is shown is compared with what the buttons mean. How many times it differs."""
    draw, bad = random.Random(seed), 0
    names = [one["name"] for one in parts["components"]]
    ask("document.getElementById('reset').click()")
    start = parts["start"]
    order, choice = [start["pipeline"]], {"optimize": "efficiency", "device": "cpu", "with": ""}
    for _ in range(number):
        action = draw.choice(["tick", "tick", "up", "down", "remove", "radio"])
        if action == "tick" or (action != "radio" and not order):
            name = draw.choice(names)
            ask(f"document.querySelector('input[value={json.dumps(name)}]').click()")
            order = [one for one in order if one != name] if name in order else [*order, name]
        elif action == "radio":
            key, value = draw.choice(
                [("optimize", "efficiency"), ("optimize", "accuracy"), ("device", "cpu"), ("device", "gpu")]
            )
            ask(f"document.getElementById('{value}').click()")
            choice[key] = value
        else:
            place = draw.randrange(len(order))
            name, to = order[place], {"up": place - 1, "down": place + 1}.get(action)
            button = json.dumps(f"[data-action='{action} {name}']")
            has_focus = ask(
                f"const one = document.querySelector({button}); one.focus(); one.click();"
                " if (one.disabled) return true;"
                " return document.activeElement !== document.body"
            )
            if to is None:
                order.pop(place)
            elif 0 <= to < len(order):
                order.insert(to, order.pop(place))
            if not has_focus:
                print(f"differs: the focus is lost after {action} {name}")
                bad += 1
        shown = ask(SHOWN)
        if not order:
            found = [] if shown["status"] == "Choose a component." and not shown["isShown"] else ["empty"]
        else:
            found = differs(shown, {"lang": start["lang"], "pipeline": order, **choice})
            found += [] if shown["order"] == order else ["order"]
        bad += bool(found)
        if found:
            print(f"differs: after {action}, {order}, {choice}: {', '.join(found)}")
    print(f"{number} clicks, {bad} differ")
    return bad


def through_hostile_addresses(ask: Ask, parts: dict[str, Any]) -> int:
    """How many of them are more than text."""
    bad = 0
    for text in HOSTILE:
        for key in ("lang", "pipeline", "optimize", "device", "with", "other"):
            for fragment in (f"#{key}={text}", f"#pipeline=ner&{key}=ner,{text}"):
                ask(
                    f"try {{ history.replaceState(null, '', {json.dumps(fragment)}) }} catch {{ return }}"
                    " dispatchEvent(new Event('hashchange'))"
                )
                shown = ask(SHOWN)
                is_fine = shown["elements"] == 0 and not any(
                    mark in "".join(shown["notes"]) for mark in "\u202e\x00\x1b"
                )
                bad += not is_fine
                if not is_fine:
                    print(f"differs: {fragment[:80]!r}: {str(shown)[:300]}")
    print(f"{len(HOSTILE) * 12} hostile addresses, {bad} are more than text")
    return bad


def main() -> int:
    """0 if the page is as the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--with", dest="browser", choices=("chromium", "firefox"), default="chromium")
    parser.add_argument("--number", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    parts = {**gather(Progress("languages")), "code": []}
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "quickstart.html")
        page.write_text(render(parts), encoding="utf8")
        try:
            with {"chromium": in_chromium, "firefox": in_firefox}[words.browser](page.as_uri()) as ask:
                bad = through_the_address(ask, parts, words.number, words.seed)
                bad += through_the_form(ask, parts, min(words.number, 100), words.seed)
                bad += through_hostile_addresses(ask, parts)
        except FileNotFoundError as error:
            print(f"no {words.browser}: {error}", file=sys.stderr)
            return 2
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
