"""What transition systems have in common: the losses of a batch of states."""

from kernel_components.transitions.gradient import gradient, rehearsal_gradient

__all__ = ["gradient", "rehearsal_gradient"]
