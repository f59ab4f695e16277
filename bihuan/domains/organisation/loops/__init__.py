"""Loops of command: chains, orders, instructions, inspections, contracts, tickets, notices, feeds."""
