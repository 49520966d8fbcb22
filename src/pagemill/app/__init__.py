"""Settings in, wired program out: the only room that knows every part. Importing it loads none."""
