"""Where a unit's ads live: sealed, never half written, and readable as they were on any past day."""
