"""What each part of the site file may say: one module per subject, from places to people."""
