"""What components share that choose a label for every token."""

from kernel_components.token_labels.component import TokenClassifier

__all__ = ["TokenClassifier"]
