"""Personal data: a copy of one's own, erasure, and how long anything is kept. See docs/decisions/0105-forgetting.md."""
