"""Routes of the desks, one module per desk."""
