"""The parts a page is made of. Each shows values; none decides anything."""
