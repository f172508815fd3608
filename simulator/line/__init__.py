"""A stand-in for LINE: its Messaging API, its webhooks, and its rules behind them."""
