"""From curated text to graphs: reading, checking row by row, and mapping to triples."""
