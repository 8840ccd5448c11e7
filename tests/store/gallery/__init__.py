"""A gallery of small hard schemas: one module per link and per action. A store file goes in, rows come out."""
