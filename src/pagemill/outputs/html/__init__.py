"""`html`: one accessible file that needs nothing else."""
