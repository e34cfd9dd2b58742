"""What is installed, as the listing sees it."""

import pytest

from kernel.discovery.listing import CONFLICT, DENIED, INCOMPATIBLE, OK, Package, kind_of, packages
from kernel.discovery.rules import command_line
from kernel.discovery.scan import EntryPoint, entry_points


def listed(name: str) -> Package:
    return next(package for package in packages() if package.distribution == name)


def test_packages_are_sorted_and_say_what_they_provide(fake_distribution):
    fake_distribution(
        "Acme.NLP",
        "1.2",
        requires=["kernel-nlp>=0.1"],
        entry_points={
            "kernel_readers": {"acme.b.v1": "acme_x:b", "acme.a.v1": "acme_x:a"},
            "kernel_cli": {"acme": "acme_x:command"},
            "thinc_layers": {"acme.Layer.v1": "acme_x:layer"},
            "kernel_owner": {"acme": "acme_x"},
        },
    )
    names = [package.distribution for package in packages()]
    assert names == sorted(names)
    package = listed("acme-nlp" if "acme-nlp" in names else "Acme.NLP")
    assert (package.version, package.wants, package.state, package.reason) == ("1.2", ">=0.1", OK, "")
    assert package.provides == {
        "cli": ["acme"],
        "layers": ["acme.Layer.v1"],
        "readers": ["acme.a.v1", "acme.b.v1"],
    }
    assert package.owners == {"acme-nlp", "acme"}


def test_two_claims_are_a_conflict_of_both_unless_one_is_denied(fake_distribution):
    for name in ("acme", "other"):
        fake_distribution(name, entry_points={"kernel_readers": {"a.R.v1": f"{name}_x:make"}})
    assert (listed("acme").state, listed("acme").reason) == (
        CONFLICT,
        "a.R.v1 also in other 1.0 (other_x:make)",
    )
    assert listed("other").reason == "a.R.v1 also in acme 1.0 (acme_x:make)"
    with command_line(deny=["other"]):
        assert listed("acme").state == OK
        assert (listed("other").state, listed("other").reason) == (DENIED, "by --deny other")


def test_one_target_is_no_conflict_and_thincs_names_are_taken(fake_distribution):
    for name in ("acme", "other"):
        fake_distribution(name, entry_points={"kernel_readers": {"a.R.v1": "shared_x:make"}})
    assert listed("acme").state == listed("other").state == OK
    fake_distribution("third", entry_points={"kernel_optimizers": {"Adam.v1": "third_x:make"}})
    assert listed("third").reason.startswith("Adam.v1 also in thinc ")


def test_a_package_for_another_kernel(fake_distribution):
    points = {"kernel_readers": {"a.R.v1": "acme_x:make"}}
    fake_distribution("acme", requires=["kernel-nlp<0.0.1"], entry_points=points)
    assert (listed("acme").state, listed("acme").reason) == (INCOMPATIBLE, "needs kernel-nlp<0.0.1")


@pytest.mark.parametrize(
    ("group", "kind"), [("kernel_readers", "readers"), ("thinc_layers", "layers"), ("kernel_cli", "cli")]
)
def test_groups_and_kinds(group, kind, fake_distribution):
    fake_distribution("acme", entry_points={group: {"acme.test.v1": "acme_x:make"}})
    point: EntryPoint = next(point for point in entry_points(group) if point.distribution == "acme")
    assert kind_of(point) == kind
