"""A short, repeatable run of the fuzzer; fuzz_config.py has the long one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .fuzz_config import check_text, guarded, make, run_random, seeds

SEEDS = seeds()
QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@QUICK
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text(text: str) -> None:
    with guarded():
        check_text(text)


@QUICK
@given(st.data())
def test_texts_that_look_like_configs(data: st.DataObject) -> None:
    with guarded():
        check_text(make(lambda n: data.draw(st.integers(0, n - 1)), SEEDS))


CHAIN = "\n".join(f"v{n} = [${{v{n + 1}}}]" for n in range(400))
LAUGHS = "\n".join(f"v{n} = [${{v{n + 1}}}, ${{v{n + 1}}}]" for n in range(60)) + "\nv60 = 1"
MANY = "\n".join(f"[s{n}]\nx = ${{s{n + 1}}}\ny = ${{s{n + 1}}}" for n in range(60)) + "\n[s60]\nz = 1"
FOUND = [
    "[a]\nx = " + "[" * 3000,
    "[a]\nx = " + "[" * 400 + "]" * 400,
    "[a]\nx = " + '{"a":' * 400 + "1" + "}" * 400,
    "[" + ".".join("a" * 500) + "]\nx = 1",
    "[a]\n" + CHAIN,
    "[a]\n" + LAUGHS,
    MANY,
    "[a]\nx = " + "${a.y}" * 3 + "\ny = " + "z" * 500_000,
    "[a]\nx = " + "9" * 5000,
    '[a]\n"a.b" = {}',
    "[a.:b]\nx = 1",
    "[a.b .c]\nx = 1",
    '[a]\nx = {"b ": {"c": 1}}',
    '[a]\n@misc = "fuzz.plain"\n* = 1',
    '[nlp]\nlang = "en"\npipeline = [["ner"]]',
    '[nlp]\nlang = ["en"]\n[components.x]\nfactory = 1.5',
    '[a]\n@misc = ["fuzz.plain"]',
]


@pytest.mark.parametrize("text", FOUND, ids=range(len(FOUND)))
def test_what_was_found_once(text: str) -> None:
    with guarded():
        check_text(text)


def test_random_texts() -> None:
    assert run_random(1, seed=1) > 0


@pytest.mark.slow
def test_random_texts_for_longer() -> None:
    run_random(60, seed=2)
