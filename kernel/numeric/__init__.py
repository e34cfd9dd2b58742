"""Numbers: random streams with keys, array operations, and the parameters of models.

`random` has the streams, `ops` the operations of the CPU, `device` the choice of a GPU, `blas` the threads of matrix
products, `schedules` numbers that change from step to step, `memory` says whether there is enough of it. `server`, `rows` and
`parameters` keep weights and gradients in flat buffers, `shims` has those that other frameworks keep; `bytes` writes and reads them, `copies` copies models. `model_state` and `optimizer_state` are what
a checkpoint has of models and of an optimizer. `adapter` is the one file that knows
thinc's private members.
"""
