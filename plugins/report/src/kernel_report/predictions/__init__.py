"""What a pipeline predicts, against what is right: counts per label, confusions, errors with their text.

A kind of annotation is a class in a file of its own: it compares one document, see `kernel_report.predictions.kind`. What is counted
is what the scorers of `kernel.scores` count, so that figures are the same; what they can't say, which label was taken for which, is added.
"""
