"""Room ledger (账本): append-only entries, chained by one sequencer."""
