"""Whitespace between words, as in texts that somebody has laid out."""

from collections.abc import Sequence

from kernel.numeric.random import current
from kernel.tokens import Doc
from kernel.vocab import attrs
from kernel_augmenters.splicing import Edit, Phrase, spliced

VARIANTS = (" ", "\t", "\n", "\n\n", "\r\n")


def with_whitespace(doc: Doc, per_token: float, variants: Sequence[str]) -> Doc:
    """A copy with tokens of whitespace at places drawn by chance, `per_token` for each token; the document itself where none comes.

    They are tagged `_SP` and SPACE, hang on the token before them, and are inside of an entity that they come in. None comes where a
    tokenizer would see no token: a blank after a word without a space, and whitespace beside whitespace.
    """
    drawn = current().permutation(len(doc) + 1)[: int(len(doc) * per_token)]
    forms = [variants[int(index)] for index in current().integers(len(variants), size=len(drawn))]
    is_space = [word.isspace() for word in doc.words()]
    edits = []
    for place, form in sorted(zip(drawn.tolist(), forms, strict=True)):
        beside = is_space[max(place - 1, 0) : place + 1]
        follows_space = place == 0 or bool(doc.spaces[place - 1])
        if any(beside) or (form.startswith(" ") and not follows_space):
            continue
        edits.append(Edit(place, place, _token(form), head=max(place - 1, 0)))
    return spliced(doc, edits) if edits else doc


def _token(form: str) -> Phrase:
    strings = {attrs.TAG: "_SP", attrs.POS: "SPACE", attrs.LEMMA: form, attrs.DEP: "dep"}
    return Phrase((form,), (False,), {attr: (text,) for attr, text in strings.items()}, (0,))
