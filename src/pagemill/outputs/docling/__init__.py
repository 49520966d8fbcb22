"""`docling`: a DoclingDocument."""
