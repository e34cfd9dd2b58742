"""Components of others, of all kinds that `kernel init config` meets."""

from kernel.component import Component
from kernel.config.schemas import Section
from kernel.language import SHARED, Language, Recommendation
from kernel.registries.family import registry

HOSTILE = '</script><script>alert(1)</script> "><img src=x onerror=alert(2)> \u202e\x1b[31m'


def silent(nlp, name: str, size: int = 4):
    """</script><script>alert(1)</script> "><img src=x onerror=alert(2)> \u202e\x1b[31m."""
    return Component(name)


def register() -> None:
    """Register them, until the registry is restored."""

    def recommend_source(lang, optimize, gpu):
        return Recommendation(
            {"width": 7 if optimize == "efficiency" else 8},
            listener={"@layers": "test.below.v1", "width": "${components.test_source.width}", "rate": 1e-7},
            sections={
                "training": {
                    "accumulate_gradient": 3,
                    "score_weights": {"extra": 0.3},
                    # The same function by another of its names, which keeps the defaults.
                    "batcher": {"@batchers": "spacy.batch_by_words.v1", "tolerance": 0.25},
                }
            },
            needs={"paths.vectors": f"a table {HOSTILE}".replace("\x1b", "")},
            comments={
                "components.test_source.width": "Seven is enough.",
                "training.batcher.tolerance": "Über $all${x}.",
            },
        )

    @Language.factory("test_source", default_score_weights={"source_score": 0.0}, recommend=recommend_source)
    def source(nlp, name: str, width: int = 1, height: int = 2):
        return Component(name)

    @registry.layers("test.below.v1")
    def below(width: int, rate: float, tiny: float = 1e-5, huge: float = 1e16, more: float = 1e22):
        return None

    @registry.misc("test.by_position.v1")
    def by_position(first: int = 1, second: int = 2, third: float = 0.1):
        return first

    def recommend_listening(lang, optimize, gpu):
        return Recommendation(
            {"net": {"below": SHARED, "lang": lang}},
            sources=("test_absent" if gpu else "test_source",),
            sections={"training": {"optimizer": {"@optimizers": "RAdam.v1", "learn_rate": 2e-5}}},
        )

    @Language.factory("test_listening", default_score_weights={"test_f": 1.0}, recommend=recommend_listening)
    def listening(nlp, name: str, net: dict):
        return Component(name)

    @Language.factory(
        "test_deaf", recommend=lambda *choice: Recommendation({"net": SHARED}, ("test_silent",))
    )
    def deaf(nlp, name: str, net: object):
        return Component(name)

    @Language.factory("test_lost", recommend=lambda *choice: Recommendation({"net": SHARED}))
    def lost(nlp, name: str, net: object):
        return Component(name)

    values = {
        "choice": [0.1, 1e-9, -0.0, 123456789012345678, "ä\u2028\x7f"],
        "empty": {},
        "10": 1,
        "2": 2,
        "__proto__": {"constructor": "x"},
        "dotted": {"a.b": {"@misc": "test.by_position.v1"}, "c": "${paths.train}"},
        "positions": {"@misc": "test.by_position.v1", "*": {"2": 5, "1": 6}},
        "list": [{"@misc": "test.by_position.v1", "third": 0.2}],
        "text": 'a "quoted" $ text\nof lines \\',
        "cost": "$5",
    }
    weights = {
        f"score_{number}": weight for number, weight in enumerate([0.1] * 10 + [1, 0, None, 1e-3, 1e-8])
    }

    @Language.factory(
        "test_values",
        default_config={"more": {"x": 1.0, "y": None}},
        default_score_weights=weights,
        recommend=lambda lang, optimize, gpu: {**values, "lang": lang, "more": {"y": 2}},
    )
    def odd(nlp, name: str, choice: list, more: dict, **others: object):
        """Takes anything. It has a second sentence."""
        return Component(name)

    behind = Recommendation(
        {"size": 9},
        sections={"training": {"annotating_components": ["test_silent"]}},
        needs={"paths.more": "more"},
        comments={"components.test_behind": "Behind."},
    )

    @Language.factory(
        "test_behind",
        recommend=lambda *choice: Recommendation({"size": 5, "more": True}, behind={"test_silent": behind}),
    )
    def make_behind(nlp, name: str, size: int, more: bool):
        return Component(name)

    @Language.factory("test_own", recommend=lambda *choice: {"model": {"tok2vec": {"width": 4}}})
    def own(nlp, name: str, model: dict):
        return Component(name)

    @Language.factory(
        "test_section", recommend=lambda *choice: Recommendation(sections={"test_extra": {"a": 1}})
    )
    def with_section(nlp, name: str):
        return Component(name)

    @Language.factory("test_refused", recommend=lambda *choice: {"size": "large"})
    def make_refused(nlp, name: str, size: int):
        return Component(name)

    def failing(lang, optimize, gpu):
        raise ValueError("no idea")

    @Language.factory("test_failing", recommend=failing)
    def make_failing(nlp, name: str):
        return Component(name)

    @Language.factory("a;b$(c)'d")
    def quoted(nlp, name: str):
        return Component(name)

    Language.factory("test_silent", func=silent)

    from kernel_languages.de import German

    @German.factory("test_german", default_score_weights={"de": 0.5})
    def german(nlp, name: str, size: int = 4):
        return Component(name)

    class Extra(Section):
        """A section that is there with a component."""

        defaults = '# Of the section.\n[test_extra]\n\n# Slow.\n[test_extra.rate]\n@schedules = "constant.v1"\nrate = 2\n'

        a: int = 0
        b: float = 0.17
        rate: object = None

    registry.sections("test_extra", func=Extra)
