import importlib.metadata
import sys
import zipfile

import importlib_metadata
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


def test_distributions_in_archives_are_found(tmp_path, monkeypatch):
    write_distribution(tmp_path, "acme", "2.1", entry_points={"kernel_readers": {"acme.R.v1": "a:b"}})
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        for file in (tmp_path / "acme-2.1.dist-info").iterdir():
            archive.write(file, f"acme-2.1.dist-info/{file.name}")
    with installed(tmp_path / "archive.zip"):
        (point,) = [one for one in scan.entry_points("kernel_readers") if one.name == "acme.R.v1"]
        assert (point.distribution, point.version) == ("acme", "2.1")
        assert scan.installed_version("acme") == "2.1"


class Odd:
    """A finder that knows a distribution, and the remains of one, without metadata, beside it."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return None

    @staticmethod
    def find_distributions(context):
        for texts in ({"METADATA": "Name: Odd\nVersion: 3.0\n", "entry_points.txt": POINTS}, {}):
            one = importlib_metadata.Distribution.__new__(
                type("One", (importlib_metadata.Distribution,), FILES)
            )
            one.texts = texts
            if context.name in (None, "odd"):
                yield one


POINTS = "[kernel_readers]\nodd.R.v1 = a:b\n"
FILES = {"read_text": lambda self, name: self.texts.get(name), "locate_file": lambda self, path: path}


def test_finders_of_others_are_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Odd])
    with installed(tmp_path):
        (point,) = [one for one in scan.entry_points("kernel_readers") if one.name == "odd.R.v1"]
        assert (point.distribution, point.version) == ("Odd", "3.0")
        assert scan.installed_version("odd") == "3.0"


def test_the_finder_of_importlib_metadata_is_not_asked(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the scan has read every distribution twice")

    assert any(type(finder).__module__ == "importlib_metadata" for finder in sys.meta_path)
    monkeypatch.setattr(importlib_metadata, "distributions", refuse)
    # Archives on the path are a reason to ask, too.
    monkeypatch.setattr(sys, "path", [place for place in sys.path if not place.endswith(".zip")])
    write_distribution(tmp_path, "acme", entry_points={"kernel_readers": {"acme.R.v1": "a:b"}})
    with installed(tmp_path):
        assert scan.installed_version("acme") == "1.0"


def test_missing_distribution_has_no_version():
    assert scan.installed_version("no-such-distribution") is None


@pytest.mark.parametrize("text", ["", "# comment\n; another\n\n", "[group]\nno value\n"])
def test_entry_points_files_with_nothing_in_them(text):
    assert list(scan.parse_entry_points(text)) == []
