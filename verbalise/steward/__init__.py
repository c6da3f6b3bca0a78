"""Keeps watch over what is allowed: gate changes to the ledger, notices before texts end, uptime, permits used."""
