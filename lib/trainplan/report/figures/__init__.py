"""The figures of the pages, by what they are about."""
