"""`chunks`: JSON lines for retrieval."""
