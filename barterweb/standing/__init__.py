"""How a member stands: its yearly membership, how far its account may go, and what becomes of it when it leaves or fails."""
