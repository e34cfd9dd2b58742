"""The section `[training.workers]`."""

from typing import ClassVar

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from kernel.config.schemas import Section


class WorkersSection(Section):
    """`[training.workers]`: how many processes train together, and who starts them. It changes how long a run takes, not its weights."""

    runs_only: ClassVar[bool] = True

    count: StrictInt = Field(default=2, ge=1)
    """How many processes there are, this one included; no more than `[training] shards`."""
    backend: StrictStr = "local"
    """Who starts them: a name of the registry `workers`; local is short for kernel.local.v1, processes of this machine that share memory."""
    max_restarts: StrictInt = Field(default=3, ge=0)
    """How often the run goes on from its last checkpoint after a process has ended."""
    address: StrictStr | None = None
    """Where they run, for backends that reach other machines."""
    timeout: StrictFloat | StrictInt = Field(default=600.0, gt=0)
    """Seconds for which a process may be silent before it is taken for lost; while it starts, ten minutes at least."""
