"""What agents work with in their browser: NiceGUI pages over the application's use cases."""
