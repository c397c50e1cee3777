package io.postern.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The key by which a WebSocket server over HTTP/1.1 proves that it has understood (RFC 6455 §4).
 * HTTP/2 has none (RFC 8441 §5): for a client that came by it the key is ours, and for a server
 * that was asked by it the proof. It is no secret.
 */
final class WebSocketKey {

  private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
  private static final int LENGTH = 24; // of 16 bytes in Base64
  private static final String SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final AsciiString text;

  private WebSocketKey(AsciiString text) {
    this.text = text;
  }

  /** Puts a key of ours into a head where its client has none; null where none is needed. */
  static @Nullable WebSocketKey addTo(RequestHead head) {
    if (head.version() != HttpVersion.HTTP_2 || !WEBSOCKET.equals(head.upgrade())) {
      return null;
    }
    byte[] nonce = new byte[16];
    ThreadLocalRandom.current().nextBytes(nonce);
    WebSocketKey key = new WebSocketKey(base64(nonce));
    head.fields().set(FieldNames.SEC_WEBSOCKET_KEY, key.text);
    return key;
  }

  /**
   * Whether a client of HTTP/1.1 asks for a WebSocket without a key: one of 16 bytes (RFC 6455
   * §4.2.1).
   */
  static boolean isMissing(RequestHead head) {
    if (head.version() == HttpVersion.HTTP_2 || !WEBSOCKET.equals(head.upgrade())) {
      return false;
    }
    AsciiString key = head.fields().get(FieldNames.SEC_WEBSOCKET_KEY);
    return key == null || key.length() != LENGTH;
  }

  /** The key of a client that asks for another protocol; null where it has none, or does not. */
  static @Nullable WebSocketKey of(RequestHead head) {
    AsciiString text =
        head.upgrade() == null ? null : head.fields().get(FieldNames.SEC_WEBSOCKET_KEY);
    return text == null ? null : new WebSocketKey(text);
  }

  /** Puts the proof into a 101 that stands for the answer of a server that speaks HTTP/2. */
  void prove(ResponseHead head) {
    if (head.version() == HttpVersion.HTTP_2 && WEBSOCKET.equals(head.upgrade())) {
      head.fields().set(FieldNames.SEC_WEBSOCKET_ACCEPT, accept());
    }
  }

  /**
   * Looks for the proof in a 101 and takes it out: it is for us.
   *
   * @throws FaultException where it is missing or wrong
   */
  void verify(ResponseHead head) {
    AsciiString proof = head.fields().get(FieldNames.SEC_WEBSOCKET_ACCEPT);
    if (!accept().equals(proof)) {
      throw new FaultException(
          Reason.BAD_RESPONSE,
          proof == null
              ? "a 101 without Sec-WebSocket-Accept"
              : "a wrong Sec-WebSocket-Accept: " + FieldRules.show(proof));
    }
    head.fields().remove(FieldNames.SEC_WEBSOCKET_ACCEPT);
  }

  private AsciiString accept() {
    try {
      byte[] both = (text + SUFFIX).getBytes(US_ASCII);
      return base64(MessageDigest.getInstance("SHA-1").digest(both));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static AsciiString base64(byte[] bytes) {
    return new AsciiString(Base64.getEncoder().encode(bytes), false);
  }
}
