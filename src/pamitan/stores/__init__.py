"""Connectors to the store's data: databases, files and HTTP hooks. The only home of SQLAlchemy."""
