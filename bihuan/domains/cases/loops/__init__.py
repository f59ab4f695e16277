"""Loops of cases: samples, cases and their contacts, clinics and pharmacies."""
