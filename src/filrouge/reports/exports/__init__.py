"""Findings in the forms that other programs read: Gephi, i2 Analyst's Notebook, FollowTheMoney, maps."""
