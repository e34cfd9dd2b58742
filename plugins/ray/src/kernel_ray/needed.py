"""Ray, imported when a run asks for it."""

from __future__ import annotations

from typing import Any

from kernel.errors import UsageError


def ray() -> Any:
    """The module. `UsageError` with the command that installs it."""
    try:
        import ray as module
    except ImportError as error:
        raise UsageError(
            'training.workers.backend = "ray" needs Ray, which is not installed',
            hint='pip install "kernel-nlp[ray]"; or backend = "local", for processes of this machine.',
        ) from error
    return module
