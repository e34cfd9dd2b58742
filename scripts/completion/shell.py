"""A shell on a terminal of its own, typed into as people do."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PROMPT = "ready>"
_ESCAPES = re.compile(
    r"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[()][0-9A-B]|\x1b[=>78]|[\x00\x07\x0e\x0f]"
)
# How each begins without the user's settings, and what it is told first.
_SHELLS = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        f'bind "set enable-bracketed-paste off"; bind "set bell-style none"; PS1="{_PROMPT} "; eval "$(kernel completion bash)"',
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        f'unsetopt prompt_sp; autoload -Uz compinit; compinit -D -u; eval "$(kernel completion zsh)"; PROMPT="{_PROMPT} "',
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        f"set -g fish_autosuggestion_enabled 0; kernel completion fish | source; function fish_prompt; echo -n '{_PROMPT} '; end",
    ),
}


class Shell:
    """A shell that has sourced the script of `kernel completion`. folder: its home, and where it is.

    bin: where `kernel` is found first; by default that of the Python that runs this.
    """

    def __init__(self, name: str, folder: Path, *, bin: Path | None = None, **variables: str) -> None:
        command, setup = _SHELLS[name]
        kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if key in os.environ}
        bins = os.pathsep.join(map(str, filter(None, [bin, Path(sys.executable).parent, kept.get("PATH")])))
        env = {**kept, "PATH": bins, "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", **variables}
        self._process, self._terminal = pty.fork()
        if not self._process:
            os.chdir(folder)
            os.execvpe(command[0], command, env)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        self.shown = ""
        time.sleep(0.3)
        self.type(f"{setup}\r")
        # Once as it is typed, once as the prompt.
        self.wait(lambda shown: shown.rstrip().endswith(_PROMPT) and "\n" in shown, 60)
        time.sleep(0.2)
        self._read(0.1)

    def type(self, text: str) -> None:
        """Press keys; what is shown from now on is kept."""
        self.shown = ""
        os.write(self._terminal, text.encode())

    def wait(self, is_right: object, seconds: float = 10) -> float:
        """Read until the text, or what a function says of all that is shown, is there. Returns the seconds that it took."""
        begun = time.perf_counter()
        while True:
            if is_right in self.shown if isinstance(is_right, str) else is_right(self.shown):  # type: ignore[operator]
                return time.perf_counter() - begun
            if time.perf_counter() - begun > seconds:
                raise TimeoutError(f"{is_right!r} is not in {self.shown!r}")
            self._read(0.05)

    def pause(self, seconds: float = 0.6) -> str:
        """Read until nothing more comes; what is shown."""
        while self._read(seconds):
            pass
        return self.shown

    def clear(self) -> None:
        """Leave the line, and wait for the next prompt."""
        self.type("\x03")
        self.wait(_PROMPT)
        self._read(0.05)

    def close(self) -> None:
        """End the shell."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return False
        try:
            raw = os.read(self._terminal, 65536).decode("utf8", "replace")
        except OSError:
            return False
        self.shown += _ESCAPES.sub("", raw)
        return True
