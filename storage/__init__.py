"""What remembers: evidence store, register and access ledger. Only `deploy` and the tests import it."""
