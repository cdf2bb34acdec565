"""The public log: an RFC 6962 tree over the leaves of the book, in the C2SP file formats."""
