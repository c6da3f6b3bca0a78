"""`python -m deploy` is the `constat` command."""

from deploy.main import app

app()
