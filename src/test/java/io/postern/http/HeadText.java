package io.postern.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.testkit.Corpus;
import io.postern.testkit.Pieces;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a parser makes of bytes, as the lines of a {@link Corpus}. */
final class HeadText {

  private static final int MAX_BYTES = 1024;
  private static final int MAX_FIELDS = 20;

  /** What the connections to servers allow. */
  private static final int MAX_RESPONSE_BYTES = 128 * 1024;

  private static final int MAX_RESPONSE_FIELDS = 400;

  /** What a listener refuses that its parsers do not know of. */
  static final DownstreamSettings LISTENER =
      new DownstreamSettings(
          MAX_BYTES, MAX_BYTES, MAX_FIELDS, 1, UnusualNames.PASS, 0, 0, 0, change -> {});

  private HeadText() {}

  /** What comes of a request: its head, the reason that it is refused for, or {@code nothing}. */
  static List<String> ofRequest(byte[] bytes, int[] ends) {
    RequestHeadParser parser = new RequestHeadParser(MAX_BYTES, MAX_FIELDS);
    return read(
        bytes,
        ends,
        in -> admit(parser.parse(in)),
        head -> describe(head, parser.framing(), parser.keepAlive()));
  }

  /**
   * What comes of a response: its head, {@code BAD_RESPONSE}, or {@code nothing}.
   *
   * @param asked {@code HEAD}, {@code UPGRADE} to websocket, or empty for any other request
   */
  static List<String> ofResponse(byte[] bytes, int[] ends, String asked) {
    boolean toHead = asked.equals("HEAD");
    AsciiString upgrade = asked.equals("UPGRADE") ? new AsciiString("websocket") : null;
    ResponseHeadParser parser = new ResponseHeadParser(MAX_RESPONSE_BYTES, MAX_RESPONSE_FIELDS);
    return read(
        bytes,
        ends,
        in -> parser.parse(in, toHead, upgrade),
        head -> describe(head, parser.framing(), parser.keepAlive()));
  }

  private static @Nullable RequestHead admit(@Nullable RequestHead head) {
    return head == null ? null : LISTENER.admit(head);
  }

  private interface Parser<H> {
    @Nullable H parse(ByteBuf in);
  }

  private static <H> List<String> read(
      byte[] bytes, int[] ends, Parser<H> parser, Function<H, List<String>> describe) {
    List<String> lines = new ArrayList<>();
    List<H> heads = new ArrayList<>();
    byte[][] rest = {bytes};
    try {
      Pieces.feed(
          bytes,
          ends,
          in -> {
            if (heads.isEmpty()) {
              int before = in.readerIndex();
              H head = parser.parse(in);
              if (head != null) {
                heads.add(head);
                lines.addAll(describe.apply(head));
              } else if (in.readerIndex() != before) {
                lines.addAll(consumedEarly(in, before));
              }
            }
            if (!heads.isEmpty()) {
              rest[0] = ByteBufUtil.getBytes(in);
            }
          });
    } catch (FaultException e) {
      return List.of(e.fault().reason().name());
    }
    if (heads.isEmpty()) {
      return List.of("nothing");
    }
    addUnless(rest[0].length == 0, lines, "rest " + Corpus.escape(rest[0]));
    return lines;
  }

  /** Nothing but one empty line may be consumed before the head is complete. */
  private static List<String> consumedEarly(ByteBuf in, int before) {
    String consumed = in.toString(before, in.readerIndex() - before, ISO_8859_1);
    return consumed.equals("\r\n") ? List.of() : List.of("consumed " + Corpus.escape(consumed));
  }

  static List<String> describe(RequestHead head, Framing framing, boolean keepAlive) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s %s %s %s"
            .formatted(
                head.method(), escape(head.target()), head.version().label(), head.authority())
            .stripTrailing());
    int question = head.target().indexOf('?', 0);
    AsciiString raw = question < 0 ? head.target() : head.target().subSequence(0, question);
    addUnless(raw.equals(head.path()), lines, "path " + escape(head.path()));
    addUnless(head.authority().equals(head.host()), lines, "host " + head.host());
    addUnless(head.query().isEmpty(), lines, "query " + escape(head.query()));
    addUnless(
        framing == Framing.NONE && head.contentLength() < 0,
        lines,
        framing + " " + head.contentLength());
    addUnless(head.hasContent() == (framing != Framing.NONE), lines, "hasContent is wrong");
    addUnless(keepAlive, lines, "closes");
    addUnless(head.upgrade() == null, lines, "upgrades to " + head.upgrade());
    addFields(head.fields(), lines);
    return lines;
  }

  static List<String> describe(ResponseHead head, Framing framing, boolean keepAlive) {
    List<String> lines = new ArrayList<>();
    lines.add(head.status() + " " + head.version().label());
    lines.add(framing + " " + head.contentLength());
    addUnless(head.hasContent() == (framing != Framing.NONE), lines, "hasContent is wrong");
    addUnless(keepAlive, lines, "closes");
    addUnless(head.upgrade() == null, lines, "upgrades to " + head.upgrade());
    addFields(head.fields(), lines);
    return lines;
  }

  private static void addFields(Fields fields, List<String> lines) {
    for (int i = 0; i < fields.size(); i++) {
      lines.add((fields.name(i) + ": " + escape(fields.value(i))).stripTrailing());
    }
  }

  private static void addUnless(boolean known, List<String> lines, String line) {
    if (!known) {
      lines.add(line);
    }
  }

  private static String escape(AsciiString text) {
    return Corpus.escape(text.toByteArray());
  }
}
