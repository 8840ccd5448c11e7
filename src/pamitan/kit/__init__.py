"""The small tools that every layer may use: clock and hashing. Needs nothing but the standard library."""
