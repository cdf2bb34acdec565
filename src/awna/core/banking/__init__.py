"""Bank files as plain values: readers, identity keys, references and matching; no Django, clock or network."""
