"""The public face: campaign page, open books, the way of a gift. Reads across rooms, never writes."""
