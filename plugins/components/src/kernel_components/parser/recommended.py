"""What `kernel init config` writes for the parser."""

from kernel.language import SHARED, Recommendation
from kernel_components.token_vectors import sources


def parser(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """A transition system over shared token vectors."""
    model = {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": 128,
        "maxout_pieces": 3,
        # The layer above the state features adds little to a transformer.
        "use_upper": not gpu,
        "nO": None,
        "tok2vec": SHARED,
    }
    return Recommendation({"model": model}, sources(gpu))
