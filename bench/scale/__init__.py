"""`make bench-scale`: 20,000 companies and 1,000,000 transfers beside a hundredth of each. See docs/ledger-measured.md."""
