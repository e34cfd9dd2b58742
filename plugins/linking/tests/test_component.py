"""The component: what it links, what it learns, what it says when something is wrong."""

from importlib.util import find_spec

import numpy as np
import pytest
from kernel.kb import Candidate, InMemoryLookupKB, KnowledgeBase
from kernel.pipeline import EntityLinker

import kernel
from kernel.errors import DataError, KernelError, UsageError
from kernel.tokens import Doc, Span
from kernel.training import Example

from .conftest import TEXTS, VECTORS, doc_of, examples_of, load_kb

pytestmark = pytest.mark.skipif(
    find_spec("kernel_architectures") is None or find_spec("kernel_components") is None,
    reason="needs kernel-nlp-architectures and kernel-nlp-components",
)
TOK2VEC = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "width": 16,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": None,
}
MODEL = {"@architectures": "kernel.EntityLinker.v2", "tok2vec": TOK2VEC}


def linker_of(nlp, *, kb=load_kb, steps=0, **settings):
    linker = nlp.add_pipe("entity_linker", config={"model": MODEL, **settings})
    linker.set_kb(kb)
    nlp.initialize(lambda: examples_of(nlp))
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    for _ in range(steps):
        nlp.update(examples_of(nlp), sgd=optimizer)
    return linker


def ids(doc):
    return [ent.kb_id_ for ent in doc.ents]


@pytest.fixture
def trained(nlp):
    return linker_of(nlp, steps=40)


def test_the_class_and_its_settings(nlp):
    linker = nlp.add_pipe("entity_linker")
    assert type(linker) is EntityLinker and linker.NIL == "NIL" and linker.is_trainable
    config = nlp.get_pipe_config("entity_linker")
    assert (config["entity_vector_length"], config["n_sents"], config["candidates_batch_size"]) == (64, 0, 1)
    assert config["model"]["tok2vec"]["depth"] == 2 and config["threshold"] is None
    meta = nlp.get_pipe_meta("entity_linker")
    assert list(meta.requires) == ["doc.ents", "doc.sents", "token.ent_iob", "token.ent_type"]
    assert list(meta.assigns) == ["token.ent_kb_id"]
    assert dict(meta.default_score_weights) == {"nel_micro_f": 1.0, "nel_micro_r": None, "nel_micro_p": None}
    linker.incl_prior = False
    assert linker.cfg["incl_prior"] is False and linker.kb.entity_vector_length == 64


def test_context_decides(nlp, trained):
    docs = [example.predicted for example in examples_of(nlp)]
    assert [ids(doc) for doc in nlp.pipe(docs)] == [["Q1"], ["Q2"], ["Q1", "Q3"], ["Q2", "Q2"]]
    assert docs[2][7].ent_kb_id_ == docs[2][8].ent_kb_id_ == "Q3" and docs[2][0].ent_kb_id_ == ""
    scores = nlp.evaluate(examples_of(nlp))
    assert scores["nel_micro_f"] == scores["nel_score"] == 1 and scores["nel_score_desc"] == "micro F"
    assert scores["nel_f_per_type"] == {"NAME": {"p": 1, "r": 1, "f": 1}}


def test_the_score_is_prior_and_similarity(nlp, trained):
    """Against the formula, document by document."""
    for example in examples_of(nlp):
        doc = example.predicted
        encodings = trained.model.predict([doc])
        for ent, encoding in zip(doc.ents, encodings, strict=True):
            scores = {}
            for candidate in trained.kb.get_candidates(ent):
                vector, prior = np.array(candidate.entity_vector), candidate.prior_prob
                similar = encoding @ vector / np.linalg.norm(encoding) / np.linalg.norm(vector)
                scores[candidate.entity_] = prior + similar - prior * similar
            place = doc.ents.index(ent)
            assert trained.predict([doc])[place] == max(scores, key=scores.get)


def test_the_prior_alone_and_the_context_alone(nlp, trained):
    docs = [doc_of(nlp, "Adams acts in films .", [(0, 1, "")])]
    trained.incl_context = False
    assert trained.predict(docs) == ["Q1"]
    trained.incl_context, trained.incl_prior = True, False
    assert trained.predict(docs) == ["Q2"]
    # Without context nobody needs sentences.
    trained.incl_context = False
    bare = Doc(nlp.vocab, words=["Adams", "acts"])
    bare.ents = [Span(bare, 0, 1, label="X")]
    assert trained.predict([bare]) == ["Q1"]


def test_what_gets_no_link(nlp, trained):
    docs = [
        Doc(nlp.vocab),
        doc_of(nlp, "Nobody met Adams .", [(0, 1, ""), (2, 3, "")]),
        doc_of(nlp, "nothing here"),
        doc_of(nlp, "New York", [(0, 2, "")]),
    ]
    assert trained.predict(docs) == ["NIL", trained.predict(docs[1:2])[1], "Q3"]
    trained.labels_discard = ["NAME"]
    assert trained.predict(docs) == ["NIL"] * 3
    trained.labels_discard, trained.threshold = [], 1.0
    assert trained.predict(docs[:3]) == ["NIL", "NIL"]
    trained.threshold = 0.0
    assert "NIL" not in trained.predict(docs[3:])
    assert trained.predict([]) == [] and trained.predict([Doc(nlp.vocab)]) == []
    trained.set_annotations([Doc(nlp.vocab)], [])


def test_links_that_are_there_are_kept_or_replaced(nlp, trained):
    texts = "Adams met Adams ."
    ents = [(0, 1, "Q9"), (2, 3, "")]
    doc = doc_of(nlp, texts, ents)
    trained.overwrite = False
    trained.set_annotations([doc], ["Q1", "Q2"])
    assert ids(doc) == ["Q9", "Q2"]
    trained.overwrite = True
    trained.set_annotations([doc], ["Q1", "NIL"])
    assert ids(doc) == ["Q1", "NIL"]
    with pytest.raises(DataError, match="1 ids for 2 entities"):
        trained.set_annotations([doc], ["Q1"])


def test_an_entity_over_several_sentences_has_them_all_as_context(nlp, trained):
    words = "a b . New York fell . then rain ."
    across = doc_of(nlp, words, [(2, 4, "")], (0, 3, 7))
    rows = trained.model.predict([across])
    whole = trained.model.predict([doc_of(nlp, words, [(2, 4, "")], (0, 7))])
    assert np.allclose(rows, whole)
    assert not np.allclose(rows, trained.model.predict([doc_of(nlp, words, [(3, 4, "")], (0, 3, 7))]))
    assert ids(nlp(across)) == ["NIL"]


def test_more_sentences(nlp):
    from kernel.tokens.sentences import sentences_around

    borders = [0, 2, 5, 9, 12]
    assert sentences_around(borders, [(5, 6)], 0) == [(5, 9)]
    assert sentences_around(borders, [(5, 6), (0, 1), (11, 12)], 1) == [(2, 12), (0, 5), (5, 12)]
    linker = linker_of(nlp, n_sents=1)
    docs = [
        doc_of(nlp, "a . Adams . b .", [(2, 3, "")], (0, 2, 4)),
        doc_of(nlp, "a . Adams . b .", [(2, 3, "")]),
    ]
    one, other = linker.model.predict(docs)
    assert np.allclose(one, other)


@pytest.mark.parametrize("n_sents", [0, 1])
def test_weights_of_others_see_each_context_alone(nlp, n_sents, tmp_path):
    """As spaCy predicts: the first row that the model has for a document that is the context and nothing else."""
    linker = linker_of(nlp, steps=5, n_sents=n_sents, incl_prior=False)
    words = "films by New York . a novel and Adams met Adams . he acts in films with Adams ."
    doc = doc_of(nlp, words, [(2, 4, ""), (8, 9, ""), (10, 11, ""), (17, 18, "")], (0, 5, 12))
    together = linker.predict([doc])
    linker.model.attrs.update(contexts_alone=True, n_sents=0)
    borders = [(0, 5), (5, 12), (5, 12), (12, 19)] if n_sents == 0 else [(0, 12), (0, 19), (0, 19), (5, 19)]
    wanted = []
    for ent, (start, end) in zip(doc.ents, borders, strict=True):
        row = linker.model.predict([doc[start:end].as_doc()])[0]
        best = max(
            linker.kb.get_candidates(ent),
            key=lambda candidate: (
                row @ np.array(candidate.entity_vector) / np.linalg.norm(candidate.entity_vector)
            ),
        )
        wanted.append(best.entity_)
    assert linker.predict([doc]) == wanted
    assert linker.predict([doc_of(nlp, "nothing"), doc, doc]) == wanted * 2
    # It is a property of the weights: saved with them, and gone when new ones are drawn.
    nlp.to_disk(tmp_path / "saved")
    again = kernel.load(tmp_path / "saved").get_pipe("entity_linker")
    assert again.predict([doc]) == wanted
    nlp.initialize(lambda: examples_of(nlp))
    assert "contexts_alone" not in linker.model.attrs and len(together) == 4


def test_custom_generators_are_asked(nlp):
    asked = []

    def one(kb, mention):
        asked.append(mention.text)
        return kb.get_alias_candidates("Adams")

    def many(kb, mentions):
        asked.append([mention.text for mention in mentions])
        return [kb.get_alias_candidates("New York")] * len(asked[-1])

    linker = linker_of(nlp)
    doc = doc_of(nlp, "Nobody and Somebody and Adams .", [(0, 1, ""), (2, 3, ""), (4, 5, "")])
    linker.incl_context = False
    linker.get_candidates, linker.get_candidates_batch = one, many
    assert linker.predict([doc]) == ["Q1"] * 3 and asked == ["Nobody", "Somebody", "Adams"]
    linker.candidates_batch_size = 2
    assert linker.predict([doc]) == ["Q3"] * 3 and asked[3:] == [["Nobody", "Somebody"], ["Adams"]]


def test_a_generator_that_passes_mentions_over_is_told(nlp):
    linker = linker_of(nlp, incl_context=False, candidates_batch_size=2)
    linker.get_candidates_batch = lambda kb, mentions: [kb.get_candidates(mentions[-1])]
    with pytest.raises(UsageError, match="gave the candidates of 1 mentions for 2"):
        linker.predict([doc_of(nlp, "Smith and New York", ((0, 1, ""), (2, 4, "")))])


def test_without_context_there_is_nothing_to_learn(nlp):
    linker = linker_of(nlp, incl_context=False)
    gold = Doc(nlp.vocab, words=["Adams", "wrote"])
    gold.ents = [Span(gold, 0, 1, label="NAME", kb_id="Q2")]
    before = linker.model.to_bytes()
    losses = linker.update(
        [Example(Doc(nlp.vocab, words=["Adams", "wrote"]), gold)], sgd=nlp.create_optimizer()
    )
    assert losses == {"entity_linker": 0.0} and linker.model.to_bytes() == before


def test_a_knowledge_base_of_ones_own(nlp):
    class Lower(InMemoryLookupKB):
        def get_candidates(self, mention):
            return self.get_alias_candidates(mention.text.title())

    class Remote(KnowledgeBase):
        def get_candidates(self, mention):
            numbers = self.vocab.strings.add("Q2"), self.vocab.strings.add(mention.text)
            return [Candidate(self, numbers[0], 1.0, VECTORS["Q2"], numbers[1], 0.5)]

        def get_vector(self, entity):
            return VECTORS.get(entity, [0, 0, 0])

        def to_bytes(self, **kwargs):
            return b"mine"

        def from_bytes(self, bytes_data, *, exclude=()):
            return self

    from .conftest import fill

    linker = linker_of(nlp, kb=lambda vocab: fill(Lower(vocab, 3)))
    doc = doc_of(nlp, "adams .", [(0, 1, "")])
    linker.incl_context = False
    assert linker.predict([doc]) == ["Q1"]
    linker.set_kb(lambda vocab: Remote(vocab, 3))
    assert linker.predict([doc]) == ["Q2"]
    linker.incl_context = True
    losses = nlp.update(examples_of(nlp), losses={})
    assert losses["entity_linker"] > 0
    assert linker.to_bytes()


def test_learns_from_gold_entities_whatever_was_predicted(nlp):
    linker = linker_of(nlp)
    with_ents = nlp.update(examples_of(nlp), losses={}, sgd=False)
    without = nlp.update(examples_of(nlp, with_ents=False), losses={}, sgd=False)
    assert without == pytest.approx(with_ents)
    linker.use_gold_ents = False
    assert nlp.update(examples_of(nlp), losses={}, sgd=False) == pytest.approx(with_ents)
    assert nlp.update(examples_of(nlp, with_ents=False), losses={}, sgd=False) == {"entity_linker": 0}


def test_the_documents_are_left_as_they_are(nlp):
    linker_of(nlp)
    examples = examples_of(nlp, with_ents=False)
    nlp.update(examples)
    assert not any(example.predicted.ents for example in examples)


def test_the_loss_is_the_mean_cosine_distance(nlp):
    linker = linker_of(nlp)
    examples = examples_of(nlp)
    rows = linker.model.predict([example.predicted for example in examples])
    targets = np.array([VECTORS[ent.kb_id_] for example in examples for ent in example.reference.ents])
    cosine = (rows * targets).sum(1) / np.linalg.norm(rows, axis=1)
    loss, gradient = linker.get_loss(examples, rows)
    assert loss == pytest.approx((1 - cosine).mean(), abs=1e-5) and gradient.shape == rows.shape


def test_links_outside_of_the_knowledge_base_are_not_learnt_and_said_once(nlp):
    linker = linker_of(nlp)
    doc = doc_of(nlp, "Adams met Ben .", [(0, 1, "Q1"), (2, 3, "Q99")])
    with pytest.warns(UserWarning, match="the knowledge base lacks, such as 'Q99'"):
        assert nlp.update([Example(doc.copy(), doc)], losses={})["entity_linker"] > 0
    assert nlp.update([Example(doc.copy(), doc)], losses={})["entity_linker"] > 0
    other = doc_of(nlp, "Ben left .", [(0, 1, "Q99")])
    assert nlp.update([Example(other.copy(), other)], losses={}) == {"entity_linker": 0}
    assert not linker.learnable([Example(other.copy(), other)])


def test_tokens_may_differ(nlp):
    linker_of(nlp)
    gold = doc_of(nlp, "New York fell .", [(0, 2, "Q3")])
    same = Example(Doc(nlp.vocab, words=["New", "York", "fe", "ll", "."], spaces=[1, 1, 0, 1, 0]), gold)
    lost = Example(Doc(nlp.vocab, words=["New", "Yor", "k fell", "."], spaces=[1, 0, 1, 0]), gold)
    assert nlp.update([same], losses={})["entity_linker"] > 0
    assert nlp.update([lost], losses={}) == {"entity_linker": 0}


@pytest.mark.parametrize("links", [{(0, 5): {"Q2": 1.0, "Q1": 0.0}}, {(0, 5): {"Q2": 1.0}}])
def test_links_of_a_dict(nlp, links):
    linker = linker_of(nlp)
    given = {"entities": [(0, 5, "NAME")], "links": links, "sent_starts": [1, 0, 0]}
    example = Example.from_dict(nlp.make_doc("Adams acts."), given)
    assert example.to_dict()["doc_annotation"]["links"] == {(0, 5): {"Q2": 1.0}}
    assert linker.learnable([example])


def test_what_is_wrong_is_said(nlp):
    linker = nlp.add_pipe("entity_linker", config={"model": MODEL})
    with pytest.raises(KernelError, match="empty knowledge base"):
        nlp.initialize(lambda: examples_of(nlp))
    with pytest.raises(UsageError, match="empty knowledge base"):
        linker.predict([doc_of(nlp, "Adams", [(0, 1, "")])])
    with pytest.raises(UsageError, match="needs a function of the vocab"):
        linker.set_kb("Q1")
    linker.set_kb(load_kb)
    with pytest.raises(KernelError, match="no examples"):
        nlp.initialize(list)
    nlp.initialize(lambda: examples_of(nlp))
    with pytest.raises(
        UsageError, match="encodings of 3 numbers, and the vectors of the knowledge base have 2"
    ):
        linker.set_kb(lambda vocab: InMemoryLookupKB(vocab, 2))


def without_sentences(doc):
    bare = doc.copy()
    del bare.columns[kernel.attrs.SENT_START]
    return bare


def test_a_document_without_sentences_is_one_context(nlp, trained):
    """It is what the same document says as one sentence; said once."""
    words, ents, _ = TEXTS[2]
    bare = [(start, end, "") for start, end, _ in ents]
    whole = doc_of(nlp, words, bare)
    gold = doc_of(nlp, words, ents)
    with pytest.warns(
        UserWarning, match="without sentences, such as 'a novel by Adams.*annotating_components"
    ):
        found = trained.predict([without_sentences(whole)])
    assert found == trained.predict([whole])
    # A second warning would be an error.
    bare = Example(without_sentences(whole), without_sentences(gold))
    assert trained.learn([bare], 0.0) == trained.learn([Example(whole, gold)], 0.0)


def test_files_of_two_models_do_not_mix(nlp, trained):
    narrow = InMemoryLookupKB(nlp.vocab, 2)
    narrow.add_entity("Q1", 1, [1, 2])
    with pytest.raises(DataError, match="have 2 numbers, but its weights give 3"):
        trained.kb_from_bytes(narrow.to_bytes())


def test_is_saved_with_its_knowledge_base(nlp, trained, tmp_path):
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    docs = [example.predicted for example in examples_of(loaded)]
    assert [ids(doc) for doc in loaded.pipe(docs)] == [["Q1"], ["Q2"], ["Q1", "Q3"], ["Q2", "Q2"]]
    assert loaded.get_pipe("entity_linker").kb.get_entity_strings() == ["Q1", "Q2", "Q3"]
    fresh = kernel.load(tmp_path / "model", exclude=["entity_linker"])
    assert fresh.pipe_names == []
    (tmp_path / "model" / "entity_linker" / "kb").write_bytes(b"junk")
    with pytest.raises(KernelError):
        kernel.load(tmp_path / "model")


def test_two_processes(nlp, trained):
    docs = [example.predicted for example in examples_of(nlp)] * 3
    found = [ids(doc) for doc in nlp.pipe(docs, n_process=2, batch_size=2)]
    assert found == [["Q1"], ["Q2"], ["Q1", "Q3"], ["Q2", "Q2"]] * 3


def test_shares_token_vectors(nlp):
    nlp.add_pipe("tok2vec", config={"model": TOK2VEC})
    model = {
        "@architectures": "kernel.EntityLinker.v2",
        "tok2vec": {"@architectures": "kernel.Tok2VecListener.v1", "width": 16},
    }
    linker = nlp.add_pipe("entity_linker", config={"model": model})
    linker.set_kb(load_kb)
    nlp.initialize(lambda: examples_of(nlp))
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    before = nlp.get_pipe("tok2vec").to_bytes()
    for _ in range(40):
        nlp.update(examples_of(nlp), sgd=optimizer)
    assert nlp.get_pipe("tok2vec").to_bytes() != before
    docs = [example.predicted for example in examples_of(nlp)]
    assert [ids(doc) for doc in nlp.pipe(docs)] == [["Q1"], ["Q2"], ["Q1", "Q3"], ["Q2", "Q2"]]


def test_documents_of_several_generations_and_many_at_once(nlp, trained):
    docs = []
    for _ in range(3):
        docs += [example.predicted for example in examples_of(nlp)]
        docs.append(Doc(nlp.vocab))
    together = trained.predict(docs)
    assert together == [kb_id for doc in docs for kb_id in trained.predict([doc])]


def test_an_architecture_that_takes_sentences(nlp):
    """One that knows nothing of contexts gets a document for each of them."""
    from thinc.api import Linear, chain, list2ragged, reduce_mean

    from kernel import registry

    tok2vec = registry.architectures.get("kernel.HashEmbedCNN.v2")(
        **{k: v for k, v in TOK2VEC.items() if k[0] != "@"}
    )
    model = chain(tok2vec, list2ragged(), reduce_mean(), Linear(3, 16))
    model.set_dim("nO", 3)
    linker = EntityLinker(nlp.vocab, model)
    linker.set_kb(load_kb)
    linker.initialize(lambda: examples_of(nlp))
    loss = linker.update(examples_of(nlp))["entity_linker"]
    assert loss > 0 and len(linker.predict([example.predicted for example in examples_of(nlp)])) == 6


def test_debug_data(nlp):
    linker = linker_of(nlp)
    train = examples_of(nlp)
    doc = doc_of(nlp, "Adams met Ben and York .", [(0, 1, "Q3"), (2, 3, "Q99"), (4, 5, "Q3"), (5, 6, "")])
    told = {finding.message: finding for finding in linker.debug([*train, Example(doc.copy(), doc)], train)}
    texts = "\n".join(told)
    assert "1 of 10 entities to train on have no link" in texts
    assert "1 links to train on are to 1 entities that the knowledge base lacks" in texts
    assert "1 of 8 linked entities to train on have no candidates" in texts
    assert "1 of 8 linked entities to train on have candidates, but the right one is not among them" in texts
    assert "5 of 6 linked entities to evaluate on have several candidates" in texts
    assert next(told[text] for text in told if "lacks" in text).items == ("Q99 1",)
    assert next(finding.level for finding in linker.debug([], train)) == "fail"
    linker.kb = InMemoryLookupKB(nlp.vocab, 3)
    assert [finding.level for finding in linker.debug(train, train)] == ["fail"]
