package io.postern.http;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * How a tunnel is asked for at a server that speaks HTTP/2 (RFC 8441), where a head says it as
 * HTTP/1.1 does: as a GET that is answered 101.
 */
final class ExtendedConnect {

  private static final int SWITCHING_PROTOCOLS = 101;

  private ExtendedConnect() {}

  /**
   * Why a head cannot be sent; null where it can, as is any that asks for no tunnel.
   *
   * @param allowed whether the server has set SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 §3)
   */
  @SuppressWarnings("ReferenceEquality")
  static @Nullable Fault refusal(RequestHead head, boolean allowed) {
    AsciiString upgrade = head.upgrade();
    if (upgrade == null) {
      return null;
    }
    if (head.method() != Methods.GET || upgrade.contains("/")) {
      // Of the request nothing would be left, and a :protocol has no version.
      String what = FieldRules.show(head.method()) + " with Upgrade: " + FieldRules.show(upgrade);
      return new Fault(Reason.UPGRADE_UNSUPPORTED, what + " is not a thing of HTTP/2");
    }
    if (WebSocketKey.isMissing(head)) { // which the server will never see
      return new Fault(Reason.MALFORMED_REQUEST, "a WebSocket without a valid Sec-WebSocket-Key");
    }
    return allowed
        ? null
        : new Fault(Reason.UPGRADE_UNSUPPORTED, "no SETTINGS_ENABLE_CONNECT_PROTOCOL");
  }

  /**
   * The fields that go with one. The key of WebSocket is not among them (RFC 8441 §5), but stays in
   * the head: another attempt may go to a server that speaks HTTP/1.1.
   */
  static Fields fields(RequestHead head) {
    Fields all = head.fields();
    Fields fields = new Fields(all.size());
    for (int i = 0; i < all.size(); i++) {
      fields.add(all.name(i), all.value(i));
    }
    return fields.remove(FieldNames.SEC_WEBSOCKET_KEY);
  }

  /** Whether the answer opens the tunnel. */
  static boolean isOpenedBy(ResponseHead head) {
    return head.status() / 100 == 2;
  }

  /**
   * The head of an answer that opens the tunnel. A length in it means nothing (RFC 9110 §9.3.6),
   * nor does a proof of WebSocket.
   */
  static ResponseHead opened(ResponseHead head, AsciiString upgrade) {
    Fields fields = head.fields().remove(FieldNames.SEC_WEBSOCKET_ACCEPT);
    return new ResponseHead(head.version(), SWITCHING_PROTOCOLS, fields, -1, false, upgrade);
  }
}
