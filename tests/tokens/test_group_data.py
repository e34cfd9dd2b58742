"""What a Doc stores of a group."""

import gc
import weakref

from kernel.tokens import Doc
from kernel.tokens.group_data import GroupData


def test_groups_share_nothing():
    one, two = GroupData(), GroupData()
    one.attrs["key"] = 1
    one.records.append((0, 1, 0, 0, 0))
    assert two == GroupData("", {}, []) and one != two


def test_a_group_does_not_keep_its_document(vocab):
    doc = Doc(vocab, ["a"])
    doc.spans["x"] = [doc[0:1]]
    data, gone = doc.groups["x"], weakref.ref(doc)
    del doc
    gc.collect()
    assert gone() is None and data.records == [(0, 1, 0, 0, 0)]
