"""A corpus whose parts lie on several machines: the members of a team each read their own, and get the examples of one process."""

import json
from contextlib import closing
from itertools import islice
from threading import Thread

import pytest

from kernel.errors import DataError
from kernel.language import Language
from kernel.numeric.random import seed_all
from kernel.registries.family import registry

from .test_threads_as_workers import team

pytestmark = pytest.mark.needs("kernel-nlp-readers")

SIZES = {"a": 70, "b": 3, "c": 40}


def written(folder, names):
    """A machine with the files of some parts."""
    folder.mkdir()
    for name in names:
        lines = [
            json.dumps({"text": f"{name} {number} word", "spans": [{"start": 0, "end": 1, "label": "X"}]})
            for number in range(SIZES[name])
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf8")
    return folder


def corpus(machine, reader="kernel.Corpus.v1", **settings):
    make = registry.get("readers", reader)
    parts = {name: make(machine / f"{name}.jsonl", **settings) for name in SIZES}
    return registry.get("readers", "kernel.Parts.v1")(parts)


def together(*work):
    """What each member comes to, or the error of the first."""
    found = [None] * len(work)

    def do(number):
        try:
            found[number] = work[number]()
        except Exception as error:  # noqa: BLE001 (looked at by the test)
            found[number] = error

    threads = [Thread(target=do, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def plain(examples):
    return [(example.reference.to_json(), example.origin.rpartition("/")[2]) for example in examples]


def passes(read, number):
    nlp = Language()
    found = []
    for epoch in range(number):
        seed_all(0, "epoch", epoch)
        found.append(plain(read(nlp)))
    return found


READERS = [
    ("kernel.Corpus.v1", {}),
    # Threads draw from one generator, so that an order of each pass would not be that of processes.
    ("kernel.StreamedCorpus.v1", {"shuffle": False}),
]


@pytest.mark.parametrize(("reader", "settings"), READERS)
def test_members_that_each_have_a_part_get_what_one_process_reads(tmp_path, reader, settings):
    whole = corpus(written(tmp_path / "whole", "abc"), reader, **settings)
    machines = [written(tmp_path / "first", "ac"), written(tmp_path / "second", "b")]
    expected = passes(whole, 2)
    own = [corpus(machine, reader, **settings) for machine in machines]

    def work(member, read):
        def do():
            read.share(member)
            return passes(read, 2), read.digest(), read.findings

        return do

    found = together(*map(work, team(), own))
    for each in found:
        assert not isinstance(each, Exception), each
        assert each[0] == expected
        assert each[1] == whole.digest()
        assert len(each[2]) == len(whole.findings)


def test_the_parts_are_read_in_turn(tmp_path):
    read = corpus(written(tmp_path / "whole", "abc"))
    texts = [example.reference.text for example in read(Language())]
    assert texts[:7] == [f"{name} {n} word" for n in range(3) for name in "abc"][:7]
    assert texts[9:11] == ["a 3 word", "c 3 word"] and len(texts) == sum(SIZES.values())


@pytest.mark.parametrize("cut", [1, 50, 96, 113])
def test_a_place_of_two_machines_leads_on_with_one_and_the_other_way_round(tmp_path, cut):
    whole = written(tmp_path / "whole", "abc")
    machines = [written(tmp_path / "first", "a"), written(tmp_path / "second", "bc")]
    nlp = Language()
    expected = plain(corpus(whole)(nlp))

    def begin(member, read):
        def do():
            read.share(member)
            with closing(read(nlp)) as source:
                return plain(islice(source, cut)), read.state()

        return do

    def go_on(member, read, state):
        def do():
            read.share(member)
            read.restore(state)
            return plain(read(nlp))

        return do

    first, second = together(*map(begin, team(), map(corpus, machines)))
    # The key is drawn from the one generator of all threads.
    assert first[0] == second[0] and first[1] == {**second[1], "key": first[1]["key"]}
    alone = corpus(whole)
    alone.restore(first[1])
    assert first[0] + plain(alone(nlp)) == expected
    straight = corpus(whole)
    with closing(straight(nlp)) as source:
        begun = plain(islice(source, cut))
    rest = together(*map(go_on, team(), map(corpus, machines), [straight.state()] * 2))
    assert [begun + each for each in rest] == [expected, expected]


def test_a_part_that_is_on_no_machine_is_named(tmp_path):
    machines = [written(tmp_path / "first", "a"), written(tmp_path / "second", "b")]

    def work(member, read):
        def do():
            try:
                read.share(member)
                return list(read(Language()))
            finally:
                member.close()

        return do

    first, _ = together(*map(work, team(), map(corpus, machines)))
    assert isinstance(first, DataError) and "c.jsonl" in str(first)


def test_what_is_wrong_with_a_part_is_said_by_the_first(tmp_path):
    machines = [written(tmp_path / "first", "ac"), written(tmp_path / "second", "b")]
    line = json.dumps({"text": "one two", "spans": [{"start": 1, "end": 5, "label": "X"}]})
    (machines[1] / "b.jsonl").write_text(line + "\n", encoding="utf8")

    def work(member, read):
        def do():
            read.share(member)
            return passes(read, 1)

        return do

    with pytest.warns(UserWarning, match="b.jsonl"):
        found = together(*map(work, team(), map(corpus, machines)))
    assert not any(isinstance(each, Exception) for each in found), found


def test_a_pass_goes_on_with_as_many_parts(tmp_path):
    read = corpus(written(tmp_path / "whole", "abc"))
    next(iter(read(Language())))
    other = registry.get("readers", "kernel.Parts.v1")(
        {"a": registry.get("readers", "kernel.Corpus.v1")("x")}
    )
    with pytest.raises(DataError, match="1 part.* 3"):
        other.restore(read.state())
    with pytest.raises(DataError, match="no parts"):
        registry.get("readers", "kernel.Parts.v1")({})
