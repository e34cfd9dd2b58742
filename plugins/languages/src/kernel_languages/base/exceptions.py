"""Special cases of any language: emoticons."""

from __future__ import annotations

from itertools import product

from kernel.tokenizer import Special
from kernel_languages.base.words import words

# Eyes, nose and mouth in every combination. No "8" for eyes and no nose before a bare bracket turned the wrong way:
# "(chapter 8)" and "two files):" are no smiles.
_WESTERN = ("".join(face) for face in product((":", ";", ":'"), ("", "-", "o", "^"), ")](DPpOo/\\|*3xX"))
_LEVEL = ("=" + nose + mouth for nose, mouth in product(("", "-"), ")](DP/|3"))
_DOUBLED = (eyes + nose + mouth * 2 for eyes, nose, mouth in product(":;=", ("", "-"), ")(DP"))
_TRIPLED = (eyes + nose + mouth * 3 for eyes, nose, mouth in product(":;=", ("", "-"), ")("))
_MIRRORED = ("(" + nose + eyes for nose, eyes in product(("", "-"), (":", ";", "=")))
_EASTERN = words("""
    ^_^ ^-^ ^^ ^__^ ^___^ ^.^ ^_^; ^^; >_< >.< >_> <_< <.< >.> -_- -__- ._. ;_; T_T T.T
    o_o O_O o.o O.O o_O O_o o.O O.o 0_0 0_o 0.0 @_@ u_u v_v v.v V_V x_x X_X =_= n_n *_* (*_*) (^_^) (-_-) (>_<)
    (._.) (;_;) (o:  ಠ_ಠ ಠ︵ಠ ¯\\_(ツ)_/¯ ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ (╯°□°)╯︵┻━┻
    ┬─┬ノ(゜-゜ノ) ʕ•ᴥ•ʔ (ಥ﹏ಥ) (ノಠ益ಠ)ノ彡┻━┻
""")
_OTHER = words(r"<3 <33 <333 </3 xD XD xDD XDD \o/ \m/ :-)) >:( >:) >:D >:-( >:o :'-( :'-) :-x :-X")

# Bold text in markup ends in these.
_MARKUP = frozenset((":*", ";*"))

EMOTICONS = frozenset((*_WESTERN, *_LEVEL, *_DOUBLED, *_TRIPLED, *_MIRRORED, *_EASTERN, *_OTHER)) - _MARKUP

EXCEPTIONS: dict[str, list[Special]] = {face: [{"ORTH": face}] for face in sorted(EMOTICONS)}
