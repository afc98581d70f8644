# METADATA
# title: Budgets keep their headroom
# description: >-
#   A change that takes running pods away (another pod template, fewer replicas) is denied while a matching
#   PodDisruptionBudget allows less than `minimum_headroom` disruptions, its status is behind its spec, or the budgets are
#   not known. A rollout is not an eviction and the API server would let it pass; headroom is asked all the same, because a
#   workload without any is already hurt, and a rollout that goes wrong takes the rest. Budgets that cover no pod (a
#   workload at zero) do not count.
# custom:
#   solution: wait until the workload is healthy again, or set the rule's mode to warn for its namespace
#   absence_allows:
#     - path: /after/spec/template/metadata/annotations
#       because: a template as it was is no rollout
#     - path: /after/spec/template/metadata/annotations/*
#       because: a template as it was is no rollout
package remediation.rules.preflight.disruption_budget

import data.remediation.lib.budget

deny contains finding if some finding in budget.exhausted
