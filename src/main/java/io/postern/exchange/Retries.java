package io.postern.exchange;

import io.netty.util.AsciiString;
import io.postern.fault.Reason;
import io.postern.http.Methods;
import io.postern.pool.Server;
import io.postern.pool.Tried;
import org.jspecify.annotations.Nullable;

/**
 * Whether an attempt that failed is followed by another, and on which server.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Retries {

  /** What follows an attempt that failed. */
  enum Next {
    /** The server did nothing wrong: it was closing a connection that it had long served. */
    SAME_SERVER,
    ANOTHER_SERVER,
    NONE
  }

  /** How often a server may refuse before we believe it. */
  private static final int MOST_ATTEMPTS = 3;

  private @Nullable Tried tried;
  private @Nullable Server refusing;
  private int attempts;

  /** The servers that are not to be asked again; null before any has failed. */
  @Nullable Tried tried() {
    return tried;
  }

  /** The server that may be asked again where no other is left, because it did nothing; once. */
  @Nullable Server takeRefusing() {
    Server again = refusing;
    refusing = null;
    return again;
  }

  /**
   * Decides.
   *
   * @param untouched whether no content of the request was taken, and no answer began
   */
  Next after(Attempt failed, Reason reason, AsciiString method, boolean untouched) {
    attempts++;
    if (untouched && isStale(failed, reason) && Methods.isIdempotent(method)) {
      return Next.SAME_SERVER;
    }
    boolean refused = reason.nothingDone() && untouched && attempts < MOST_ATTEMPTS;
    if (refused) {
      refusing = failed.server();
    }
    if (refused || reason.nothingSent()) {
      add(failed.server());
      return Next.ANOTHER_SERVER;
    }
    return Next.NONE;
  }

  /**
   * Whether the server may have been closing an idle connection while we sent the request on it.
   * What could have been acted on may be sent again only where it does no harm to do it twice (RFC
   * 9110 §9.2.2).
   */
  private boolean isStale(Attempt failed, Reason reason) {
    return reason == Reason.SERVER_RESET
        && failed.wasOnStaleConnection()
        && attempts < MOST_ATTEMPTS;
  }

  private void add(Server failed) {
    if (tried == null) {
      tried = new Tried();
    }
    tried.add(failed);
  }
}
