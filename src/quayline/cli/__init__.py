"""The command line: one face on study, store and report; no arithmetic."""
