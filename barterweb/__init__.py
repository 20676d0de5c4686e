"""barterweb: a barter network for the companies of competitiveness clusters (see README.md)."""
