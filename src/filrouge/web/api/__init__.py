"""The interface for scripts: /api/v1, JSON, with tokens instead of sessions."""
