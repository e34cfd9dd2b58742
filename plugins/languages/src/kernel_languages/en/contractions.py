"""English contractions as special cases: every pair of words that melts into one, with what each part means."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.tokenizer import Special
from kernel_languages.base.words import words

Parts = list[tuple[str, str | None]]

# Clitics after pronouns and question words; "'s" and "'d" have two readings each and keep their form as norm.
_CLITICS = {"ll": "will", "ve": "have", "re": "are", "m": "am", "d": None, "s": None}
_HOSTS = {
    "i": "m ll ve d",
    "you we they": "re ll ve d s",
    "he she it": "s ll d ve",
    "this that there here": "s ll d ve re",
    "who what when where why how": "s ll d ve re",
}
# Without the apostrophe many of these are words of their own (ill, well, hell, id, wed, its, were ...): only these.
_UNMARKED = words("""
    im ive youre youve youll youd theyre theyve theyll theyd weve hes shes thats thatll theres heres
    whos wholl whats whatll whatre whens wheres whys hows howre itll itd
""")

_NEGATED = words("""
    is are was were do does did has have had could should would must might may need dare ought ai
""")
_IRREGULAR = {"ca": "can", "wo": "will", "sha": "shall"}
_MODALS = words("could should would must might may")

# Merged words without an apostrophe, and shapes that happen once.
_OTHER: dict[str, Parts] = {
    "cannot": [("can", None), ("not", None)],
    "gonna": [("gon", "going"), ("na", "to")],
    "gotta": [("got", None), ("ta", "to")],
    "wanna": [("wan", "want"), ("na", "to")],
    "lemme": [("lem", "let"), ("me", None)],
    "gimme": [("gim", "give"), ("me", None)],
    "i'ma": [("i", None), ("'m", "am"), ("a", "going")],
    "c'mon": [("c'm", "come"), ("on", None)],
    "y'all": [("y'", "you"), ("all", None)],
    "yall": [("y", "you"), ("all", None)],
    "y'all're": [("y'", "you"), ("all", None), ("'re", "are")],
    "d'ye": [("d'", "do"), ("ye", "you")],
    "d'you": [("d'", "do"), ("you", None)],
    "how'd'y": [("how", None), ("'d", None), ("'y", "you")],
    "let's": [("let", None), ("'s", "us")],
    "'tis": [("'t", "it"), ("is", None)],
    "'twas": [("'t", "it"), ("was", None)],
}

# One token whose apostrophe is part of it.
_WHOLE = {
    "'em": "them", "'cause": "because", "'til": "until", "'till": "until", "'bout": "about", "'nuff": "enough",
    "'n": "and", "'n'": "and", "'cos": "because", "'coz": "because", "'cuz": "because", "'round": "around",
    "ol'": "old", "o'": "of", "o'clock": "o'clock", "ma'am": "madam", "an'": "and",
    "y'": "you", "'y": "you", "'ll": "will", "'ve": "have", "'re": "are", "'m": "am", "'d": "'d", "'s": "'s",
    "n't": "not",
}  # fmt: skip
_DROPPED_G = words("""
    doin goin nothin somethin anythin everythin havin lovin livin lookin comin gettin talkin makin takin tryin
    runnin thinkin workin playin sayin feelin bein mornin evenin darlin fuckin freakin
""")


def _with_clitics() -> Iterator[tuple[str, Parts]]:
    for hosts, clitics in _HOSTS.items():
        for host in hosts.split():
            for clitic in clitics.split():
                parts: Parts = [(host, None), (f"'{clitic}", _CLITICS[clitic])]
                yield f"{host}'{clitic}", parts
                if host + clitic in _UNMARKED:
                    yield host + clitic, [(host, None), (clitic, _CLITICS[clitic])]
                if clitic in ("d", "ll"):
                    yield f"{host}'{clitic}'ve", [*parts, ("'ve", "have")]
                    yield f"{host}'{clitic}ve", [*parts, ("ve", "have")]


def _negations() -> Iterator[tuple[str, Parts]]:
    verbs = {**dict.fromkeys(_NEGATED), **_IRREGULAR}
    for verb, full in verbs.items():
        parts: Parts = [(verb, full), ("n't", "not")]
        yield f"{verb}n't", parts
        yield f"{verb}n't've", [*parts, ("'ve", "have")]
        yield f"{verb}nt", [(verb, full), ("nt", "not")]
        yield f"{verb}ntve", [(verb, full), ("nt", "not"), ("ve", "have")]


def _modals() -> Iterator[tuple[str, Parts]]:
    for verb in _MODALS:
        yield f"{verb}'ve", [(verb, None), ("'ve", "have")]
        if verb != "may":
            yield f"{verb}ve", [(verb, None), ("ve", "have")]


def _spellings(parts: Parts) -> Iterator[list[Special]]:
    """Lower case, with a capital, all capitals; with a straight and with a curly apostrophe."""
    texts = [text for text, _ in parts]
    cases = [texts, [_capital(texts[0]), *texts[1:]]]
    # Capitals without an apostrophe are as likely an acronym: IM.
    if any("'" in text for text in texts):
        cases.append([text.upper() for text in texts])
    for cased in cases:
        for mark in ("'", "’"):
            yield [
                {"ORTH": text.replace("'", mark), "NORM": norm or plain}
                for text, plain, norm in zip(cased, texts, (norm for _, norm in parts), strict=True)
            ]


def _capital(text: str) -> str:
    return text[:2].capitalize() + text[2:] if text[0] != "'" else "'" + text[1:].capitalize()


def _all() -> Iterator[Parts]:
    for _, parts in (*_with_clitics(), *_negations(), *_modals(), *_OTHER.items()):
        yield parts
    for word, norm in _WHOLE.items():
        yield [(word, norm)]
    for stem in _DROPPED_G:
        yield [(f"{stem}'", f"{stem}g")]


CONTRACTIONS: dict[str, list[Special]] = {
    "".join(part["ORTH"] for part in special): special for parts in _all() for special in _spellings(parts)
}
