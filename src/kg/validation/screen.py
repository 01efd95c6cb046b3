"""placeholder"""
from rdflib.term import Node
def screen(scopes, core, select):
    q=" UNION ".join(f"{{ {p} }}" for p in scopes.targets.patterns())
    return {r["this"] for r in select(f"SELECT DISTINCT ?this WHERE {{ {q} }}")}
