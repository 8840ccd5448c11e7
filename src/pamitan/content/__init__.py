"""What stands inside a cell: encodings undone, identifiers found, taken out, the rest left as it was."""
