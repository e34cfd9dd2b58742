import pytest

from kernel.config import Config, check, default_config
from kernel.config.schemas import InitializeSchema, NlpSchema, Section, SystemSchema, TrainingSchema
from kernel.errors import ConfigError
from kernel.registries.family import registry

pytestmark = pytest.mark.usefixtures("functions")

BASE = """
[nlp]
lang = "zz"
pipeline = ["part"]
[nlp.tokenizer]
@misc = "number.v1"
[nlp.vectors]
@misc = "number.v1"
[components.part]
factory = "part"
width = 3
[corpora]
[corpora.train]
@misc = "number.v1"
[corpora.dev]
@misc = "number.v1"
[training]
[training.logger]
@misc = "number.v1"
[training.batcher]
@misc = "batcher.v1"
size = 1
"""


@pytest.fixture(autouse=True)
def _factory(functions):
    def part(nlp, name, width: int, layer: str = "a"):
        """A component."""

    functions.factories("part", func=part)


def problems(text, **overrides):
    config = Config.from_str(
        BASE + text, name="a.cfg", overrides={k.replace("__", "."): v for k, v in overrides.items()}
    )
    with pytest.raises(ConfigError) as info:
        check(default_config().merge(config))
    return info.value.problems


def test_a_right_config_passes():
    check(default_config().merge(Config.from_str(BASE)))


def test_sections_that_somebody_else_understands_are_skipped():
    config = default_config().merge(Config.from_str(BASE, overrides={"components.part.z": 1, "nlp.z": 1}))
    with pytest.raises(ConfigError):
        check(config)
    check(config, skip=("nlp", "components"))


def test_sections_that_nobody_knows():
    (problem,) = problems("[trainin]\nx = 1\n")
    assert (problem.message, problem.suggestion) == (
        "there is no section [trainin]",
        "Did you mean [training]?",
    )
    assert problem.line == BASE.count("\n") + 1


def test_sections_that_a_variable_refers_to_are_fine():
    config = Config.from_str(BASE + "[training.score_weights]\na = ${mine.x}\nb = ${your}\n[mine]\nx = 1\n")
    with pytest.raises(ConfigError, match="your"):
        check(default_config().merge(config))
    config = Config.from_str(BASE + "[training.score_weights]\na = ${mine.x}\n[mine]\nx = 1\n")
    check(default_config().merge(config))


def test_everything_wrong_in_the_file_is_in_one_report():
    found = problems(
        "[training.optimizer]\nlearn_rat = 1\n[initialize]\nvectorz = x\n[components.other]\nfactori = 1\n"
        '[components.more]\nfactory = "prat"\n[corpora.extra]\npath = x\n[system]\nsead = 1\n'
    )
    assert {problem.path for problem in found} == {
        "training.optimizer.learn_rat",
        "initialize.vectorz",
        "components.other",
        "components.more.factory",
        "corpora.extra",
        "system.sead",
    }
    lines = [problem.line for problem in found]
    assert lines == sorted(lines)


def test_components_are_checked_against_their_factory():
    found = problems('[components.two]\nfactory = "part"\nwidht = "x"\n')
    assert {problem.message for problem in found} == {
        f"part ({registry.origin('factories', 'part')}) takes no 'widht'",
        "'width' is missing",
    }


def test_component_without_a_block():
    (problem,) = problems("", nlp__pipeline=["prat"])
    assert problem.message == "there is no component 'prat'"
    assert problem.suggestion == "Did you mean 'part'?"
    assert problem.origin == 'override --nlp.pipeline ["prat"]'


def test_corpora_that_training_names():
    (problem,) = problems("", training__train_corpus="corpora.trian")
    assert problem.path == "training.train_corpus"
    assert problem.suggestion == "Did you mean 'corpora.train'?"


def test_sourced_components_are_not_looked_into():
    check(
        default_config().merge(
            Config.from_str(BASE + '[components.two]\nsource = "somewhere"\nanything = 1\n')
        )
    )


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("paths.trian", "paths.train"),
        ("training.patienc", "patience"),
        ("components.part.widht", "width"),
        ("training.optimizer.bta1", "beta1"),
        ("trainin.x", "training"),
        ("variables.x", None),
    ],
)
def test_overrides_that_nothing_accepts(path, near):
    found = problems("", **{path: 1})
    assert all(problem.origin == f"override --{path} 1" for problem in found)
    assert near is None or any(near in (problem.suggestion or "") for problem in found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.patience", 5),
        ("paths.train", "x"),
        ("training.callbacks.c", {"@misc": "number.v1"}),
        ("training.optimizer.beta1", 0.8),
        ("components.part.layer", "b"),
        ("initialize.components.part.labels", ["a"]),
    ],
)
def test_overrides_that_work_on_a_partial_config(path, value):
    check(default_config().merge(Config.from_str(BASE, overrides={path: value})))


def test_schemas_and_the_default_config_agree():
    defaults = default_config().interpolate()
    schemas = {
        "nlp": NlpSchema,
        "training": TrainingSchema,
        "initialize": InitializeSchema,
        "system": SystemSchema,
    }
    for name, schema in schemas.items():
        for key, field in schema.model_fields.items():
            if key in ("tokenizer", "vectors", "logger", "batcher", "optimizer", "lang"):
                continue
            default = field.get_default(call_default_factory=True)
            if isinstance(default, Section):
                default = default.model_dump()
            assert defaults[name][key] == default, (name, key)
        assert set(defaults[name]) <= set(schema.model_fields)


def test_blocks_where_a_list_belongs_are_refused():
    text = '[training.frozen_components.part]\n@misc = "number.v1"\n'
    (problem,) = problems(text)
    assert problem.line == BASE.count("\n") + 1 and problem.message == "not list[str]"
    assert problem.path == "training.frozen_components"
