package io.postern.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** ClientHellos: real ones of the JDK, and ones written byte by byte. */
final class HelloBytes {

  private static final int RECORD_HEADER = 5;
  private static final int HANDSHAKE_HEADER = 4;

  private final ByteBuf extensions = Unpooled.buffer();
  private int legacyVersion = 0x0303;
  private int[] suites = {0x1301, 0xC02B};

  /** The body that the JDK sends for a host. */
  static byte[] ofJdk(String host, String... versions) throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine(host, 443);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(versions);
    parameters.setServerNames(List.of(new SNIHostName(host)));
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.beginHandshake();
    engine.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOfRange(out.array(), RECORD_HEADER + HANDSHAKE_HEADER, out.position());
  }

  HelloBytes legacyVersion(int version) {
    legacyVersion = version;
    return this;
  }

  HelloBytes suites(int... codes) {
    suites = codes;
    return this;
  }

  HelloBytes extension(int type, ByteBuf content) {
    extensions.writeShort(type).writeShort(content.readableBytes()).writeBytes(content);
    return this;
  }

  HelloBytes codes(int type, int... codes) {
    ByteBuf content = Unpooled.buffer().writeShort(2 * codes.length);
    for (int code : codes) {
      content.writeShort(code);
    }
    return extension(type, content);
  }

  HelloBytes versions(int... codes) {
    ByteBuf content = Unpooled.buffer().writeByte(2 * codes.length);
    for (int code : codes) {
      content.writeShort(code);
    }
    return extension(43, content);
  }

  HelloBytes alpn(String... names) {
    ByteBuf list = Unpooled.buffer();
    for (String name : names) {
      list.writeByte(name.length()).writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
    }
    return extension(16, Unpooled.buffer().writeShort(list.readableBytes()).writeBytes(list));
  }

  HelloBytes host(String host) {
    return extension(0, serverName(0, host));
  }

  static ByteBuf serverName(int type, String... hosts) {
    ByteBuf names = Unpooled.buffer();
    for (String host : hosts) {
      byte[] bytes = host.getBytes(StandardCharsets.UTF_8);
      names.writeByte(type).writeShort(bytes.length).writeBytes(bytes);
    }
    return Unpooled.buffer().writeShort(names.readableBytes()).writeBytes(names);
  }

  /** The body; with no extension at all, their length is left out too. */
  ByteBuf body() {
    ByteBuf body = Unpooled.buffer().writeShort(legacyVersion).writeZero(32).writeByte(0);
    body.writeShort(2 * suites.length);
    for (int suite : suites) {
      body.writeShort(suite);
    }
    body.writeByte(1).writeByte(0);
    if (extensions.isReadable()) {
      body.writeShort(extensions.readableBytes()).writeBytes(extensions.duplicate());
    }
    return body;
  }

  ClientHello hello() throws ClientHello.Malformed {
    return ClientHello.parse(body());
  }
}
