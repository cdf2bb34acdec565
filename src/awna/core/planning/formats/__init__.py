"""Readers and writers of projects and plans: foreign formats live here behind our types."""
