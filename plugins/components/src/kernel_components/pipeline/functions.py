"""The module `kernel.pipeline.functions`: components that change the tokens of a document, or clean it."""

from kernel_components.doc_cleaner.component import DocCleaner, make_doc_cleaner
from kernel_components.merging.entities import merge_entities
from kernel_components.merging.noun_chunks import merge_noun_chunks
from kernel_components.merging.subtokens import merge_subtokens
from kernel_components.token_splitter.component import TokenSplitter, make_token_splitter

__all__ = [
    "DocCleaner",
    "TokenSplitter",
    "make_doc_cleaner",
    "make_token_splitter",
    "merge_entities",
    "merge_noun_chunks",
    "merge_subtokens",
]
