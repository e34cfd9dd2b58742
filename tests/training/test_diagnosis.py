"""A report on a config that names no pipeline class that there is: the other sections are checked all the same."""

import pytest

from kernel import Config
from kernel.training.diagnosis import diagnose


@pytest.mark.parametrize("lang", ["", 'lang = "nowhere"\n'])
def test_sections_are_checked_without_a_pipeline_class(lang):
    text = f"[nlp]\n{lang}\n[training]\nmax_steps = many\n\n[training.optimizer]\n@optimizers = Nothing.v1\n"
    filled, problems = diagnose(Config.from_str(text, name="my.cfg"), [])
    paths = {problem.path for problem in problems}
    assert {"nlp.lang", "training.max_steps", "training.optimizer.@optimizers"} <= paths
    assert filled["training"]["eval_frequency"]
