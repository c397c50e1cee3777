package io.postern.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import java.util.List;

/**
 * What the process itself takes up. What Micrometer measures keeps Micrometer's names, which the
 * dashboards of others know; nothing of it is on the path of a request.
 */
final class ProcessMeters implements AutoCloseable {

  private final JvmGcMetrics collections = new JvmGcMetrics();

  void describe(Metrics metrics, MeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
    String version = ProcessMeters.class.getPackage().getImplementationVersion();
    metrics.gauges(
        "postern_build_info",
        "Always 1; the labels say what is running.",
        List.of("version", "java"),
        points -> points.add(1, version == null ? "" : version, Runtime.version().toString()));
    describeBuffers(metrics);
  }

  private static void describeBuffers(Metrics metrics) {
    metrics.gauges(
        "postern_direct_memory_bytes",
        "Memory outside the heap that Netty has reserved, with what it keeps for later use.",
        List.of(),
        points -> points.add(PlatformDependent.usedDirectMemory()));
    metrics.gauges(
        "postern_direct_memory_max_bytes",
        "What Netty may reserve outside the heap.",
        List.of(),
        points -> points.add(PlatformDependent.maxDirectMemory()));
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
      ByteBufAllocatorMetric used = buffers.metric();
      metrics.gauges(
          "postern_buffer_memory_bytes",
          "Memory that the allocator of Netty's buffers holds, by where it is.",
          List.of("area"),
          points -> {
            points.add(used.usedDirectMemory(), "direct");
            points.add(used.usedHeapMemory(), "heap");
          });
    }
  }

  @Override
  public void close() {
    collections.close();
  }
}
