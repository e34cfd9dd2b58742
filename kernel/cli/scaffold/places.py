"""Texts for plugins that lend a module to the namespace of the kernel, or supply a section of the config."""

from kernel.cli.scaffold.kinds import Kind

MODULES = Kind(
    module="counts",
    function="",
    registered="kernel.$owner",
    about="a module that scripts import as `kernel.$owner`",
    promise="Scripts rely on the names in a published module: keep them, and what they do.",
    code='''"""Counts of words. Scripts import this module as `kernel.$owner`, too."""

from collections import Counter
from collections.abc import Iterable

from kernel.tokens import Doc


def word_counts(docs: Iterable[Doc]) -> dict[str, int]:
    """How often each word occurs in some documents, the most frequent ones first."""
    counts = Counter(token.text for doc in docs for token in doc)
    return dict(counts.most_common())
''',
    test='''"""The module goes through the conformance suite, and counts."""

from kernel.language import Language
from kernel.testing import ModuleSuite


class TestCounts(ModuleSuite):
    name = "kernel.$owner"
    names = ("word_counts",)

    def test_words_are_counted(self) -> None:
        nlp = Language()
        docs = [nlp.make_doc("to be"), nlp.make_doc("or not to be")]
        counts = self.module().word_counts(docs)
        assert counts == {"to": 2, "be": 2, "or": 1, "not": 1}
''',
)

SECTIONS = Kind(
    module="section",
    function="${title}Section",
    registered="training.$owner",
    about="a section `[training.$owner]` of the config, and a callback that goes by it",
    promise="Configs rely on the keys of a published section: keep them and what they mean, and give new ones a default.",
    requires=("pydantic>=2.7,<3",),
    more={"callbacks": ("$owner.WordLimit.v1", "callback:make_callback")},
    code='''"""The section `[training.$owner]`."""

from kernel.config.schemas import Section
from pydantic import Field, StrictInt


class ${title}Section(Section):
    """`[training.$owner]`: how long a run may be."""

    words: StrictInt = Field(default=1_000_000, ge=1)
    """Stop after so many words."""
''',
    files={
        "callback": '''"""A callback that stops a run after as many words as `[training.$owner]` says."""

from kernel import Config, hookimpl
from kernel.config import resolve_section
from kernel.training.run import Run


class WordLimit:
    """Each method is an event of a run; it takes whichever of its arguments it needs."""

    @hookimpl
    def config_ready(self, config: Config) -> None:
        # Of a section that is not in the config, the defaults count.
        self.settings = resolve_section(config, "training.$owner")

    @hookimpl
    def should_stop(self, run: Run) -> str | None:
        if run.words < self.settings.words:
            return None
        return f"{self.settings.words} words have been learnt from"


def make_callback() -> WordLimit:
    """Stop after as many words as `[training.$owner]` says."""
    return WordLimit()
'''
    },
    test='''"""Section and callback go through the conformance suites, and the run is stopped."""

from kernel.testing import CallbackSuite, SectionSuite

SECTION = """
[training.$owner]
words = 70
"""


class TestSection(SectionSuite):
    name = "training.$owner"
    section = SECTION


class TestWordLimit(CallbackSuite):
    name = "$owner.WordLimit.v1"
    config = SECTION
    changes_training = True

    def test_stops_when_the_words_are_used_up(self) -> None:
        run, _ = self.run()
        assert (run.step, run.words) == (5, 80)
        assert run.reason == "70 words have been learnt from"
''',
    config={
        "training.$owner": "words = 100000",
        "training.callbacks.word_limit": '@callbacks = "$owner.WordLimit.v1"',
    },
)
