package io.postern.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.ListenerConfig.ProxyProtocol;
import io.postern.http.Deadlines;
import io.postern.http.Deadlines.Deadline;
import io.postern.observe.Arrivals.Header;
import io.postern.observe.Arrivals.Probe;
import io.postern.proxyproto.MalformedHeader;
import io.postern.proxyproto.MalformedHeader.Flaw;
import io.postern.proxyproto.ProxyHeader;
import io.postern.proxyproto.ProxyHeaderDecoder;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands first in the pipeline until the first byte that is the client's own. It takes the PROXY
 * header off, says who has come, and then waits for that byte, so that it knows a health check,
 * which never sends one, from a client.
 *
 * <ol>
 *   <li>{@code HEADER}: bytes are kept until they are a header, or show that they are none. Nothing
 *       stands behind this handler yet.
 *   <li>{@code ARRIVED}: who came is known, and the rest of the pipeline is there with its own
 *       deadlines. The next byte sends this handler away.
 *   <li>{@code REFUSED}: closed, and counted.
 * </ol>
 *
 * <p>Owned by the event loop of its channel.
 */
final class ProxyHeaderHandler extends ChannelDuplexHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ProxyHeaderHandler.class);

  private enum State {
    HEADER,
    ARRIVED,
    REFUSED
  }

  private final HeaderPolicy policy;
  private final BiConsumer<Channel, Arrival> onArrival;
  private final ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
  private final Deadline deadline;

  @SuppressWarnings("NullAway.Init") // set by handlerAdded, before any other call
  private ChannelHandlerContext ctx;

  /** What the socket says. */
  private @Nullable Arrival socket;

  private @Nullable ByteBuf received;
  private State state = State.HEADER;
  private Probe probe = Probe.NOTHING;

  /**
   * A handler for one connection.
   *
   * @param onArrival puts the rest of the pipeline in
   */
  ProxyHeaderHandler(
      HeaderPolicy policy, Deadlines deadlines, BiConsumer<Channel, Arrival> onArrival) {
    this.policy = policy;
    this.onArrival = onArrival;
    this.deadline = deadlines.create(() -> refuse(Header.TIMEOUT, "took too long"));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    Arrival own = Arrival.of(context.channel());
    socket = own;
    if (own == null) {
      state = State.REFUSED;
      policy.arrivals().count(Probe.NOTHING);
      context.close(); // gone already
    } else if (policy.mode() == ProxyProtocol.NONE) {
      arrive(own, Probe.NOTHING);
    } else if (policy.mode() == ProxyProtocol.REQUIRED && isStranger(own)) {
      refuse(Header.STRANGER, "is none of loadBalancer.sources");
    } else {
      deadline.after(policy.nanos());
    }
  }

  private boolean isStranger(Arrival own) {
    return !policy.trusts(own.client().getAddress());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    switch (state) {
      case HEADER -> {
        ByteBuf read = (ByteBuf) message;
        received =
            received == null
                ? read
                : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), received, read);
        decode(received);
      }
      case ARRIVED -> {
        context.pipeline().remove(this);
        context.fireChannelRead(message);
      }
      case REFUSED -> ReferenceCountUtil.release(message);
    }
  }

  private void decode(ByteBuf in) {
    Arrival own = socket;
    if (own == null) {
      throw new IllegalStateException("bytes of nobody");
    }
    try {
      ProxyHeader header = decoder.decode(in);
      if (header != null) {
        onHeader(header, own);
      }
    } catch (MalformedHeader malformed) {
      onFlaw(malformed.flaw(), own);
    }
  }

  private void onHeader(ProxyHeader header, Arrival own) {
    if (isStranger(own)) {
      refuse(Header.STRANGER, "sent a header, and is none of loadBalancer.sources");
      return;
    }
    ProxyHeader.Addresses told = header.addresses();
    Arrival arrival =
        told == null
            ? Arrival.told(own.client(), own.local(), header.vpce())
            : Arrival.told(told.client(), told.local(), header.vpce());
    LOG.debug("listener {}: {} brings {}", policy.listener(), own.client(), arrival);
    policy.arrivals().count(kindOf(header.form()));
    boolean local = header.form() == ProxyHeader.Form.LOCAL;
    arrive(arrival, local ? Probe.LOCAL_ONLY : Probe.HEADER_ONLY);
  }

  private static Header kindOf(ProxyHeader.Form form) {
    return switch (form) {
      case V1 -> Header.V1;
      case V2 -> Header.V2;
      case LOCAL -> Header.LOCAL;
    };
  }

  private void onFlaw(Flaw flaw, Arrival own) {
    if (policy.mode() == ProxyProtocol.OPTIONAL && flaw == Flaw.MISSING) {
      policy.arrivals().count(Header.NONE);
      arrive(own, Probe.NOTHING);
    } else if (isStranger(own)) {
      refuse(Header.STRANGER, "sent a header, and is none of loadBalancer.sources");
    } else {
      policy.arrivals().count(flaw);
      close("sent " + flaw.words());
    }
  }

  private void refuse(Header kind, String why) {
    policy.arrivals().count(kind);
    close(why);
  }

  private void close(String why) {
    Arrival own = socket;
    LOG.debug("listener {}: {} {}", policy.listener(), own == null ? null : own.client(), why);
    state = State.REFUSED;
    deadline.cancel();
    release();
    ctx.close();
  }

  /** Who has come is known: the rest of the pipeline is put in, and gets what came behind. */
  private void arrive(Arrival arrival, Probe ifNothingComes) {
    state = State.ARRIVED;
    probe = ifNothingComes;
    deadline.cancel();
    onArrival.accept(ctx.channel(), arrival);
    if (!ctx.channel().isOpen()) {
      state = State.REFUSED; // by whoever was told, which counts it
    }
    ByteBuf rest = received;
    if (state == State.ARRIVED && rest != null && rest.isReadable()) {
      received = null;
      ctx.pipeline().remove(this);
      ctx.fireChannelRead(rest);
    } else {
      release();
    }
  }

  private void release() {
    if (received != null) {
      received.release();
      received = null;
    }
  }

  /** Whoever stands behind closes a connection that has brought nothing: it is no peer's doing. */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    probe = Probe.SILENT;
    context.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    switch (state) {
      case HEADER -> endedInHeader();
      case ARRIVED -> policy.arrivals().count(probe);
      case REFUSED -> {}
    }
    state = State.REFUSED;
    deadline.cancel();
    release();
    context.fireChannelInactive();
  }

  private void endedInHeader() {
    if (received == null) {
      policy.arrivals().count(probe);
    } else {
      policy.arrivals().count(Header.CUT_SHORT);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    deadline.cancel();
    release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      // A reset: part of how load balancers look whether a port is open.
      LOG.debug("listener {}: {} before the first byte", policy.listener(), cause.toString());
    } else {
      LOG.warn("listener {}: a connection failed as it began", policy.listener(), cause);
    }
    context.close();
  }
}
