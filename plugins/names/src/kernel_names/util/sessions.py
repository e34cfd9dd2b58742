"""Where code runs: in a notebook, or line by line."""

import sys


def is_in_jupyter() -> bool:
    """Whether this is a notebook, such as those of Jupyter and Colab. IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    kind = type(ipython.get_ipython()) if ipython is not None else object
    return kind.__name__ == "ZMQInteractiveShell" or kind.__module__ == "google.colab._shell"


def is_in_interactive() -> bool:
    """Whether lines are typed, and run one by one: in a shell of Python's, or in a notebook."""
    return hasattr(sys, "ps1") or hasattr(sys, "ps2")
