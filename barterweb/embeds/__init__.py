"""Read-only pages that clusters frame in their own sites: no cookie, no session, framed only where staff allowed it."""
