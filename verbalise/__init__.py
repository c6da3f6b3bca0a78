"""Facts to a case that a sworn agent can judge: law, rules, casework and the console."""
