package io.postern.http;

import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Stream;

/** The lives of the streams of a connection. */
final class Http2StreamLives extends Http2ConnectionAdapter {

  private final Http2Codec<?> codec;

  Http2StreamLives(Http2Codec<?> codec) {
    this.codec = codec;
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    codec.onStreamOpened();
  }

  @Override
  public void onStreamHalfClosed(Http2Stream stream) {
    if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
      codec.onStreamSent(stream);
    }
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    codec.onStreamClosed(stream);
  }
}
