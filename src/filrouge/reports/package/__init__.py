"""Evidence packages: what leaves the house for a court or a partner, as one signed ZIP that proves itself.

What the faces call, and nothing else of this folder:

```python
from filrouge.reports.package.make import package, Made          # make one
from filrouge.reports.package.what import Ads, Cluster, Network, Terms
from filrouge.reports.package.verify import Problem, check       # check one

made: Made = package(book, Network(12), Terms(made_by="J. Roy", made_at=now, recipient="...", purpose="..."))
made.content      # bytes of the ZIP
made.manifest     # what manifest.json says
made.sha256       # of the ZIP, for the audit trail and the ledger
problems: list[Problem] = check("package.zip")                   # [] if all hashes, bits and the signature agree
```

`book` is a `filrouge.engines.casebook.Casebook`, or what has as much of one as `what.Book` asks for. A package holds
ads of that case alone, whoever else's a cluster or network may hold, and no more of these than the casebook shows: what
people of the case keep apart is apart in it, too. It is masked unless `Terms.opened` gives the
reason for opening; the caller writes that reason down (ledger, audit trail) *before* it calls, and hands over as
`audit` the rows that are to go into the package.

The same snapshot, the same terms, the same kept apart and the same version of the program give the same bytes:
`made_at` is one of the terms. To make a package again, give `made_at` and the snapshot of its manifest.
"""
