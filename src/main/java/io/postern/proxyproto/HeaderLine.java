package io.postern.proxyproto;

import io.netty.util.NetUtil;
import io.postern.proxyproto.MalformedHeader.Flaw;
import io.postern.proxyproto.ProxyHeader.Addresses;
import io.postern.proxyproto.ProxyHeader.Form;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A header of version 1 (section 2.1), read exactly: one space, no zeroes in front. */
final class HeaderLine {

  private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");
  private static final Pattern IPV4 =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

  /** Neither brackets nor a zone, which Netty would let through. */
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]+");

  private HeaderLine() {}

  /** Reads a line that begins with {@code "PROXY "}, without its CRLF. */
  static ProxyHeader parse(String line) throws MalformedHeader {
    String[] parts = line.split(" ", -1);
    if (parts[1].equals("UNKNOWN")) {
      return ProxyHeader.anonymous(Form.V1); // whatever follows is to be ignored
    }
    boolean six = parts[1].equals("TCP6");
    if (parts.length != 6 || !(six || parts[1].equals("TCP4"))) {
      throw new MalformedHeader(Flaw.BAD_LINE);
    }
    InetAddress client = address(parts[2], six);
    InetAddress local = address(parts[3], six);
    Addresses addresses =
        new Addresses(
            new InetSocketAddress(client, port(parts[4])),
            new InetSocketAddress(local, port(parts[5])));
    return new ProxyHeader(Form.V1, addresses, null);
  }

  private static InetAddress address(String text, boolean six) throws MalformedHeader {
    boolean valid =
        six
            ? IPV6.matcher(text).matches() && NetUtil.isValidIpV6Address(text)
            : IPV4.matcher(text).matches() && NetUtil.isValidIpV4Address(text);
    byte[] bytes = valid ? NetUtil.createByteArrayFromIpAddressString(text) : null;
    if (bytes == null) {
      throw new MalformedHeader(Flaw.BAD_ADDRESS);
    }
    return address(bytes);
  }

  /** An address of 4 or 16 bytes; an IPv4 address that is mapped into IPv6 comes out as itself. */
  static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException("neither 4 nor 16 bytes", impossible);
    }
  }

  private static int port(String digits) throws MalformedHeader {
    if (!PORT.matcher(digits).matches() || Integer.parseInt(digits) > 65535) {
      throw new MalformedHeader(Flaw.BAD_PORT);
    }
    return Integer.parseInt(digits);
  }
}
