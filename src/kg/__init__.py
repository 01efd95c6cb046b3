"""A knowledge graph of Indonesia's public-service innovations, from text to served release."""
