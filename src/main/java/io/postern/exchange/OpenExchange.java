package io.postern.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What is told of an exchange that was open at a moment.
 *
 * @param id tells it from all others of the process, such as {@code c1042-7}
 * @param connection the id of the client's connection
 * @param listener by which it came
 * @param client whose it is, in words
 * @param tenant null where none is known
 * @param requestId empty where it has none yet
 * @param method empty, as host and target are, where the head is not complete
 * @param host with the port, as asked for
 * @param target path and query, as the client wrote them
 * @param route null, as pool and server are, where that is not decided
 * @param ageMillis since its first byte came
 * @param received bytes of content from the client
 * @param sent bytes of content to the client
 */
public record OpenExchange(
    String id,
    String connection,
    String listener,
    String client,
    @Nullable String tenant,
    String requestId,
    String method,
    String host,
    String target,
    @Nullable String route,
    @Nullable String pool,
    @Nullable String server,
    Stage stage,
    long ageMillis,
    long received,
    long sent) {

  /** The same with another target. */
  public OpenExchange withTarget(String other) {
    return new OpenExchange(
        id,
        connection,
        listener,
        client,
        tenant,
        requestId,
        method,
        host,
        other,
        route,
        pool,
        server,
        stage,
        ageMillis,
        received,
        sent);
  }
}
