"""
What a policy author works with: `remediate policy check`, `test` and `new`, without a running service.

`check` (`checking`) reads folders as the service would stage them and names everything that is wrong at once, each as a
`Flaw`; `test` (`testing`) adds the authors' tests, their coverage, the mutation law and the time each rule takes; `new`
(`scaffold`) writes a rule and its test. What is decided is pure; `checking`, `testing`, `timing` and `scaffold` run
`opa` and touch files, below a working folder that the caller gives. Tested in `tests/unit/opa/workshop` and, over a
real OPA, `tests/integration/workshop`.
"""

from executor.opa.workshop.checking import Checked, check
from executor.opa.workshop.flaws import Flaw
from executor.opa.workshop.testing import Trial, try_out

__all__ = ["Checked", "Flaw", "Trial", "check", "try_out"]
