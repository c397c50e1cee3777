package io.postern.http;

import io.netty.buffer.ByteBuf;

/** Takes the content of one message, on the event loop of its connection. */
public interface ContentListener {

  /**
   * A piece of content.
   *
   * @param content taken over: whoever receives it releases it; may be empty where it is the last
   * @param last whether the message ends here, without trailers
   */
  void onContent(ByteBuf content, boolean last);

  /** The trailer section; the message ends here. */
  void onTrailers(Fields trailers);
}
