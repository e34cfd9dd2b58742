"""Whether saved weights belong to the labels that were saved beside them."""

from kernel.component import TrainableComponent
from kernel.errors import DataError


def check_outputs(component: TrainableComponent) -> None:
    """`DataError` if the component's model has more or fewer outputs than the component has names for."""
    size, wanted = component.model.maybe_get_dim("nO"), len(component.output_names)
    if size is not None and size != wanted:
        raise DataError(
            f"component '{component.name}': its labels need {wanted} output{'s' * (wanted != 1)}, but the saved weights have {size}",
            hint="The files of the component were saved by different models, or one of them was edited.",
        )
