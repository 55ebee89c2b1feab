"""The server: HTTP over the use cases of `scripts.app`, for programs, subscribers and clerks (contract §11)."""
