"""Migrations of an app that is one step ahead of the database."""
