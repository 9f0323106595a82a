"""The chain of schema revisions, one line for both dialects; `versions` holds one file for each."""
