"""What a config gets for pretraining fits its pipeline."""

import pytest
from kernel_pretraining.recommend import recommend
from kernel_pretraining.section import PretrainingSchema

from kernel.config import Config
from kernel.errors import UsageError

SHARED = {"factory": "tok2vec", "model": {"@architectures": "kernel.Tok2Vec.v2"}}
LISTENING = {"factory": "ner", "model": {"tok2vec": {"@architectures": "kernel.Tok2VecListener.v1"}}}
OWN = {"factory": "ner", "model": {"tok2vec": {"@architectures": "kernel.HashEmbedCNN.v2"}}}


def of(**components):
    return {"nlp": {"pipeline": list(components)}, "components": components}


@pytest.mark.parametrize(
    ("config", "component", "layer"),
    [
        (of(tok2vec=SHARED, ner=LISTENING), "tok2vec", ""),
        (of(ner=OWN, shared=SHARED), "shared", ""),
        (of(tok2vec={"source": "saved"}, tagger={"source": "saved"}), "tok2vec", ""),
        (of(shared={"source": "saved", "component": "tok2vec"}), "shared", ""),
        (of(tagger=LISTENING, ner=OWN, other=OWN), "ner", "tok2vec"),
    ],
)
def test_the_place_is_that_of_the_token_vectors(config, component, layer):
    found = Config.from_str(recommend(config))
    assert (found["pretraining"]["component"], found["pretraining"]["layer"]) == (component, layer)
    # A run ends in a while, and does not fill the disk with weights.
    assert (found["pretraining"]["max_epochs"], found["pretraining"]["n_save_epoch"]) == (40, 10)
    assert recommend(config) == PretrainingSchema.recommend(config)


def test_the_corpus_reads_the_path_that_is_to_be_given():
    found = Config.from_str(recommend(of(ner=OWN)))
    assert found["paths"] == {"raw_text": None}
    assert found["corpora"]["pretrain"]["path"] == "${paths.raw_text}"
    assert Config.from_str(PretrainingSchema.defaults)["pretraining"]["corpus"] == "corpora.pretrain"


@pytest.mark.parametrize("config", [of(sentencizer={"factory": "sentencizer"}), of(ner=LISTENING), {}])
def test_a_pipeline_without_token_vectors_of_its_own_is_refused(config):
    with pytest.raises(UsageError, match="no component has token vectors of its own to pretrain"):
        recommend(config)
