package io.postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3BaseClientBuilder;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.SdkPartType;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.encryption.s3.S3EncryptionClient;

/** The AWS SDK and its encryption client, over TLS through Postern, before an S3 that checks. */
class S3Test {

  private static final String BUCKET = "interop";
  private static final int PART = 64 << 20;
  private static final int PARTS = Integer.getInteger("parts", 16);
  private static final int AT_ONCE = 4;

  @TempDir private static Path folder;

  private static S3Store store;
  private static Identity identity;
  private static Program postern;
  private static S3Client s3;

  @BeforeAll
  static void start() throws Exception {
    store = S3Store.start(folder);
    identity = Identity.create(folder);
    String pool = "{servers: [{address: 127.0.0.1:%d}]}".formatted(store.port());
    postern = Postern.start(folder, identity, pool);
    s3 = client(S3Store.SECRET);
    s3.createBucket(bucket -> bucket.bucket(BUCKET));
  }

  @AfterAll
  static void stop() {
    s3.close();
    postern.close();
    store.close();
  }

  private static URI endpoint() {
    return URI.create("https://localhost:" + postern.port());
  }

  private static AwsCredentialsProvider credentials(String secret) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(S3Store.IDENTITY, secret));
  }

  private static <B extends S3BaseClientBuilder<B, ?>> B set(B builder, String secret) {
    return builder
        .endpointOverride(endpoint())
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials(secret));
  }

  private static S3Client client(String secret) throws Exception {
    var trust = identity.trust();
    return set(S3Client.builder(), secret)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder()
                .tlsTrustManagersProvider(() -> trust)
                .socketTimeout(Duration.ofMinutes(2)))
        .build();
  }

  private static S3AsyncClient asyncClient() throws Exception {
    var trust = identity.trust();
    return set(S3AsyncClient.builder(), S3Store.SECRET)
        .httpClientBuilder(
            NettyNioAsyncHttpClient.builder()
                .tlsTrustManagersProvider(() -> trust)
                .readTimeout(Duration.ofMinutes(2)))
        .build();
  }

  /** The content, part by part: no two parts are alike. */
  private static byte[] part(int number) {
    byte[] content = new byte[PART];
    new SplittableRandom(number).nextBytes(content);
    return content;
  }

  private static String digest(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  /** The digest of every part as it was sent. */
  private static List<String> sent() throws Exception {
    return atOnce(number -> digest(part(number)));
  }

  @Test
  void multipartAndRangesWithServerSideEncryption() throws Exception {
    String key = "plain";
    String upload =
        s3.createMultipartUpload(
                to -> to.bucket(BUCKET).key(key).serverSideEncryption(ServerSideEncryption.AES256))
            .uploadId();
    List<CompletedPart> done = atOnce(number -> put(s3, key, upload, number));
    complete(s3, key, upload, done);

    assertThat(s3.headObject(of -> of.bucket(BUCKET).key(key)).serverSideEncryption())
        .isEqualTo(ServerSideEncryption.AES256);
    assertThat(readBack(s3, key)).isEqualTo(sent());
  }

  @Test
  void contentThatTheClientEncrypts() throws Exception {
    KeyGenerator keys = KeyGenerator.getInstance("AES");
    keys.init(256);
    String key = "enveloped";
    try (S3AsyncClient async = asyncClient();
        S3Client encrypting =
            S3EncryptionClient.builderV4()
                .wrappedClient(s3)
                .wrappedAsyncClient(async)
                .aesKey(keys.generateKey())
                .enableLegacyUnauthenticatedModes(true) // ranges cannot be authenticated
                .build()) {
      String upload = encrypting.createMultipartUpload(to -> to.bucket(BUCKET).key(key)).uploadId();
      List<CompletedPart> done = new ArrayList<>();
      for (int number = 1; number <= PARTS; number++) {
        done.add(put(encrypting, key, upload, number)); // one cipher runs through all of them
      }
      complete(encrypting, key, upload, done);

      assertThat(readBack(encrypting, key)).isEqualTo(sent());
      assertThat(s3.headObject(of -> of.bucket(BUCKET).key(key)).serverSideEncryption()).isNull();
    }
    assertThat(readBack(s3, key)).as("what the store holds").doesNotContainAnyElementsOf(sent());
  }

  @Test
  void aWrongSignatureIsTurnedAway() throws Exception {
    try (S3Client liar = client("guessed")) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> liar.listObjectsV2(in -> in.bucket(BUCKET)))
          .satisfies(refused -> assertThat(refused.statusCode()).isEqualTo(403));
    }
  }

  /** The signature covers Host: the same request, sent past Postern with another, is refused. */
  @Test
  void theSignatureIsOfTheHostThatTheClientNamed() throws Exception {
    s3.putObject(to -> to.bucket(BUCKET).key("signed"), RequestBody.fromString("signed"));
    try (S3Presigner presigner =
            S3Presigner.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials(S3Store.SECRET))
                .serviceConfiguration(
                    S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
        HttpClient http = HttpClient.newHttpClient()) {
      URI signed =
          URI.create(
              presigner
                  .presignGetObject(
                      one ->
                          one.signatureDuration(Duration.ofMinutes(5))
                              .getObjectRequest(from -> from.bucket(BUCKET).key("signed")))
                  .url()
                  .toString());
      String past =
          "http://127.0.0.1:%d%s?%s"
              .formatted(store.port(), signed.getRawPath(), signed.getRawQuery());
      var answer =
          http.send(HttpRequest.newBuilder(URI.create(past)).build(), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).contains("SignatureDoesNotMatch");
    }
  }

  private static CompletedPart put(S3Client client, String key, String upload, int number) {
    String tag =
        client
            .uploadPart(
                to ->
                    to.bucket(BUCKET)
                        .key(key)
                        .uploadId(upload)
                        .partNumber(number)
                        .sdkPartType(number == PARTS ? SdkPartType.LAST : SdkPartType.DEFAULT),
                RequestBody.fromBytes(part(number)))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  private static void complete(
      S3Client client, String key, String upload, List<CompletedPart> done) {
    client.completeMultipartUpload(
        it -> it.bucket(BUCKET).key(key).uploadId(upload).multipartUpload(all -> all.parts(done)));
  }

  /** The digest of every part as it is read back, by ranges, several at once. */
  private static List<String> readBack(S3Client client, String key) throws Exception {
    return atOnce(number -> digest(get(client, key, number)));
  }

  private static byte[] get(S3Client client, String key, int number) {
    long from = (long) (number - 1) * PART;
    String range = "bytes=%d-%d".formatted(from, from + PART - 1);
    return client
        .getObjectAsBytes(it -> it.bucket(BUCKET).key(key).range(range))
        .asByteArrayUnsafe();
  }

  private interface ForPart<T> {
    T apply(int number) throws Exception;
  }

  /** Does a thing for every part, several at once; the results in the order of the parts. */
  private static <T> List<T> atOnce(ForPart<T> one) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Callable<T>> all = new ArrayList<>();
      for (int number = 1; number <= PARTS; number++) {
        int part = number;
        all.add(() -> one.apply(part));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(all)) {
        results.add(result.get());
      }
      return results;
    }
  }
}
