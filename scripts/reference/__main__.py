"""The reference in docs/reference, and what shells complete, made from the code: `make docs`.

With --check nothing is written; the exit code is 1 if a page is missing, stale or in vain.
"""

from __future__ import annotations

import sys

from pages import ROOT, pages

from kernel.cli.completing.reading import own_specs
from kernel.cli.completing.spec import as_json

FOLDER = ROOT / "docs" / "reference"
SPECS = ROOT / "kernel" / "cli" / "completing" / "specs.json"


def differences(found: dict[str, str]) -> list[str]:
    """What is wrong with the pages in docs/reference."""
    there = {path.name: path.read_text(encoding="utf8") for path in FOLDER.glob("*.md")}
    missing = [f"docs/reference/{name} is missing" for name in sorted(found.keys() - there.keys())]
    vain = [f"docs/reference/{name} belongs to nothing" for name in sorted(there.keys() - found.keys())]
    stale = [
        f"docs/reference/{name} is stale"
        for name in sorted(found)
        if there.get(name, found[name]) != found[name]
    ]
    if not SPECS.exists() or SPECS.read_text("utf8") != as_json(own_specs()):
        stale.append(str(SPECS.relative_to(ROOT)) + " is stale")
    return [*missing, *vain, *stale]


def main(check: bool) -> int:
    found = pages()
    wrong = differences(found)
    if check:
        print("\n".join(wrong))
        return int(bool(wrong))
    SPECS.write_text(as_json(own_specs()), encoding="utf8")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in found:
            path.unlink()
    for name, text in found.items():
        (FOLDER / name).write_text(text, encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
