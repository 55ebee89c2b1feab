"""The reference: OpenAPI of the server, and a page of it that needs no script and nothing from elsewhere."""
