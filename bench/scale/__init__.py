"""`make bench-scale`: a network of 20,000 companies and 1,000,000 transfers beside one of a hundredth. See docs/ledger-measured.md."""
