"""Which dotted paths lie around or inside of others: against a look at every pair."""

from hypothesis import given
from hypothesis import strategies as st

from kernel.config.paths import Paths, Referrers, all_paths, upwards

PATHS = st.lists(st.sampled_from(["a", "b", "aa", "c"]), min_size=1, max_size=4).map(".".join)


def lies_in(path, around):
    return f"{path}.".startswith(f"{around}.")


@given(st.sets(PATHS, max_size=6), PATHS)
def test_a_set_of_paths(paths, path):
    found = Paths(paths)
    assert set(found) == paths
    assert found.covers(path) == any(lies_in(path, one) for one in paths)
    assert found.overlaps(path) == any(lies_in(path, one) or lies_in(one, path) for one in paths)


@given(PATHS)
def test_upwards(path):
    assert list(upwards(path)) == sorted(
        {one for one in upwards(path) if lies_in(path, one)}, key=len, reverse=True
    )
    assert len(list(upwards(path))) == path.count(".") + 1


@given(st.dictionaries(PATHS, st.sets(PATHS, max_size=3), max_size=6), st.lists(PATHS, max_size=5))
def test_referrers_are_told_of_once(references, asked):
    referrers = Referrers(references.items())
    told = [referrers.take(path) for path in asked]
    expected = [
        {
            path
            for path, names in references.items()
            if path != one and any(lies_in(name, one) or lies_in(one, name) for name in names)
        }
        for one in asked
    ]
    assert set().union(*told) == set().union(*expected)
    assert all(found <= right for found, right in zip(told, expected, strict=True))


def test_all_paths_of_nested_dicts():
    assert all_paths({"a": {"b": 1, "c": {}}, "d": [{"e": 1}]}) == ["a", "a.b", "a.c", "d"]
    assert all_paths({"b": 1}, "a.") == ["a.b"]
