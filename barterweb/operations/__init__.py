"""Running the site: read-only mode, the nightly check of the ledger, backups and exports. Above what it watches."""
