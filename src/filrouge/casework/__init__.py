"""People's data: who may see what, which cases there are, what people decided, and the trail of it all, in SQL."""
