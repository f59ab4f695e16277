"""Goods (物): cold-chain lots, stocks, passes, livestock."""

TITLE = ("物", "goods")
