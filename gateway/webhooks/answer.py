"""What an endpoint may answer: a JSON object, or nothing at all.

{"attributes": {"level": "gold", "open_orders": 2}, "position": 5}

Both fields may be left out, and others may be there. An attribute is a text of up to 1,000 characters, a number, true
or false; null takes it away. A whole number that 64 bits do not hold becomes a floating one.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

MOST_BYTES = 64 * 1024
WHOLE = 2**63

AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
AttributeValue = (
    Annotated[StrictStr, Field(max_length=1000)]
    | StrictBool
    | Annotated[StrictInt, Field(ge=-WHOLE, lt=WHOLE)]
    | Annotated[StrictFloat, Field(allow_inf_nan=False)]
    | None
)


class Answer(BaseModel):
    """The answer of an endpoint."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    attributes: dict[AttributeName, AttributeValue] = Field(default_factory=dict, max_length=100)
    position: StrictInt | None = None
