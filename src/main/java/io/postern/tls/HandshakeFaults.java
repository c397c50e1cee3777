package io.postern.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why TLS with a server failed, in words for an operator, on one line of bounded length. */
final class HandshakeFaults {

  private static final int LONGEST = 300;

  /** As BoringSSL and the JDK name an alert that the other side sent. */
  private static final Pattern ALERT =
      Pattern.compile(
          "(?:SSLV3_ALERT|TLSV1_ALERT|TLSV1)_([A-Z_0-9]+)|[Rr]eceived fatal alert: (\\w+)");

  private static final Pattern REASON = Pattern.compile("OPENSSL_internal:([A-Z_0-9]+)");

  private HandshakeFaults() {}

  /** The fault of a handshake that failed. */
  static Fault of(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof UnverifiedException unverified) {
        return new Fault(Reason.SERVER_UNVERIFIED, line(String.valueOf(unverified.getMessage())));
      }
      if (each instanceof OutOfMemoryError) {
        return Fault.of(Reason.OVERLOADED, each);
      }
    }
    return new Fault(Reason.SERVER_HANDSHAKE, words(cause));
  }

  /** What went wrong, be it in the handshake or later. */
  static String words(Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      return "the server closed the connection";
    }
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof NotSslRecordException) {
      return "the server does not speak TLS";
    }
    Matcher alert = ALERT.matcher(message);
    if (alert.find()) {
      return line("the server sent the alert " + alert(alert));
    }
    Matcher reason = REASON.matcher(message);
    return line("TLS: " + (reason.find() ? lower(reason.group(1)).replace('_', ' ') : message));
  }

  private static String alert(Matcher found) {
    String name = lower(found.group(1) == null ? found.group(2) : found.group(1));
    String hint = hint(name);
    return hint == null ? name : name + " (" + hint + ")";
  }

  private static @Nullable String hint(String alert) {
    return switch (alert) {
      case "protocol_version" -> "no version in common";
      case "handshake_failure" -> "no suite in common, or it wants a certificate of ours";
      case "certificate_required" -> "it wants a certificate of ours";
      case "bad_certificate", "unknown_ca", "certificate_unknown" ->
          "it does not accept our certificate";
      case "unrecognized_name" -> "it does not serve the name that we asked for";
      default -> null;
    };
  }

  private static String line(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return cut.replaceAll("[^ -~]", ".");
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
