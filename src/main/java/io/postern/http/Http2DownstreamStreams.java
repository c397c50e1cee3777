package io.postern.http;

import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Stream;

/** The lives of the streams of a client's connection. */
final class Http2DownstreamStreams extends Http2ConnectionAdapter {

  private final Http2Downstream codec;

  Http2DownstreamStreams(Http2Downstream codec) {
    this.codec = codec;
  }

  @Override
  public void onStreamHalfClosed(Http2Stream stream) {
    if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
      codec.onStreamHalfClosed(stream);
    }
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    codec.onStreamClosed(stream);
  }
}
