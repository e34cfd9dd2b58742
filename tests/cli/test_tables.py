"""Tables and counted things."""

import pytest

from kernel.cli.tables import count, table


def test_columns_are_aligned_and_the_last_one_is_not_padded():
    assert table([["name", "kind"], ["a", "reader"], ["longer one", "x"]]) == [
        "name        kind",
        "a           reader",
        "longer one  x",
    ]
    assert table([["", "x"], ["a", ""]]) == ["   x", "a"]
    assert table([]) == []


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (2, "architectures", "2 architectures"),
        (1, "architectures", "1 architecture"),
        (1, "factories", "1 factory"),
        (1, "losses", "1 loss"),
        (1, "misc", "1 misc"),
        (1, "ops", "1 ops"),
        (1, "cli", "1 command"),
        (3, "cli", "3 commands"),
        (0, "readers", "0 readers"),
    ],
)
def test_one_and_many(number, kind, text):
    assert count(number, kind) == text
