"""The name that was meant, for reports of any length."""

from kernel.config import suggestions
from kernel.config.suggestions import Suggestions


def test_the_nearest_name():
    near = Suggestions().near
    assert near("dropuot", ["dropout", "patience"]) == "dropout"
    assert near("dropuot", ["dropout", "drop_out"], besides=["dropout"]) == "drop_out"
    assert near("zzz", ["dropout"]) is None
    assert near("dropout", []) is None


def test_a_report_compares_no_more_names_than_it_may(monkeypatch):
    monkeypatch.setattr(suggestions, "MOST", 5)
    compared = []

    class Names(list):
        def __iter__(self):
            compared.append(len(self))
            return super().__iter__()

    report = Suggestions()
    found = [report.near("dropuot", Names(["dropout", "patience"])) for _ in range(5)]
    assert found == ["dropout"] * 3 + [None] * 2
    assert compared == [2, 2, 2]
