"""The components."""

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.language import Language
from kernel.tokens import Token
from kernel.vocab import Vocab
from kernel_components.lemmatizer.component import Lemmatizer
from kernel_components.lemmatizer.languages.making import lemmatizer_factory
from kernel_components.lemmatizer.languages.russian.analyses import COMPARED, fitting
from kernel_components.lemmatizer.languages.russian.needed import analyzer

# Quotes of one shape are one lemma.
_PUNCTUATION = {"«": '"', "»": '"'}


@lemmatizer_factory("ru.lemmatizer", mode="pymorphy3")
def make_russian_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "RussianLemmatizer":
    """Build the component for Russian.

    The settings are those of lemmatizer. mode: pymorphy3 (by part of speech and features), pymorphy3_lookup (by the form alone), the same
    with pymorphy2, or lookup and the others of lemmatizer. `ConfigError` if the package is not installed.
    """
    return RussianLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


@lemmatizer_factory("uk.lemmatizer", mode="pymorphy3")
def make_ukrainian_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "UkrainianLemmatizer":
    """Build the component for Ukrainian.

    The settings are those of the lemmatizer of Russian.
    """
    return UkrainianLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class RussianLemmatizer(Lemmatizer):
    """That of Russian, which asks pymorphy3 for the readings of a word."""

    lang: ClassVar[str] = "ru"
    depends_on: ClassVar[dict[str, tuple[str, ...]]] = {
        **Lemmatizer.depends_on,
        "pymorphy3": ("ORTH", "POS", "MORPH"),
        "pymorphy3_lookup": ("ORTH",),
        "pymorphy2": ("ORTH", "POS", "MORPH"),
        "pymorphy2_lookup": ("ORTH",),
    }

    def __init__(
        self,
        vocab: Vocab,
        model: Any = None,
        name: str = "lemmatizer",
        *,
        mode: str = "pymorphy3",
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)
        if mode.startswith("pymorphy"):
            self._parse(" ")

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there: none, if pymorphy3 knows all."""
        return ([], []) if mode.startswith("pymorphy") else super().get_lookups_config(mode)

    def _parse(self, form: str) -> Any:
        package = self.mode.removesuffix("_lookup")
        return analyzer(package, self.lang, self.name).parse(form)

    def pymorphy3_lemmatize(self, token: Token) -> list[str]:
        """The lemmas of the readings that fit part of speech and features; the form in lower case, if none does.

        Words whose part of speech does not change are looked up by their form alone.
        """
        form, pos = token.text, token.pos_
        if pos == "PUNCT":
            return [_PUNCTUATION.get(form, form)]
        if pos not in COMPARED:
            return self.pymorphy3_lookup_lemmatize(token)
        return fitting(self._parse(form), pos, token.morph.to_dict()) or [form.lower()]

    def pymorphy3_lookup_lemmatize(self, token: Token) -> list[str]:
        """The lemma that all readings of the form share; the form, if there are several."""
        lemmas = {analysis.normal_form for analysis in self._parse(token.text)}
        return list(lemmas) if len(lemmas) == 1 else [token.text]

    pymorphy2_lemmatize = pymorphy3_lemmatize
    pymorphy2_lookup_lemmatize = pymorphy3_lookup_lemmatize


class UkrainianLemmatizer(RussianLemmatizer):
    """That of Ukrainian."""

    lang = "uk"
