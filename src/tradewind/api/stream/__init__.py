"""The stream of changes: what each listener is shown (`view`), one reader for all of them (`feed`), and the sending
to one of them (`sending`)."""
