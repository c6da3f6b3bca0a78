"""What runs where: settings, wiring, the `constat` command and the embedded stack."""
