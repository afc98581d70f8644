# METADATA
# title: What holds an object's life and protection is not changed, whatever admission made of the change
# description: The rule of stage preflight, judged on what the dry run answered.
# custom:
#   solution: >-
#     find the webhook or admission policy that changes these fields; if its change is wanted, add the path to the parameter
#     `allowed_paths` of rule protected_fields
package remediation.rules.dry_run.protected_fields

import data.remediation.lib.fields

deny contains finding if some finding in fields.touched
