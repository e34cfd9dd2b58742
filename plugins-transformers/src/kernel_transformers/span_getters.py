"""The span getters by their names in code, for a model that is made without a config."""

from kernel_transformers.spans.doc_spans import doc_spans as get_doc_spans
from kernel_transformers.spans.sent_spans import sent_spans as get_sent_spans
from kernel_transformers.spans.strided_spans import make_strided_spans as get_strided_spans

__all__ = ["get_doc_spans", "get_sent_spans", "get_strided_spans"]
