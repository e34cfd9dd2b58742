"""The command line."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    from kernel.cli.completing.scripts import VARIABLE

    _open_closed()
    try:
        if VARIABLE in os.environ:
            from kernel.cli.completing.answers import answer

            sys.exit(answer(os.environ[VARIABLE], sys.argv[1:] if args is None else args))
        from kernel.cli.run import name_crashes, run
        from kernel.discovery.unasked import switch_off

        switch_off()
        name_crashes()
        code = run(sys.argv[1:] if args is None else args)
    except KeyboardInterrupt:
        # Pressed while the commands were imported.
        from kernel.cli.say import say

        say("interrupted", err=True)
        code = 130
    sys.exit(code)


def _open_closed() -> None:
    """Let standard streams that were closed when the process began lead to nothing, as `>&-` and some schedulers have it.

    In their order: a file takes the lowest number that is free, and none of ours is to become standard output.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf8"))  # noqa: SIM115
