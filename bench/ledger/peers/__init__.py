"""Peers from the package index, each doing the nearest it has to a settled trade with a fee, in one transaction.

None of them has holds, limits, or keys against booking twice, so each does less than ours. Run in an environment of its own
(`requirements.txt` here): `python -m bench.ledger.peers.hordak prepare|settle URL`. `mysqlclient`, which django-hordak names
and PostgreSQL does not need, is left out.
"""

MEMBERS = 200
"""Fewer than ours have, since some peers take long to open an account; none locks one."""
