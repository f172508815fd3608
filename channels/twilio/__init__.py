"""Twilio's dialect: signatures, webhooks, the REST API and its error codes."""
