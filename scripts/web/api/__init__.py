"""The routes for programs: what a request asks, and the bytes that the command prints for it."""
