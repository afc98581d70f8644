# METADATA
# title: No more replicas than the ceiling, whatever admission made of the change
# description: The rule of stage preflight, judged on the replicas that the dry run answered.
# custom:
#   solution: ask for fewer replicas, or correct the webhook or admission policy that raises them
package remediation.rules.dry_run.replica_ceiling

import data.remediation.lib.replicas

deny contains finding if some finding in replicas.above_ceiling
