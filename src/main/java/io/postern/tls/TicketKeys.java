package io.postern.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.postern.config.Secret;
import io.postern.config.TlsConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The keys that seal sessions into tickets, which clients keep and bring back (RFC 5077 §4, RFC
 * 8446 §4.6.1). Time is cut into epochs of one length, and each has a key. With a secret every
 * instance that knows it derives the same one (HKDF, RFC 5869), so that a fleet needs no
 * coordination but clocks that agree to within an epoch; without, keys are random. Thread-safe.
 */
final class TicketKeys {

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Epochs whose tickets are taken besides the current one, in the order of their likelihood. */
  private static final long[] TAKEN = {-1, -2, 1}; // the next: another clock may be ahead

  private final LongFunction<byte[]> material;
  private final long epochMillis;

  private TicketKeys(LongFunction<byte[]> material, Duration epoch) {
    this.material = material;
    this.epochMillis = epoch.toMillis();
  }

  static TicketKeys of(TlsConfig.SessionTickets config) {
    Secret secret = config.secret();
    Duration epoch = config.rotate();
    return new TicketKeys(
        secret == null ? new Random() : number -> derived(secret, epoch, number), epoch);
  }

  /** The number of the epoch. */
  long epoch(Instant now) {
    return Math.floorDiv(now.toEpochMilli(), epochMillis);
  }

  /** The keys of now: the first seals, all of them open. */
  OpenSslSessionTicketKey[] at(Instant now) {
    long current = epoch(now);
    OpenSslSessionTicketKey[] keys = new OpenSslSessionTicketKey[TAKEN.length + 1];
    keys[0] = key(current);
    for (int i = 0; i < TAKEN.length; i++) {
      keys[i + 1] = key(current + TAKEN[i]);
    }
    return keys;
  }

  private OpenSslSessionTicketKey key(long number) {
    byte[] bytes = material.apply(number);
    int hmac = OpenSslSessionTicketKey.NAME_SIZE;
    int aes = hmac + OpenSslSessionTicketKey.HMAC_KEY_SIZE;
    return new OpenSslSessionTicketKey(
        Arrays.copyOfRange(bytes, 0, hmac),
        Arrays.copyOfRange(bytes, hmac, aes),
        Arrays.copyOfRange(bytes, aes, bytes.length));
  }

  // The length of an epoch is part of it: else number 7 of hours would be number 7 of days.
  private static byte[] derived(Secret secret, Duration epoch, long number) {
    String purpose = "postern session ticket, epoch " + number + " of " + epoch.toMillis() + " ms";
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addIKM(secret.value().getBytes(StandardCharsets.UTF_8))
                  .thenExpand(
                      purpose.getBytes(StandardCharsets.US_ASCII),
                      OpenSslSessionTicketKey.TICKET_KEY_SIZE));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK derives keys by HKDF with SHA-256", e);
    }
  }

  /** Made when they are first asked for, and forgotten when no ticket of theirs is taken. */
  private static final class Random implements LongFunction<byte[]> {

    private final Map<Long, byte[]> made = new ConcurrentHashMap<>();

    @Override
    public byte[] apply(long number) {
      made.keySet().removeIf(other -> Math.abs(other - number) > TAKEN.length);
      return made.computeIfAbsent(number, _ -> random());
    }

    private static byte[] random() {
      byte[] bytes = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
      RANDOM.nextBytes(bytes);
      return bytes;
    }
  }
}
