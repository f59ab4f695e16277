"""A run: ledgers as of a time, through the engine, to holes with their owners."""
