"""Room outbox (待办箱): jobs deferred by name in the caller's transaction, and the list of dead ones."""
