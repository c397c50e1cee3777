package io.postern.observe;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who says what is in a log that many may write to.
 *
 * @param host the name of the machine
 * @param process the number of the process
 */
record Sender(String host, long process) {

  private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

  /** This process. */
  static Sender own() {
    return new Sender(ownHost(), ProcessHandle.current().pid());
  }

  /** As the kernel has it: whoever asks the JDK asks a name server, which may take its time. */
  private static String ownHost() {
    try {
      String name = Files.readString(KERNEL_NAME, StandardCharsets.US_ASCII).strip();
      return name.isEmpty() ? "-" : name;
    } catch (IOException _) {
      return InetAddress.getLoopbackAddress().getHostName();
    }
  }

  /** {@code proxy-1 postern[17]:}, as it stands before the words of a line in a log of syslog. */
  String tag() {
    return host + " postern[" + process + "]:";
  }
}
