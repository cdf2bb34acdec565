"""A later version of the program: the same rooms with three more changes of the database, each of which can be made to stop half-way."""
