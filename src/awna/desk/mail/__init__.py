"""The pages of mail and notices, and what people are told of by the hour."""
