package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.postern.testkit.Answer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The API answers what the document says that describes it. */
class OpenApiTest {

  private static final String CONFIG =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
        tls: {bind: "127.0.0.1:0", limits: {connections: 100}, tls: {certificates: [@CERTIFICATES@]}}
      tenants:
        acme: {vpcEndpoints: [vpce-08d2bf15fac5001c9], limits: {connections: 10}}
      routes:
        - {name: all, pool: app}
      pools:
        app: {servers: [{address: "127.0.0.1:1", state: drain}, {address: "127.0.0.1:2"}]}
      admin: {bind: "127.0.0.1:0"}
      shutdown: {announce: 0s, spread: 0s}
      process: {eventLoops: 1}
      """;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG);
  private final RawClient client = RawClient.connect(proxy.admin());
  private final SchemaRegistry schemas =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  @AfterEach
  void close() {
    client.close();
    proxy.close();
  }

  private Answer ask(String method, String path) {
    String accept = "Accept: application/json\r\n";
    client.send("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n".formatted(method, path, accept));
    return client.readAnswer();
  }

  private JsonNode document() throws IOException {
    Answer answer = ask("GET", "/api/v1/openapi.json");
    assertThat(answer.status()).isEqualTo(200);
    return MAPPER.readTree(answer.text());
  }

  private static String filledIn(String path) {
    return path.endsWith("/explain") ? path + "?host=localhost" : path;
  }

  @Test
  void whatIsAskedForAnswersAsItIsDescribed() throws IOException {
    List<String> seen = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
      JsonNode schema = path.getValue().at("/get/responses/200/content/application~1json/schema");
      if (!schema.isMissingNode()) {
        Answer answer = ask("GET", filledIn(path.getKey()));
        assertThat(answer.status()).as(path.getKey()).isEqualTo(200);
        assertThat(schemas.getSchema(schema).validate(MAPPER.readTree(answer.text())))
            .as(answer.text())
            .isEmpty();
        seen.add(path.getKey());
      }
    }
    assertThat(seen).contains("/api/v1/status", "/api/v1/certificates", "/api/v1/explain");
  }

  @Test
  void whatIsDoneAnswersAsItIsDescribed() throws IOException {
    JsonNode paths = document().get("paths");
    for (String path : List.of("/api/v1/reload", "/api/v1/rollback", "/api/v1/drain")) {
      Answer answer = ask("POST", path);
      JsonNode schema = paths.get(path).at("/post/responses/200/content/application~1json/schema");
      assertThat(schemas.getSchema(schema).validate(MAPPER.readTree(answer.text())))
          .as(answer.text())
          .isEmpty();
    }
  }

  @Test
  void aRefusalIsDescribedToo() throws IOException {
    JsonNode schema =
        document().at("/components/responses/Refused/content/application~1json/schema");
    for (String path :
        List.of("/api/v1/nothing", "/api/v1/config?version=77", "/api/v1/status?a=1")) {
      Answer answer = ask("GET", path);
      assertThat(answer.status()).isIn(400, 404);
      assertThat(schemas.getSchema(schema).validate(MAPPER.readTree(answer.text())))
          .as(answer.text())
          .isEmpty();
    }
  }

  @Test
  void everyPathIsInTheIndex() throws IOException {
    String index = ask("GET", "/api/v1/").text();
    for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
      assertThat(index).contains(path.getKey() + " ");
      assertThat(path.getValue().properties())
          .allSatisfy(
              method -> assertThat(method.getValue().get("summary").asText()).endsWith("."));
    }
  }
}
