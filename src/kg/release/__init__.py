"""From graphs to a release: consolidation, the gate, self-description and publication."""
