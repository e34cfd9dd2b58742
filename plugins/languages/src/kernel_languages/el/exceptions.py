"""The special cases of Greek: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Α.Ε. Αγ. Απρ. Αύγ. Δεκ. Δρ. Ε.Ε. Η.Π.Α. ΗΠΑ. Ιαν. Ιούλ. Ιούν. Μάρ. Νοέ. Οκτ. Σεπ. Φεβ. άρθρ. αρ. αριθ. βλ. δηλ. δισ. εκ.
    εκατ. εκδ. κ. κ.ά. κ.α. κ.λπ. κ.τ.λ. κα. κεφ. κλπ. κος. κτλ. λ.χ. μ.Χ. μ.μ. μτφρ. π.Χ. π.μ. π.χ. παρ. πρβλ. σελ. τηλ. τόμ.
""")
# Words that have lost their last vowel.
_WHOLE = words(
    "σ' σ’ απ' απ’ κι' κι’ θ' θ’ μ' μ’ τ' τ’ ν' ν’ γι' γι’ μέσ' μέσ’ παρ' παρ’ αφ' αφ’ εφ' εφ’ κατ' κατ’ υπ' υπ’ ό,τι Ό,τι"
)

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
