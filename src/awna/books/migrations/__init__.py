"""Schema of the books, with the guards that the database itself keeps."""
