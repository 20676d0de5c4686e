"""E-mails: written in the transaction that causes them, sent by a job. See docs/decisions/0050-outbox.md."""
