"""The web server: a SPARQL endpoint, dereferenceable IRIs and pages over one release."""
