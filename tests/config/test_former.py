"""Keys of earlier forms of the format: one message, which names the new one."""

import pytest

from kernel import Config
from kernel.config.checking import check
from kernel.config.config import default_config
from kernel.config.former import former_block, former_key
from kernel.config.schemas import TrainingSchema
from kernel.errors import ConfigError


def problems(text):
    with pytest.raises(ConfigError) as caught:
        check(
            default_config().merge(Config.from_str(text, name="my.cfg")),
            skip=["nlp", "components", "corpora"],
        )
    return [problem for problem in caught.value.problems if problem.file == "my.cfg"]


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("[training]\nbatch_size = 128\n", 2, "[training.batcher.size]"),
        ('[training.batch_size]\n@schedules = "constant.v1"\nrate = 1\n', 1, "[training.batcher.size]"),
        ('[training.train_corpus]\n@readers = "acme.None.v1"\npath = "x"\n', 1, '[corpora.train] now, and [training] says: train_corpus = "corpora.train"'),
        ("[training.dev_corpus]\npath = 1\n", 1, '[corpora.dev] now'),
        ('[optimizer]\n@optimizers = "Adam.v1"\n', 1, "It is [training.optimizer]."),
    ],
)  # fmt: skip
def test_one_message_names_the_new_form(text, line, hint):
    (problem,) = problems(text)
    assert problem.line == line and hint in problem.suggestion and problem.expected is None


def test_new_names_are_no_former_ones():
    assert not any(former_key(f"training.{key}") for key in TrainingSchema.model_fields)
    assert former_key("training.max_steps") == "" and former_block("training.batcher") == ""


def test_what_a_section_takes_is_said_once():
    found = problems("[training]\nzzzzzzzz = 1\nqqqqqqqq = 2\n")
    assert [problem.expected is None for problem in found] == [False, True]


def test_blocks_of_components_below_the_pipeline_are_explained():
    base = default_config()
    for text in (
        "[nlp.pipeline.ner]\nfactory = 'x'\n",
        "[nlp.pipeline.ner.model]\n@layers = 'Linear.v1'\n",
    ):
        with pytest.raises(ConfigError) as caught:
            check(base.merge(Config.from_str(text.replace("'", '"'), name="my.cfg")), skip=["corpora"])
        (problem,) = [each for each in caught.value.problems if each.file == "my.cfg"]
        assert problem.line == 1 and problem.message == "[nlp] takes no block here"
        assert "the settings of each component are in [components.NAME]" in problem.suggestion


def test_a_section_named_like_a_component_is_explained():
    text = '[components.tagger]\nsource = "x"\n[tagger.model]\nwidth = 1\n'
    with pytest.raises(ConfigError) as caught:
        check(default_config().merge(Config.from_str(text, name="my.cfg")), skip=["corpora"])
    (problem,) = [each for each in caught.value.problems if each.file == "my.cfg"]
    assert problem.line == 3
    assert problem.suggestion == "The settings of the component are in [components.tagger]."
