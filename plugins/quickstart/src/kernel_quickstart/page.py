"""The page: one file of HTML that asks nobody for anything."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kernel.visible import shell_word
from kernel_quickstart.parts import gather


def html(
    progress: Callable[[int, int], None] = lambda done, total: None, *, code: Sequence[str | Path] = ()
) -> str:
    """The page of everything that is installed. progress: see `parts.gather`. code: files whose functions are registered, for the
    commands."""
    return render({**gather(progress), "code": [shell_word(str(path)) for path in code]})


def render(parts: dict[str, Any]) -> str:
    """The page of some parts."""
    source = files("kernel_quickstart")
    style = (source / "page.css").read_text(encoding="utf8")
    script = "".join((source / name).read_text(encoding="utf8") for name in ("assemble.js", "form.js"))
    environment = Environment(
        loader=PackageLoader("kernel_quickstart", ""),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html.j2")
    # Style and script are ours. Their digests let them run, and nothing else; what others wrote is in `parts`.
    return template.render(
        parts=parts,
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
    )


def _policy(style: str, script: str) -> str:
    """The Content-Security-Policy: no request of any kind, and no other style or script than these."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
