"""Guides for people whose store has no Pamitan: steps to tick, a letter and a reminder, as one offline page."""
