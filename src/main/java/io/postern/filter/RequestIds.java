package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.config.Cidr;
import io.postern.config.RequestIdConfig;
import io.postern.http.DownstreamConnection;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The id of each request: what a client of a trusted network says, else 128 bits by chance in lower
 * case hexadecimal digits. They are no secret, and not hard to foretell. Immutable and shared.
 */
public final class RequestIds {

  private static final int DIGITS = 32;
  private static final int MOST = 128;
  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final List<Cidr> trusted;

  private RequestIds(List<Cidr> trusted) {
    this.trusted = trusted;
  }

  /** Ids as a section of the config asks for. */
  public static RequestIds of(RequestIdConfig config) {
    return new RequestIds(config.trustedSources());
  }

  /**
   * The id of a request.
   *
   * @param fields as the client sent them
   * @param random what lots are drawn from; of the event loop that calls
   */
  public AsciiString of(Fields fields, DownstreamConnection connection, RandomGenerator random) {
    AsciiString told = trusted.isEmpty() ? null : told(fields, connection.client().getAddress());
    return told == null ? next(random) : told;
  }

  /** A new one. */
  public static AsciiString next(RandomGenerator random) {
    byte[] digits = new byte[DIGITS];
    put(random.nextLong(), digits, 0);
    put(random.nextLong(), digits, DIGITS / 2);
    return new AsciiString(digits, false);
  }

  private static void put(long bits, byte[] digits, int at) {
    EIGHT.set(digits, at, eight(bits & 0xFFFF_FFFFL));
    EIGHT.set(digits, at + Long.BYTES, eight(bits >>> Integer.SIZE));
  }

  /** The digits of 32 bits, each a byte: all at once, since this runs for each request. */
  private static long eight(long bits) {
    long spread = (bits | bits << 16) & 0x0000_FFFF_0000_FFFFL;
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FFL;
    spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0FL;
    long letters = ((spread + 6 * EACH) >>> 4) & EACH;
    return spread + '0' * EACH + letters * ('a' - '0' - 10);
  }

  private @Nullable AsciiString told(Fields fields, InetAddress client) {
    int at = fields.indexOf(FieldNames.X_REQUEST_ID, 0);
    boolean one = at >= 0 && fields.indexOf(FieldNames.X_REQUEST_ID, at + 1) < 0;
    return one && isTrusted(client) && isId(fields.value(at)) ? fields.value(at) : null;
  }

  private boolean isTrusted(InetAddress client) {
    for (int i = 0; i < trusted.size(); i++) {
      if (trusted.get(i).contains(client)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isId(AsciiString text) {
    boolean good = !text.isEmpty() && text.length() <= MOST;
    for (int i = 0; good && i < text.length(); i++) {
      byte b = text.byteAt(i);
      good = b > ' ' && b < 0x7F && b != '"' && b != '\'';
    }
    return good;
  }
}
