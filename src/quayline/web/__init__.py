"""Services over HTTP, on top of finished runs; no arithmetic."""
