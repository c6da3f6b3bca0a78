"""From well-shaped entries to the site, checking what entries say about one another: one module per subject."""
