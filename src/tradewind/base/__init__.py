"""The ground floor: clock, ids, errors, settings. Standard library only; imports nothing of ours."""
