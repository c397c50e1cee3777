package io.postern.route;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/** What is done with a request. */
public sealed interface Action {

  /** A server of this pool answers. */
  record ToPool(String pool) implements Action {}

  /** A server of one of several pools answers. */
  record ToOneOf(Split split) implements Action {}

  /** Postern answers with a redirect. */
  record Redirect(int status, Location location) implements Action {}

  /**
   * Postern answers with a fixed response.
   *
   * @param contentType the value of Content-Type
   * @param body shared by all event loops: read-only, and releasing it does nothing
   */
  record Respond(int status, AsciiString contentType, ByteBuf body) implements Action {

    /** The body as a buffer of its own indices, to be handed over to whoever writes it. */
    public ByteBuf content() {
      return body.duplicate();
    }
  }
}
