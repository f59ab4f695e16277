"""The rooms of the house: each holds its ledgers, its orders and its loops."""
