"""What files lose, added up."""

from kernel.errors import LossWarning


def test_losses_add_up() -> None:
    one = LossWarning("X", {"spans": (3, 2)}, 5)
    other = LossWarning("X", {"lemmas": (1, 1), "spans": (1000, 4)}, 4)
    assert str(one) == "X can't hold, and the output lacks: 3 spans (in 2 of 5 documents)"
    assert str(one.plus(other)) == (
        "X can't hold, and the output lacks: 1,003 spans (in 6 documents), 1 lemmas (in 1 documents)"
    )
    assert one.lost == {"spans": (3, 2)}
