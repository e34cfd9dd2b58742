"""What differs behind a name that carries over: said beside it by `kernel spacy check`."""

from __future__ import annotations

_MISH = "documents of a batch don't see each other, as they do in spaCy, which pads nothing here"
_PARSER = (
    "with extra_state_tokens each of the 13 tokens has its own place, where in spaCy one overwrites another"
)

REMARKS = {
    "kernel.MishWindowEncoder.v1": _MISH,
    "kernel.MishWindowEncoder.v2": _MISH,
    "kernel.TransitionBasedParser.v1": _PARSER,
    "kernel.TransitionBasedParser.v2": _PARSER,
    "kernel.TransformerModel.v1": "words beyond the limit of the model are read in windows, where spaCy cuts them off",
    "kernel.TransformerModel.v2": "words beyond the limit of the model are read in windows, where spaCy cuts them off",
    "kernel.TransformerModel.v3": "words beyond the limit of the model are read in windows, where spaCy cuts them off",
}
