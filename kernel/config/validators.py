"""The validators that the schema of a section has besides the types of its keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, Field, ValidationError, create_model

from kernel.config.written import Refused, faults_of


def validated(schema: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a section, checked against their types already, as the schema's validators make them.

    Raises Refused for what they refuse, and what else they raise.
    """
    model = _only_validators(schema)
    if model is None:
        return dict(values)
    try:
        made = model.model_validate(dict(values))
    except ValidationError as error:
        raise Refused(faults_of(values, error)) from None
    own = {field.alias or name: getattr(made, name) for name, field in model.model_fields.items()}
    return {**own, **(made.model_extra or {})}


@cache
def _only_validators(schema: type[BaseModel]) -> type[BaseModel] | None:
    """The schema with keys of any type; None if it has no validators."""
    own = schema.__pydantic_decorators__
    if not (own.validators or own.field_validators or own.root_validators or own.model_validators):
        return None
    # Defaults are among the values.
    fields: dict[str, Any] = {
        name: (Any, Field(alias=field.alias)) for name, field in schema.model_fields.items()
    }
    made: type[BaseModel] = create_model(schema.__name__, __base__=schema, **fields)
    return made
