"""Formulas that turn contacts into agents: arrays in, arrays out, no state.

`erlang` (telephone), `concurrency` (chat) and `backlog` (work with a deadline). Each public function states its units and its source; the
compiled loops are in `_kernels`, which is imported by the first call that needs it.
"""
