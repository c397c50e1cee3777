package io.postern.testkit;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.LongStream;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What the event loops of a program that runs have allocated on the heap, as its JVM counts it. */
public final class LoopAllocation implements AutoCloseable {

  private final JMXConnector connector;
  private final ThreadMXBean threads;
  private final long[] loops;

  private LoopAllocation(JMXConnector connector) throws IOException {
    this.connector = connector;
    threads =
        ManagementFactory.newPlatformMXBeanProxy(
            connector.getMBeanServerConnection(),
            ManagementFactory.THREAD_MXBEAN_NAME,
            ThreadMXBean.class);
    loops =
        Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
            .filter(thread -> thread != null && thread.getThreadName().startsWith("loop-"))
            .mapToLong(thread -> thread.getThreadId())
            .toArray();
    if (loops.length == 0) {
      throw new AssertionError("no event loop runs yet");
    }
  }

  /** Of the program with this process id, whose event loops have been started. */
  @SuppressWarnings("BanJNDI") // the URL is what the process itself has just answered
  public static LoopAllocation of(long pid) {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      String url = machine.startLocalManagementAgent();
      machine.detach();
      return new LoopAllocation(JMXConnectorFactory.connect(new JMXServiceURL(url)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (AttachNotSupportedException noJdk) {
      throw new AssertionError(noJdk);
    }
  }

  /** The bytes that all loops together have allocated since they began. */
  public long bytes() {
    return LongStream.of(threads.getThreadAllocatedBytes(loops)).sum();
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
