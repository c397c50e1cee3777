package io.postern.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A DNS server by UDP and TCP on one port of the loopback that says what the test tells it to, and
 * may say something else to the next question. What it was not told about does not exist.
 */
public final class DnsServer implements AutoCloseable {

  public static final int A = 1;
  public static final int AAAA = 28;
  public static final int SRV = 33;

  private static final int SERVFAIL = 2;
  private static final int NXDOMAIN = 3;
  private static final int TRUNCATED = 0x0200;
  private static final int ANSWER = 0x8180;
  private static final int HEAD = 12;

  private record Said(
      int code, boolean silent, boolean onlyByTcp, long ttl, List<byte[]> records) {}

  /** A target of a service. */
  public record Target(int priority, int weight, int port, String host) {}

  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final Map<String, Said> said = new ConcurrentHashMap<>();
  private final List<String> questions = new CopyOnWriteArrayList<>();

  private DnsServer(DatagramSocket udp, ServerSocket tcp) {
    this.udp = udp;
    this.tcp = tcp;
    Thread.ofVirtual().name("dns-udp").start(this::serveUdp);
    Thread.ofVirtual().name("dns-tcp").start(this::serveTcp);
  }

  /** Starts one that knows nothing. */
  public static DnsServer start() {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    for (int attempt = 0; ; attempt++) {
      try {
        ServerSocket tcp = new ServerSocket(0, 50, loopback);
        try {
          return new DnsServer(new DatagramSocket(tcp.getLocalPort(), loopback), tcp);
        } catch (IOException e) { // somebody else has that of UDP
          tcp.close();
          if (attempt == 20) {
            throw e;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Where it listens, such as {@code 127.0.0.1:5353}. */
  public String at() {
    return "127.0.0.1:" + tcp.getLocalPort();
  }

  /** What was asked, such as {@code udp 1 app.test}, in its order. */
  public List<String> questions() {
    return List.copyOf(questions);
  }

  /** A host has these addresses, all of one kind. */
  public DnsServer addresses(String host, int type, long ttl, String... addresses) {
    List<byte[]> records = Arrays.stream(addresses).map(DnsServer::address).toList();
    return say(host, type, new Said(0, false, false, ttl, records));
  }

  /** A service has these targets. */
  public DnsServer targets(String service, long ttl, Target... targets) {
    List<byte[]> records = Arrays.stream(targets).map(DnsServer::target).toList();
    return say(service, SRV, new Said(0, false, false, ttl, records));
  }

  /** The same answer by TCP only: by UDP it is cut short. */
  public DnsServer onlyByTcp(String name, int type) {
    said.computeIfPresent(
        key(name, type), (key, was) -> new Said(0, false, true, was.ttl, was.records));
    return this;
  }

  /** It says that the name does not exist. */
  public DnsServer deny(String name, int type) {
    return say(name, type, new Said(NXDOMAIN, false, false, 0, List.of()));
  }

  /** It says that it cannot answer. */
  public DnsServer fail(String name, int type) {
    return say(name, type, new Said(SERVFAIL, false, false, 0, List.of()));
  }

  /** It says nothing. */
  public DnsServer ignore(String name, int type) {
    return say(name, type, new Said(0, true, false, 0, List.of()));
  }

  private DnsServer say(String name, int type, Said what) {
    said.put(key(name, type), what);
    return this;
  }

  private static String key(String name, int type) {
    return type + " " + name.toLowerCase(Locale.ROOT);
  }

  private static byte[] address(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] target(Target target) {
    byte[] host = name(target.host);
    return ByteBuffer.allocate(6 + host.length)
        .putShort((short) target.priority)
        .putShort((short) target.weight)
        .putShort((short) target.port)
        .put(host)
        .array();
  }

  private static byte[] name(String host) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String label : host.split("\\.", -1)) {
      bytes.write(label.length());
      bytes.writeBytes(label.getBytes(US_ASCII));
    }
    bytes.write(0);
    return bytes.toByteArray();
  }

  private void serveUdp() {
    byte[] buffer = new byte[4096];
    while (!udp.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        udp.receive(packet);
        byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()), "udp");
        if (answer.length > 0) {
          udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try (Socket socket = tcp.accept()) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = answer(in.readNBytes(in.readUnsignedShort()), "tcp");
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeShort(answer.length);
        out.write(answer);
        out.flush();
      } catch (IOException e) {
        // Closed, by the client or by us.
      }
    }
  }

  /** Nothing where it does not answer. */
  private byte[] answer(byte[] question, String by) {
    StringBuilder name = new StringBuilder();
    int at = HEAD;
    for (int length = question[at]; length > 0; length = question[at]) {
      name.append(name.isEmpty() ? "" : ".").append(new String(question, at + 1, length, US_ASCII));
      at += 1 + length;
    }
    int type = ByteBuffer.wrap(question, at + 1, 2).getShort();
    questions.add(by + " " + key(name.toString(), type));
    Said what =
        said.getOrDefault(
            key(name.toString(), type), new Said(NXDOMAIN, false, false, 0, List.of()));
    if (what.silent) {
      return new byte[0];
    }
    boolean cut = what.onlyByTcp && by.equals("udp");
    List<byte[]> records = cut ? List.of() : what.records;
    ByteBuffer answer = ByteBuffer.allocate(65_535);
    answer.put(question, 0, 2).putShort((short) (ANSWER | what.code | (cut ? TRUNCATED : 0)));
    answer.putShort((short) 1).putShort((short) records.size()).putInt(0);
    answer.put(question, HEAD, at + 5 - HEAD);
    for (byte[] each : records) {
      answer.putShort((short) (0xC000 | HEAD)).putShort((short) type).putShort((short) 1);
      answer.putInt((int) what.ttl).putShort((short) each.length).put(each);
    }
    return Arrays.copyOf(answer.array(), answer.position());
  }

  @Override
  public void close() {
    udp.close();
    try {
      tcp.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
