package io.postern.testkit;

import java.util.List;
import java.util.Map;

/**
 * A service manager that listens for a process and passes it the sockets, as sd_listen_fds(3) has
 * it. A process of Python's, for the JDK passes no descriptors on.
 */
public final class SocketManager {

  private static final String PYTHON = "/usr/bin/python3";

  private static final String PROGRAM =
      """
      import ctypes, fcntl, os, signal, socket, sys
      specs, runs, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

      def opened(kind):
          if kind == "datagrams":
              return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          listening = socket.create_server(("127.0.0.1", 0), backlog=128)
          listening.setblocking(kind == "blocking")
          return listening

      pairs = [spec.split("=") for spec in specs.split(",")]
      kept = [opened(kind) for _, kind in pairs]
      high = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, 100) for each in kept]
      for run in range(runs):
          child = os.fork()
          if child == 0:
              ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with us
              for at, each in enumerate(high):
                  os.dup2(each, 3 + at)
                  os.close(each)
              os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(pairs)),
                                LISTEN_FDNAMES=":".join(name for name, _ in pairs))
              os.execv(command[0], command)
          signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
          _, status = os.waitpid(child, 0)
      sys.exit(os.waitstatus_to_exitcode(status))
      """;

  private SocketManager() {}

  /** Skips the test where there is no Python. */
  public static void assumeInstalled() {
    ServerProcess.assumeInstalled(PYTHON, "python3");
  }

  /**
   * Starts {@code postern} with these arguments; SIGTERM is passed on to it.
   *
   * @param sockets names, each with what it is: {@code edge=listening,other=datagrams}; {@code
   *     blocking} is one that listens and lacks O_NONBLOCK
   * @param runs how often it is started: anew as soon as it has ended
   */
  public static PosternProcess start(String sockets, int runs, String... arguments) {
    List<String> launcher = List.of(PYTHON, "-c", PROGRAM, sockets, Integer.toString(runs));
    return PosternProcess.start(launcher, Map.of(), arguments);
  }
}
