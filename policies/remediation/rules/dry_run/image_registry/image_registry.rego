# METADATA
# title: Images that admission puts in have a version and a known origin
# description: The rule of stage preflight, judged on what the dry run answered; a sidecar that is injected is judged too.
# custom:
#   solution: correct the webhook or admission policy that rewrites images, or allow its registry
package remediation.rules.dry_run.image_registry

import data.remediation.lib.image

deny contains finding if some finding in image.objections
