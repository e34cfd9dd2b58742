import importlib.metadata

import pytest

from kernel.discovery import scan
from kernel.testing.distributions import installed, write_distribution


def test_finds_the_same_entry_points_as_importlib_metadata():
    for group in scan.groups():
        expected = {(point.name, point.value) for point in importlib.metadata.entry_points(group=group)}
        assert {(point.name, point.value) for point in scan.entry_points(group)} == expected


def test_entry_point_knows_its_distribution(tmp_path):
    write_distribution(
        tmp_path, "Acme.NLP", "2.1", entry_points={"kernel_readers": {"acme.R.v1": "acme.r : make [x]"}}
    )
    with installed(tmp_path):
        (point,) = [one for one in scan.entry_points("kernel_readers") if one.name == "acme.R.v1"]
        assert (point.distribution, point.version) == ("Acme.NLP", "2.1")
        assert (point.target, point.module, point.attribute) == ("acme.r:make", "acme.r", "make")
        assert scan.installed_version("acme-nlp") == "2.1"


def test_first_distribution_on_the_path_hides_the_later_one(tmp_path):
    for place, version in (("one", "1.0"), ("two", "2.0")):
        write_distribution(
            tmp_path / place, "acme", version, entry_points={"kernel_readers": {f"acme.{place}.v1": "a:b"}}
        )
    with installed(tmp_path / "two"), installed(tmp_path / "one"):
        names = [point.name for point in scan.entry_points("kernel_readers")]
        assert "acme.one.v1" in names
        assert "acme.two.v1" not in names
        assert scan.installed_version("acme") == "1.0"


def test_groups_of_others_are_left_out(tmp_path):
    write_distribution(tmp_path, "acme", entry_points={"pytest11": {"acme": "a:b"}})
    with installed(tmp_path):
        assert "pytest11" not in scan.groups()


def test_places_that_are_no_directories_do_not_stop_the_scan(tmp_path, monkeypatch):
    (tmp_path / "archive.zip").write_bytes(b"")
    write_distribution(tmp_path / "site", "acme", entry_points={"kernel_readers": {"acme.R.v1": "a:b"}})
    monkeypatch.syspath_prepend(tmp_path / "nowhere")
    monkeypatch.syspath_prepend(tmp_path / "archive.zip")
    with installed(tmp_path / "site"):
        assert "acme.R.v1" in [point.name for point in scan.entry_points("kernel_readers")]


def test_missing_distribution_has_no_version():
    assert scan.installed_version("no-such-distribution") is None


@pytest.mark.parametrize("text", ["", "# comment\n; another\n\n", "[group]\nno value\n"])
def test_entry_points_files_with_nothing_in_them(text):
    assert list(scan.parse_entry_points(text)) == []
