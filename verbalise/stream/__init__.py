"""The rules as a process: topics in and out, what is remembered, and where an offset may be committed."""
