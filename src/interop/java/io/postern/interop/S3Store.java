package io.postern.interop;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** An S3 that keeps its objects in a folder and asks for signatures of version 4. */
final class S3Store implements AutoCloseable {

  static final String IDENTITY = "interop";
  static final String SECRET = "not so secret";

  private final S3Proxy server;

  private S3Store(S3Proxy server) {
    this.server = server;
  }

  static S3Store start(Path folder) throws Exception {
    Properties keptIn = new Properties();
    keptIn.setProperty("jclouds.filesystem.basedir", folder.toString());
    S3Proxy server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, IDENTITY, SECRET)
            .blobStore(new Remembering(BlobStores.create("filesystem", keptIn)))
            .stopTimeout(0)
            .build();
    server.start();
    return new S3Store(server);
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  /**
   * A folder refuses to encrypt. This one takes such an upload, and of an object tells the
   * encryption that was asked for, and not what no request has named.
   */
  private static final class Remembering extends ForwardingBlobStore {

    private final Map<String, ServerSideEncryption> asked = new ConcurrentHashMap<>();

    Remembering(BlobStore folder) {
      super(folder);
    }

    @Override
    public boolean supportsServerSideEncryption() {
      return true;
    }

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
      if (request.serverSideEncryption() != null) {
        asked.put(request.key(), request.serverSideEncryption());
      }
      return super.initiateMultipartUpload(request);
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
      HeadObjectResponse found = super.blobMetadata(request);
      return found == null
          ? null
          : found.toBuilder().serverSideEncryption(asked.get(request.key())).build();
    }
  }
}
