"""Runs on disk: written whole or not at all, resumed from the last finished stage."""
