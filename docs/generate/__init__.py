"""Pages of the reference that nobody types: each module makes some of them from the code they describe."""
