"""Suggesters: functions that give the spans of documents that a span categoriser scores.

A suggester takes documents and `ops`, the operations of a model, and returns a `Ragged` of whole numbers (S, 2), where each span
starts and ends in its document, with a sequence for each document. Configs name functions of the registry `misc` that make one.
"""
