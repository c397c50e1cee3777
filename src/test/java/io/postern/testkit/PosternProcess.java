package io.postern.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real program in a process of its own, from the classes of this build. */
public final class PosternProcess implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 30;

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<Thread> readers;

  private PosternProcess(Process process) {
    this.process = process;
    this.readers =
        List.of(
            collect(process.inputReader(StandardCharsets.UTF_8), output),
            collect(process.errorReader(StandardCharsets.UTF_8), errors));
  }

  /** Starts {@code postern} with these arguments, with the flags of the launcher. */
  public static PosternProcess start(String... arguments) {
    return start(Map.of(), arguments);
  }

  /** The same, with these variables in its environment as well. */
  public static PosternProcess start(Map<String, String> environment, String... arguments) {
    return start(List.of(), environment, arguments);
  }

  /** The same by a program that is given the command and starts it. */
  public static PosternProcess start(
      List<String> launcher, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("config", "jvm.options").toAbsolutePath());
    command.add("-XX:TieredStopAtLevel=1"); // what lives for seconds is up sooner without C2
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.postern.cli.Main");
    command.addAll(Arrays.asList(arguments));
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      return new PosternProcess(builder.start());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Thread collect(BufferedReader from, List<String> lines) {
    return Thread.ofVirtual().start(() -> from.lines().forEach(lines::add));
  }

  /** What it has written to its standard output so far, line by line. */
  public List<String> output() {
    return List.copyOf(output);
  }

  /** What it has written to its standard error so far, line by line. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Waits for a line of the standard output by its place, from 0. */
  public String awaitOutput(int index) {
    Await.until("line " + index + " after " + errors, () -> output.size() > index);
    return output.get(index);
  }

  /** Waits for a line on the standard error that has this in it. */
  public String awaitError(String part) {
    // A JVM takes its time to start on a busy machine: twice the usual limit.
    try {
      Await.until("a start", () -> has(part) || !process.isAlive());
    } catch (AssertionError slow) {
      Await.until(part + " in " + errors, () -> has(part));
    }
    Await.until(part + " in " + errors, () -> has(part));
    return errors.stream().filter(line -> line.contains(part)).findFirst().orElseThrow();
  }

  private boolean has(String part) {
    return errors.stream().anyMatch(line -> line.contains(part));
  }

  /** Waits until it serves; answers where a listener is. */
  public InetSocketAddress awaitListener(String name) {
    String ready = awaitError("postern ready");
    Matcher at = Pattern.compile(name + " 127\\.0\\.0\\.1:(\\d+)").matcher(ready);
    if (!at.find()) {
      throw new AssertionError("no listener " + name + " in: " + ready);
    }
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(at.group(1)));
  }

  /** Sends a signal, such as {@code TERM}. */
  public void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-s", name, "" + pid()).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("cannot send SIG" + name);
      }
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  /** The id of its process. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end and all of its output; answers its exit code. */
  public int awaitExit() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("it does not end: " + errors);
      }
      for (Thread reader : readers) {
        reader.join();
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitExit();
  }
}
