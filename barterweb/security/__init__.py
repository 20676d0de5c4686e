"""What guards an access: sessions, devices, second factors, passkeys, single-use links, limits. It knows people by id only.

A library near the bottom, like the ledger: its functions work within the transaction of the verb that calls them (those of
`members.service`), which also writes the audit trail and the letters. See docs/security.md.
"""
