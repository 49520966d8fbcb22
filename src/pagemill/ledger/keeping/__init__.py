"""What becomes of things in the long run: retention, upkeep, the books set right, copies."""
