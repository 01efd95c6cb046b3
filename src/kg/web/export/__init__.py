"""The frozen export: everything that the server answers, as files that need no server."""

from kg.web.export.site import Exported, ExportError, export_site

__all__ = ["ExportError", "Exported", "export_site"]
