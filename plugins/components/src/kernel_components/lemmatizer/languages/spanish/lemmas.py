"""How a Spanish lemma is made."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from kernel_components.lemmatizer.component import listed
from kernel_components.lemmatizer.languages.spanish.clitics import split_clitics

Features = frozenset[str]
# Points between the digits of a whole number.
_THOUSANDS = re.compile(r"\.[0-9]{3}$")


class Lemmas:
    """Lemmas from the tables of Spanish.

    entry: (table, key, default) -> what the table has for the key. known: part of speech -> words that lemmas can be.
    """

    def __init__(
        self, entry: Callable[[str, str, Any], Any], known: Callable[[str], Collection[str]]
    ) -> None:
        self.entry, self.known = entry, known
        self.by_pos: dict[str, Callable[[str, str], list[str]]] = {
            "adj": self._adjective,
            "noun": self._noun,
            "adv": self._adverb,
            "num": self._numeral,
            "det": self._determiner,
            "pron": self._pronoun,
            "verb": self._verb,
        }

    def of(self, word: str, pos: str, features: Features) -> list[str]:
        """The lemmas of a word, the best first.

        word: in lower case. pos: coarse part of speech, in lower case; one that there are no rules for leaves the word as it is. features:
        such as Number=Plur.
        """
        exceptions = self.entry("lemma_exc", pos, {}).get(word)
        if exceptions is not None:
            return listed(exceptions)
        kind = "verb" if pos == "aux" else pos
        if kind not in self.by_pos:
            return [word]
        if kind == "verb" and "PronType=Prs" in features:
            return self._verb_with_pronouns(word, features)
        return list(dict.fromkeys(self.by_pos[kind](word, self._group(kind, features))))

    def _group(self, pos: str, features: Features) -> str:
        """The name of the rules for a part of speech with some features; empty if there are none."""
        groups = self.entry("lemma_rules_groups", pos, ())
        return next((str(name) for name, wanted in groups if features.issuperset(wanted)), "")

    def _rules(self, name: str) -> Sequence[Sequence[str]]:
        rules: Sequence[Sequence[str]] = self.entry("lemma_rules", name, ())
        return rules

    def _endings(self, word: str, group: str) -> list[str]:
        return [word.removesuffix(old) + new for old, new in self._rules(group) if word.endswith(old)]

    def _whole(self, word: str, group: str) -> str | None:
        return next((new for old, new in self._rules(group) if word == old), None)

    def _likely(self, pos: str, lemmas: list[str]) -> list[str]:
        """Those that are known, or else all of them."""
        known = self.known(pos)
        return [lemma for lemma in lemmas if lemma in known] or lemmas

    def _noun(self, word: str, group: str) -> list[str]:
        return self._inflected("noun", word, group)

    def _adjective(self, word: str, group: str) -> list[str]:
        return self._inflected("adj", word, group)

    def _inflected(self, pos: str, word: str, group: str) -> list[str]:
        made = self._endings(word, group)
        # The plural may have an accent that the singular does without: jóvenes, joven.
        plural = [lemma for lemma in made if group == f"{pos}_plur" and lemma.endswith(("n", "s"))]
        return self._likely(pos, [*made, *self._without_an_accent(plural)]) or [word]

    def _adverb(self, word: str, group: str) -> list[str]:
        return [self._whole(word, "adverbs") or word]

    def _numeral(self, word: str, group: str) -> list[str]:
        digits = word.replace(".", "") if _THOUSANDS.search(word.partition(",")[0]) else word
        return [self._whole(word, "num") or digits.replace(",", ".")]

    def _determiner(self, word: str, group: str) -> list[str]:
        whole = self._whole(word, "det") or self._whole(word, "det_and_pron_fixed")
        if whole:
            return [whole]
        # A rule that does not fit makes the word itself.
        made = [
            word.removesuffix(old) + new if word.endswith(old) else word
            for old, new in self._rules("det_and_pron_general")
        ]
        return self._likely("det", [*made, word])

    def _pronoun(self, word: str, group: str) -> list[str]:
        whole = self._whole(word, "pron") or self._whole(word, "det_and_pron_fixed")
        if whole:
            return [whole]
        return self._likely("pron", [*self._endings(word, "det_and_pron_general"), word])

    def _verb(self, word: str, group: str) -> list[str]:
        known = self.known("verb")
        made = self._endings(word, group)
        likely = [lemma for lemma in made if lemma in known]
        if not likely:
            # A vowel of the stem changes with the stress: duerme, sintió.
            stems = [other for lemma in made for other in self._other_vowels(lemma)]
            likely = [lemma for lemma in stems if lemma in known]
        return likely or [*made, *self._without_an_accent(made)] or [word]

    def _other_vowels(self, lemma: str) -> list[str]:
        return [
            f"{lemma[:at]}{new}{lemma[at + len(old) :]}"
            for name in ("voc_alt_1", "voc_alt_2")
            for old, new in self._rules(name)
            for at in range(len(lemma))
            if lemma.startswith(old, at)
        ]

    def _without_an_accent(self, lemmas: list[str]) -> list[str]:
        """Lemmas as they are without the accents of one vowel; nothing of those without any."""
        rules = self._rules("accents")
        return [lemma.replace(old, new) for lemma in lemmas for old, new in rules if old in lemma]

    def _unaccented(self, word: str) -> str:
        for old, new in self._rules("accents"):
            word = word.replace(old, new)
        return word

    def _verb_with_pronouns(self, word: str, features: Features) -> list[str]:
        verb, pronouns = split_clitics(self._unaccented(word))
        parts = [self.of(verb, "verb", features - {"PronType=Prs"})]
        parts += [self.of(pronoun, "pron", frozenset()) for pronoun in pronouns]
        return [" ".join((parts[0][0], *(each[0] for each in parts[1:]))) if pronouns else f"{parts[0][0]} "]
