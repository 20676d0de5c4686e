"""Public pages that belong to no capability: home, how it works, legal texts."""
