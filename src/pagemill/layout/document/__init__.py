"""What one walk through a document teaches about its headings, headers and footers."""
