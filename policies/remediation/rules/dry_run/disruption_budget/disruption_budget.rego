# METADATA
# title: Budgets keep their headroom, whatever admission made of the change
# description: >-
#   The rule of stage preflight, judged on what the dry run answered: admission that changes the pod template makes a
#   rollout out of a change that was none.
# custom:
#   solution: wait until the workload is healthy again, or find out which admission changes its pod template
package remediation.rules.dry_run.disruption_budget

import data.remediation.lib.budget

deny contains finding if some finding in budget.exhausted
