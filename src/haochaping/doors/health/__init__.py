"""What a supervisor of processes asks."""
