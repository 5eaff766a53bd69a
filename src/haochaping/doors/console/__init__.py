"""The console of administrators, below `/admin/`."""
