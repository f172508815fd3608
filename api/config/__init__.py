"""The config API: what admins call, under /config/v1."""
