"""What a live database says of its customers: which rows are whose, and where something personal stands, by samples."""
