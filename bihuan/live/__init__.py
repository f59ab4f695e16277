"""活账 · The living loop: ledgers and holes in PostgreSQL, audited anew wherever a row moves. See README.md."""
