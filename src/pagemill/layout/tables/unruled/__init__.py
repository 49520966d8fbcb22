"""The cells of a table where rules are missing: columns by gaps, rows by what wraps."""
