"""Writing workbooks: sheets of tables and of text, which know nothing of plans."""
