"""The small tools that every layer may use: the clock and hashing. Imports nothing from outside the standard library."""
