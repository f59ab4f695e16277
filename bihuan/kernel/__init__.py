"""The language of loops: ledgers, obligations, orders, owners, holes. Knows no engine, no Django, no domain."""
