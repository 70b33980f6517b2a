"""What people read: catalogs, number formats, problems."""
