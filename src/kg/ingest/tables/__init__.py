"""Tables of documented kinds: reading, checking column by column, and mapping rows to claims."""
