"""From DAG files to specs in the database: bundles, isolated parsing, and the processor that keeps up with edits."""
