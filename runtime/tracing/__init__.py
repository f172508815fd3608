"""The only home of OpenTelemetry, imported only when traces are on (runtime/telemetry.py)."""
