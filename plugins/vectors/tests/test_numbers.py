"""Numbers in a text are those that Python reads, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_vectors.numbers import parse

FLOATS = st.floats(allow_nan=False, width=32)
DECIMALS = st.from_regex(r"-?[0-9]{0,18}\.?[0-9]{1,26}", fullmatch=True)
FORMATS = ("{}", "{:.6f}", "{:.5g}", "{:.3e}", "{:+.2f}", "{:.0f}")


@settings(deadline=None)
@given(st.lists(st.tuples(FLOATS, st.sampled_from(FORMATS)), min_size=1, max_size=50))
def test_numbers_in_all_ways_to_write_them(numbers: list[tuple[float, str]]) -> None:
    tokens = [form.format(number) for number, form in numbers]
    found = parse(" ".join(tokens).encode())
    with np.errstate(over="ignore"):
        assert found is not None and np.array_equal(found, np.array(list(map(float, tokens))).astype("f"))


@settings(deadline=None)
@given(st.lists(DECIMALS, min_size=1, max_size=50))
def test_any_number_of_digits(tokens: list[str]) -> None:
    found = parse(" ".join(tokens).encode())
    with np.errstate(over="ignore"):
        assert found is not None and np.array_equal(found, np.array(list(map(float, tokens))).astype("f"))


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_the_shortest_text_of_a_float32_gives_it_back(numbers: list[float]) -> None:
    values = np.array(numbers, dtype=np.float32)
    assert np.array_equal(parse(" ".join(map(str, values.tolist())).encode()), values)
    assert np.array_equal(parse(" ".join(str(value) for value in values).encode()), values)


def test_what_float_reads_besides() -> None:
    found = parse(b".5 5. -.25 +3 1e2 nan -inf 00012")
    assert found is not None
    assert str(found.tolist()) == "[0.5, 5.0, -0.25, 3.0, 100.0, nan, -inf, 12.0]"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1  2",
        " 1",
        "1 ",
        "1 a",
        "1.2.3",
        "-",
        ".",
        "-.",
        "1_0",
        "--1",
        "1-2",
        "1 \xa0 2",
        "1,5",
        "0x1",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert parse(text.encode()) is None


@settings(deadline=None)
@given(st.binary(max_size=20))
def test_any_bytes_are_numbers_or_none(data: bytes) -> None:
    try:
        expected = [float(token) if b"_" not in token else float("x") for token in data.split(b" ")]
    except ValueError:
        assert parse(data) is None
    else:
        with np.errstate(over="ignore"):
            assert np.array_equal(parse(data), np.array(expected).astype("f"), equal_nan=True)
