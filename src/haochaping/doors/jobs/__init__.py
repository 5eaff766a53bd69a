"""Door jobs: what runs later (jobs of the outbox) and what runs again and again (beats)."""
