"""A stand-in for Twilio: its REST API, its webhooks, and WhatsApp's rules behind them."""
