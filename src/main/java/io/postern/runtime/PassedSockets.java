package io.postern.runtime;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Socket;
import io.postern.config.AdminConfig;
import io.postern.config.Bind;
import io.postern.config.Config;
import io.postern.config.HealthConfig;
import io.postern.config.Place;
import io.postern.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that the service manager has bound for this process and passed to it, by the names
 * that it gave them: sd_listen_fds(3). They stay its own as well, and go on listening when we close
 * ours: who connects while nobody accepts waits for the next process.
 *
 * <p>Immutable; used by the thread that starts the proxy.
 */
public final class PassedSockets {

  private static final int FIRST_DESCRIPTOR = 3;

  /** What a socket is called that has no name, see sd_listen_fds(3). */
  private static final String NAMELESS = "unknown";

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private static final Pattern FLAGS = Pattern.compile("^flags:\\s*([0-7]+)$", Pattern.MULTILINE);
  private static final int O_NONBLOCK = 04000;

  private final Map<String, List<Integer>> byName;

  /** By name, in the order in which they were passed. */
  PassedSockets(Map<String, List<Integer>> byName) {
    this.byName = byName;
  }

  /** Of a process that was passed none. */
  public static PassedSockets none() {
    return new PassedSockets(Map.of());
  }

  /**
   * Those that this environment speaks of; none where LISTEN_PID is another process, which has left
   * the environment to us and not its sockets.
   *
   * @param pid our own
   */
  public static PassedSockets of(Map<String, String> environment, long pid) {
    String count = environment.getOrDefault("LISTEN_FDS", "");
    if (!Long.toString(pid).equals(environment.get("LISTEN_PID"))
        || !NUMBER.matcher(count).matches()) {
      return none();
    }
    String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
    Map<String, List<Integer>> byName = new LinkedHashMap<>();
    for (int i = 0; i < Integer.parseInt(count); i++) {
      String name = i < names.length && !names[i].isEmpty() ? names[i] : NAMELESS;
      byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(FIRST_DESCRIPTOR + i);
    }
    return new PassedSockets(byName);
  }

  /** A section of the config that listens. */
  private record Port(Place place, Bind.Passed bind) {}

  private static List<Port> asked(Config config) {
    List<Port> asked = new ArrayList<>();
    config.listeners().values().forEach(each -> add(each.place(), each.bind(), asked));
    HealthConfig health = config.health();
    if (health != null) {
      add(health.place(), health.bind(), asked);
    }
    AdminConfig admin = config.admin();
    if (admin != null) {
      add(admin.place(), admin.bind(), asked);
    }
    return asked;
  }

  private static void add(Place place, @Nullable Bind bind, List<Port> asked) {
    if (bind instanceof Bind.Passed passed) {
      asked.add(new Port(place, passed));
    }
  }

  /** Whether a config listens on such a socket. */
  static boolean areAskedFor(Config config) {
    return !asked(config).isEmpty();
  }

  /**
   * What keeps a config from running with these sockets. {@code check} knows nothing of it: it may
   * run anywhere.
   */
  public List<Problem> problems(Config config) {
    List<Problem> problems = new ArrayList<>();
    for (Port port : asked(config)) {
      String name = port.bind().name();
      List<Integer> passed = byName.getOrDefault(name, List.of());
      Wrong wrong =
          switch (passed.size()) {
            case 0 -> missing(name);
            case 1 -> wrong(passed.getFirst());
            default ->
                new Wrong(
                    "systemd passed " + passed.size() + " sockets of this name",
                    "a FileDescriptorName= of its own for each");
          };
      if (wrong != null) {
        problems.add(port.place().problem("bind", wrong.what(), wrong.expected()));
      }
    }
    return problems;
  }

  /** The names that were passed and that nothing in a config listens on: who comes there waits. */
  public Set<String> unused(Config config) {
    Set<String> unused = new TreeSet<>(byName.keySet());
    asked(config).forEach(port -> unused.remove(port.bind().name()));
    return unused;
  }

  private record Wrong(String what, String expected) {}

  private Wrong missing(String name) {
    return byName.isEmpty()
        ? new Wrong(
            "no socket was passed to this process",
            "a start by systemd, and a socket unit with FileDescriptorName=" + name)
        : new Wrong(
            "systemd passed no socket of this name",
            "one of " + String.join(", ", byName.keySet()));
  }

  private static @Nullable Wrong wrong(int descriptor) {
    if (!isListeningTcp(descriptor)) {
      return new Wrong(
          "descriptor " + descriptor + " of this name is no TCP socket that listens",
          "ListenStream= with an address and a port, and Accept=no");
    }
    return mayBlock(descriptor)
        ? new Wrong(
            "descriptor " + descriptor + " of this name blocks who accepts",
            "NonBlocking=yes in the unit of the service")
        : null;
  }

  /** By SO_DOMAIN, SO_TYPE and SO_ACCEPTCONN of SOL_SOCKET, see socket(7). */
  private static boolean isListeningTcp(int descriptor) {
    Epoll.ensureAvailability();
    try {
      Socket socket = new Socket(descriptor);
      int domain = socket.getIntOpt(1, 39);
      boolean internet = domain == 2 || domain == 10; // AF_INET, AF_INET6
      return internet && socket.getIntOpt(1, 3) == 1 && socket.getIntOpt(1, 30) == 1;
    } catch (IOException | ChannelException noSocket) {
      return false;
    }
  }

  /** Netty accepts until there is no more, which is for ever on a socket that blocks. */
  private static boolean mayBlock(int descriptor) {
    try {
      Matcher flags = FLAGS.matcher(Files.readString(Path.of("/proc/self/fdinfo/" + descriptor)));
      return flags.find() && (Integer.parseInt(flags.group(1), 8) & O_NONBLOCK) == 0;
    } catch (IOException untold) {
      return false;
    }
  }

  /** What makes the server channel of one that no problem is left with. */
  ChannelFactory<? extends ServerChannel> channels(Bind.Passed bind) {
    int descriptor = Objects.requireNonNull(byName.get(bind.name())).getFirst();
    return () -> new EpollServerSocketChannel(descriptor);
  }
}
