"""Complaints and feedback: somebody asks, the people in charge answer, in public where the asker agrees."""
