"""``pamitan map``: a first store file from a live database, to be reviewed by people."""
