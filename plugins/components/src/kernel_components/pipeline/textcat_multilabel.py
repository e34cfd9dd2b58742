"""The module `kernel.pipeline.textcat_multilabel`. The model is a block of a config."""

from kernel_components.textcat.multilabel import MULTILABEL_MODEL as DEFAULT_MULTI_TEXTCAT_MODEL
from kernel_components.textcat.multilabel import MultiLabelTextCategorizer as MultiLabel_TextCategorizer

__all__ = ["DEFAULT_MULTI_TEXTCAT_MODEL", "MultiLabel_TextCategorizer"]
