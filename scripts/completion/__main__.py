"""How long the tab key takes after `kernel` in bash, zsh and fish, really typed: `python scripts/completion [SHELL ...]`.

The bar is 150 ms from the key to the completed word, as the median of ten. PYTHONDONTWRITEBYTECODE must not be set: Python would
compile everything for each key.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from shell import Shell

_TIMES = 10
_BAR = 0.150
_CONFIG = """\
[paths]
train = "train.jsonl"
something = null

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
use_upper = true
"""
# What is completed -> what is typed, what the key adds.
CASES = {
    "a command": ("kernel eval", "uate"),
    "a command of a group": ("kernel debug diff", "-config"),
    "an option": ("kernel train first.cfg --resume-f", "rom"),
    "a choice": ("kernel init config - --optimize acc", "uracy"),
    "a language": ("kernel init config - --lang x", "x"),
    "components": ("kernel init config - --pipeline tagger,span_f", "inder"),
    "a registered name": ("kernel registry show kernel.MaxoutW", "indowEncoder.v"),
    "a package": ("kernel plugins show kernel-nlp-comp", "onents"),
    "a setting of the kernel": ("kernel train first.cfg --training.max_s", "teps"),
    "a setting of the config": ("kernel train first.cfg --components.ner.model.us", "e_upper"),
    "a path of the config": ("kernel train first.cfg --paths.so", "mething"),
    "a value": ("kernel train first.cfg --components.ner.model.use_upper fa", "lse"),
    "a name for a setting": ("kernel train first.cfg --components.ner.model.@architectures kernel.MaxoutW", "indowEncoder.v"),
    "a file": ("kernel train fir", "st.cfg"),
    "an option of a package's command": ("kernel find-threshold --gold", "-preproc"),
}  # fmt: skip


def main(shells: list[str]) -> int:
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        print("PYTHONDONTWRITEBYTECODE is set: unset it")
        return 2
    slow = 0
    for name in shells:
        if shutil.which(name) is None:
            print(f"{name} is not installed")
            continue
        with TemporaryDirectory() as folder:
            Path(folder, "first.cfg").write_text(_CONFIG)
            shell = Shell(name, Path(folder))
            print(f"{name}: milliseconds, median of {_TIMES} and range")
            for what, (typed, added) in CASES.items():
                times = sorted(_measured(shell, typed, added) for _ in range(_TIMES))
                slow += median(times) > _BAR
                shown = f"{1000 * median(times):5.0f}  ({1000 * times[0]:.0f} to {1000 * times[-1]:.0f})"
                print(f"  {what:34} {shown}", flush=True)
            shell.close()
    print("all within the bar" if not slow else f"{slow} above {1000 * _BAR:.0f} ms")
    return int(slow > 0)


def _measured(shell: Shell, typed: str, added: str) -> float:
    """Seconds from the tab key to the word."""
    shell.type(typed)
    shell.pause(0.15)
    shell.type("\t")
    seconds = shell.wait(added)
    shell.pause(0.05)
    shell.clear()
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["bash", "zsh", "fish"]))
