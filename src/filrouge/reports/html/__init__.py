"""The report: one HTML file that needs no network and runs no script."""

from __future__ import annotations

from filrouge.reports.html.render import render_report
from filrouge.reports.html.view import ReportData, ads_by_week, agency_matrix

__all__ = ["ReportData", "ads_by_week", "agency_matrix", "render_report"]
