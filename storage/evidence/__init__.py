"""Where sealed items lie: one port, a folder or an S3 bucket."""
