"""Tasks handed out and taken back: who is next, what follows from an outcome, who holds what."""
