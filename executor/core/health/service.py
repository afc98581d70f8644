"""
Owns the health of a Service.

Beyond kstatus, which waits for a cluster IP only: a LoadBalancer is of no use before it has an address.
"""

from executor.core.health.reading import items, mapping, spec, status, text
from executor.core.health.values import Health, current, waiting
from executor.core.health.wording import cut, one_line
from executor.core.model import Manifest


def service(manifest: Manifest) -> Health:
    """
    Judge a Service: one of type LoadBalancer has an address, any other is there.
    """
    if text(spec(manifest), "type") != "LoadBalancer":
        return current("the service is there")
    if not text(spec(manifest), "clusterIP"):
        return waiting("the service has no cluster IP yet")
    entries = items(mapping(status(manifest), "loadBalancer"), "ingress")
    addresses = [address for each in entries if (address := text(each, "ip") or text(each, "hostname"))]
    if not addresses:
        return waiting("its load balancer has no address yet")
    return current(f"its load balancer has the address {cut(one_line(', '.join(addresses)))}")
