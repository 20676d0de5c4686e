"""`make bench-ledger`: settled trades, ours beside the limit and beside peers, in one run. See docs/ledger-measured.md.

A settled trade is what a trade costs the ledger from agreement to settlement: one transaction that places a hold, one that
posts it with its commission, each durable before the next begins. Contenders take turns, so that the machine's noise is
everybody's.
"""
