"""What `kernel init config` writes for the entity linker."""

from kernel.language import SHARED, Recommendation

# The file is the user's: nobody else knows what his entities are.
KB = "the file of a knowledge base, from kernel init kb"


def entity_linker(lang: str, optimize: str, gpu: bool) -> Recommendation:
    """The mean of shared token vectors under two layers, with the knowledge base of a file."""
    return Recommendation(
        {"model": {"@architectures": "kernel.EntityLinker.v2", "nO": None, "tok2vec": SHARED}},
        ("transformer",) if gpu else ("tok2vec",),
        sections={
            "paths": {"kb": None},
            "initialize": {
                "components": {
                    "entity_linker": {
                        "kb_loader": {"@misc": "kernel.KBFromFile.v1", "kb_path": "${paths.kb}"}
                    }
                }
            },
        },
        needs={"paths.kb": KB},
        comments={
            "components.entity_linker": "The context of an entity is its sentence; in data without sentences the whole document, unless annotating_components of [training] names what sets them."
        },
    )
