# METADATA
# title: Images have a version and a known origin
# description: >-
#   An image that is brought to a workload must carry a digest, or a tag that is not in `forbidden_tags` (`latest` always
#   was another image yesterday), and must come from one of `registries` (host or host/path) once that list is set. With
#   `digest_required` only a digest will do, with `only_tag_may_change` a container keeps its image and takes another version
#   of it alone. Images that stay as they are pass, so that a restart works everywhere.
# custom:
#   solution: name the image by digest or by a version tag, from a registry that the site allows
package remediation.rules.preflight.image_registry

import data.remediation.lib.image

deny contains finding if some finding in image.objections
