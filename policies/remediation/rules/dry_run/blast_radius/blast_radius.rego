# METADATA
# title: The step's blast radius is known and small
# description: >-
#   The rule of stage plan, about one step by itself: on the state of now, and on what the dry run answered. Admission that
#   changes a pod template makes a rollout of a change that was none, and a workload that has grown since the assessment
#   loses more.
# custom:
#   solution: >-
#     look at what the step would take away now (remediate assess), wait until what could not be read can be, or raise the
#     parameter of rule blast_radius that it names, for the namespace
package remediation.rules.dry_run.blast_radius

import data.remediation.lib.blast_radius

deny contains finding if some finding in blast_radius.exceeded
