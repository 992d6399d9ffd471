"""The rooms of the application; each file has a `router` and little else."""
