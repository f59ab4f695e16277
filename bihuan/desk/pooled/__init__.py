"""Django's PostgreSQL with a pool that is whole again as soon as a killed database is back."""
