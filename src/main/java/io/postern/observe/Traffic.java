package io.postern.observe;

/**
 * What one of some has had so far.
 *
 * @param name of whom it is, see {@link By}; empty for exchanges that have none
 * @param requests exchanges that have ended
 * @param errors those of them that were answered 5xx
 * @param received bytes of content from clients
 * @param sent bytes of content to clients
 */
public record Traffic(String name, long requests, long errors, long received, long sent) {

  /** By what it is told apart. */
  public enum By {
    /** The name of the route. */
    ROUTE,
    /** Pool and server, such as {@code app/10.0.0.1:8080}. */
    SERVER,
    /** The name of the tenant. */
    TENANT,
    /** The VPC endpoint, of those that are a tenant's. */
    VPCE,
    /** The name of the listener. */
    LISTENER;

    /** What it is told by of the labels of a counter. */
    String name(String... labels) {
      return switch (this) {
        case ROUTE, TENANT, LISTENER -> labels[0];
        case VPCE -> labels[1];
        case SERVER -> labels[2].isEmpty() ? labels[1] : labels[1] + "/" + labels[2];
      };
    }
  }

  /** Both together, by the name of this one. */
  Traffic plus(Traffic other) {
    return new Traffic(
        name,
        requests + other.requests,
        errors + other.errors,
        received + other.received,
        sent + other.sent);
  }
}
