"""账户: people who log in, their roles, and programs with keys."""
