package io.postern.discovery;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a DNS server answered, as far as it was asked for: records of one type, whoever owns them,
 * for aliases are followed by the server (RFC 1034 §4.3.1).
 *
 * @param records addresses or targets; none where the answer is that there are none
 * @param ttl for how many seconds the shortest of them holds
 */
record Answer<T>(List<T> records, long ttl) {

  /**
   * A target of SRV (RFC 2782).
   *
   * @param priority the smaller, the better
   */
  record Target(int priority, int weight, int port, String host) {}

  private static final int SRV_HEAD = 6;

  private interface Reader<T> {
    T read(ByteBuf content) throws UnknownHostException;
  }

  /** The addresses of a host; the response stays the caller's. */
  static Answer<InetAddress> addresses(DnsResponse response, DnsRecordType type, String host) {
    return read(
        response,
        type,
        content -> {
          byte[] bytes = new byte[content.readableBytes()];
          content.getBytes(content.readerIndex(), bytes);
          return InetAddress.getByAddress(host, bytes);
        });
  }

  /** The targets of a service; the response stays the caller's. */
  static Answer<Target> targets(DnsResponse response) {
    return read(
        response,
        DnsRecordType.SRV,
        content -> {
          ByteBuf of = content.duplicate();
          if (of.readableBytes() <= SRV_HEAD) {
            throw new UnknownHostException("a record of SRV is cut short");
          }
          int priority = of.readUnsignedShort();
          int weight = of.readUnsignedShort();
          int port = of.readUnsignedShort();
          return new Target(priority, weight, port, DefaultDnsRecordDecoder.decodeName(of));
        });
  }

  private static <T> Answer<T> read(DnsResponse response, DnsRecordType type, Reader<T> reader) {
    List<T> records = new ArrayList<>();
    long ttl = Long.MAX_VALUE;
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
      ttl = Math.min(ttl, record.timeToLive());
      if (record.type().equals(type) && record instanceof DnsRawRecord raw) {
        try {
          records.add(reader.read(raw.content()));
        } catch (UnknownHostException e) {
          throw new IllegalArgumentException("a record of " + type.name() + " is none", e);
        }
      }
    }
    return new Answer<>(List.copyOf(records), ttl);
  }
}
