"""The SPARQL 1.1 Protocol without input or output: plain values in, plain values out.

Nothing here knows a web framework, a store or a network.
"""
