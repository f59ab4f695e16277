"""Who may see what (谁能看什么): accounts, roles, row-level security, masking, who looked at whom."""
