"""What comes in: jobs one by one or by the batch, uploads, and what a user may take up."""
