"""The workbench: the web application where analysts work."""
