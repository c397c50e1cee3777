package io.postern.testkit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link NlbTwin} is set up.
 *
 * @param listen where clients connect
 * @param targets where their flows go
 * @param vpce the endpoint that every client came through; null for clients of the same VPC
 * @param header whether PROXY headers are sent
 * @param from the address that it connects from; null is the system's choice
 * @param idle the time after which a silent flow is forgotten (AWS: 350 s)
 * @param propagation how long a target that was deregistered still gets new flows
 * @param resetsWhenUnhealthy whether the flows of a target that becomes unhealthy are reset (AWS:
 *     yes, unless told otherwise)
 * @param checks null for none: every target is healthy
 */
public record NlbOptions(
    InetSocketAddress listen,
    List<InetSocketAddress> targets,
    @Nullable String vpce,
    boolean header,
    @Nullable String from,
    Duration idle,
    Duration propagation,
    boolean resetsWhenUnhealthy,
    @Nullable Checks checks) {

  /**
   * Health checks.
   *
   * @param addresses where each target is asked by HTTP, in their order; empty for checks that
   *     connect to the target itself and close
   * @param path what is asked for
   * @param threshold how many results in a row change the state, either way
   */
  public record Checks(
      List<InetSocketAddress> addresses,
      String path,
      Duration interval,
      Duration timeout,
      int threshold) {

    /** Connect and close. */
    public static Checks tcp(Duration interval, int threshold) {
      return new Checks(List.of(), "/", interval, Duration.ofSeconds(2), threshold);
    }

    /** GET, from 200 to 399 is well. */
    public static Checks http(
        String path, Duration interval, int threshold, InetSocketAddress... addresses) {
      return new Checks(List.of(addresses), path, interval, Duration.ofSeconds(2), threshold);
    }
  }

  /** To these targets, with PROXY headers and without health checks. */
  public static NlbOptions to(InetSocketAddress... targets) {
    return new NlbOptions(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(targets),
        ProxyV2.VPCE,
        true,
        null,
        Duration.ofSeconds(350),
        Duration.ZERO,
        true,
        null);
  }

  /** The same with another idle timeout. */
  public NlbOptions idle(Duration time) {
    return new NlbOptions(
        listen, targets, vpce, header, from, time, propagation, resetsWhenUnhealthy, checks);
  }

  /** The same with another delay of deregistration. */
  public NlbOptions propagation(Duration time) {
    return new NlbOptions(
        listen, targets, vpce, header, from, idle, time, resetsWhenUnhealthy, checks);
  }

  /** The same with health checks. */
  public NlbOptions checks(Checks all) {
    return new NlbOptions(
        listen, targets, vpce, header, from, idle, propagation, resetsWhenUnhealthy, all);
  }

  /** The same, and flows stay when their target becomes unhealthy. */
  public NlbOptions keepsFlows() {
    return new NlbOptions(listen, targets, vpce, header, from, idle, propagation, false, checks);
  }

  /** The same from another address of this machine. */
  public NlbOptions from(String address) {
    return new NlbOptions(
        listen, targets, vpce, header, address, idle, propagation, resetsWhenUnhealthy, checks);
  }

  static final String USAGE =
      """
      usage: NlbTwin --listen HOST:PORT --target HOST:PORT[,HOST:PORT...] [OPTION...]

        --vpce ID              the endpoint that clients come through (none)
        --no-header            no PROXY headers
        --from ADDRESS         connect to targets from this address
        --idle SECONDS         forget silent flows (350)
        --propagation SECONDS  new flows to a target that was deregistered (0)
        --keep-flows           do not reset the flows of unhealthy targets
        --tcp-checks           connect to the targets and close
        --health HOST:PORT[,HOST:PORT...]  HTTP checks, an address for each target
        --health-path PATH     (/healthz)
        --interval SECONDS     between checks (10)
        --threshold N          results in a row that change the state (3)
      """;

  /** Reads the arguments of the program. */
  static NlbOptions parse(String... arguments) {
    List<String> given = new ArrayList<>(Arrays.asList(arguments));
    boolean tcp = given.remove("--tcp-checks");
    boolean header = !given.remove("--no-header");
    boolean keeps = given.remove("--keep-flows");
    List<InetSocketAddress> health = addresses(take(given, "--health", ""));
    Checks checks =
        new Checks(
            health,
            take(given, "--health-path", "/healthz"),
            seconds(given, "--interval", "10"),
            Duration.ofSeconds(2),
            Integer.parseInt(take(given, "--threshold", "3")));
    String vpce = take(given, "--vpce", "");
    String from = take(given, "--from", "");
    NlbOptions options =
        new NlbOptions(
            addresses(take(given, "--listen", "127.0.0.1:0")).getFirst(),
            addresses(take(given, "--target", "")),
            vpce.isEmpty() ? null : vpce,
            header,
            from.isEmpty() ? null : from,
            seconds(given, "--idle", "350"),
            seconds(given, "--propagation", "0"),
            !keeps,
            tcp || !health.isEmpty() ? checks : null);
    if (!given.isEmpty() || options.targets.isEmpty()) {
      throw new IllegalArgumentException("not understood: " + given);
    }
    return options;
  }

  private static String take(List<String> given, String name, String otherwise) {
    int at = given.indexOf(name);
    if (at < 0 || at + 1 == given.size()) {
      return otherwise;
    }
    given.remove(at);
    return given.remove(at);
  }

  private static Duration seconds(List<String> given, String name, String otherwise) {
    return Duration.ofMillis(Math.round(1000 * Double.parseDouble(take(given, name, otherwise))));
  }

  private static List<InetSocketAddress> addresses(String list) {
    return Arrays.stream(list.split(",", -1))
        .filter(each -> !each.isEmpty())
        .map(NlbOptions::address)
        .toList();
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }
}
