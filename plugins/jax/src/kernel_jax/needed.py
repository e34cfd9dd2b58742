"""JAX, which comes with an extra: imported when a model is built, and not before."""

from typing import Any

from kernel.errors import UsageError

HINT = 'Install it with the extra of that name: pip install "kernel-nlp[jax]".'


def jax() -> Any:
    """The module `jax`. Raises UsageError where it is missing or can't be imported."""
    try:
        import jax as module
    except ImportError as error:
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == "jax"
        what = "JAX is not installed" if is_missing else f"JAX can't be imported: {error}"
        raise UsageError(what, hint=HINT) from error
    return module
