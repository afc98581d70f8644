# METADATA
# title: Budgets keep their headroom
# description: >-
#   A change that takes running pods away (another pod template, fewer replicas, a workload or pod removed, a Job suspended, a
#   node tainted NoExecute) is denied while a matching PodDisruptionBudget allows less than `minimum_headroom` disruptions,
#   its status is behind its spec, or the budgets are not known. None of that is an eviction and the API server would let it
#   pass; headroom is asked all the same, because a workload without any is already hurt, and a rollout that goes wrong
#   takes the rest. Budgets that cover no pod (a workload at zero) do not count. `evicting_actions` go by the eviction API,
#   which waits for the budgets itself.
# custom:
#   solution: wait until the workload is healthy again, or set the rule's mode to warn for its namespace
package remediation.rules.preflight.disruption_budget

import data.remediation.lib.budget

deny contains finding if some finding in budget.exhausted
