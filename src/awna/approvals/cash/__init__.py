"""Cash on the site: wages of day labourers, cash boxes and their counts, receipt books, cash that is carried."""
