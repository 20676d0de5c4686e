"""What every page shares with HTTP: access, fragments, errors, headers, fields, filters, sessions."""
