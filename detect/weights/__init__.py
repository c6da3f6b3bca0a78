"""Model weights from registry packages: taken, checked against pinned digests, exported once."""
