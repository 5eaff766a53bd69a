"""身份: sealed persons, blind indexes, the relay."""
