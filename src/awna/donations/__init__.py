"""Money and goods given: who pledged what under which reference, and what arrived."""
