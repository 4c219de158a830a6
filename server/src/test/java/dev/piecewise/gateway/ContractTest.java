package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code openapi.yaml} says what the server does; what other tests send through {@link TestGateway} is held against it too. */
@Timeout(60)
final class ContractTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving().saying("x");

    @Test
    void theDocumentHasEveryRouteAndNoOther() {
        assertThat(TestGateway.CONTRACT.operations())
                .as("paths of openapi.yaml, beside those of the router")
                .containsExactlyInAnyOrderElementsOf(SERVER.gateway.operations());
    }

    @Test
    void theDocumentIsServed() throws Exception {
        HttpResponse<String> served = SERVER.get("/openapi.yaml");
        assertThat(served.headers().firstValue("content-type")).contains("application/yaml");
        assertThat(Contract.parse(served.body()).document()).isEqualTo(TestGateway.CONTRACT.document());
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryNameInAPathIsDescribed() {
        JsonNode document = TestGateway.CONTRACT.document();
        assertThat(document.path("openapi").asText()).startsWith("3.1");
        List<String> references = new ArrayList<>();
        document.findValues("$ref").forEach(reference -> references.add(reference.asText()));
        assertThat(references)
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            long named = path.getKey().chars().filter(c -> c == '{').count();
            assertThat(path.getValue().path("parameters").size())
                    .as(path.getKey())
                    .isEqualTo((int) named);
        }
    }

    @Test
    void aWrongAnswerWouldBeNoticed() {
        String user = "{\"id\":\"ann\",\"object\":\"user\",\"created\":1,\"history_items\":0,\"plan_created\":null}";
        assertThat(violations(200, user)).isEmpty();
        assertThat(violations(200, user.replace("1", "\"1\""))).isNotEmpty();
        assertThat(violations(200, user.replace("\"id\"", "\"name\""))).isNotEmpty();
        assertThat(violations(200, "<html>")).isNotEmpty();
        assertThat(violations(202, user)).isNotEmpty();
        assertThat(violations(500, "{}")).isNotEmpty();
        assertThat(violations(404, "{}")).isNotEmpty();
        assertThat(violations(404, "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}"))
                .isEmpty();
    }

    private static List<String> violations(int status, String body) {
        return TestGateway.CONTRACT.violations(
                "GET", "/v1/users/ann?x=1", "", new Contract.Answer(status, "application/json", null, body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/completions {\"prompt\":[\"a\",\"b\"],\"n\":2,\"logprobs\":2,\"echo\":true,\"return_token_ids\":true,\"piecewise\":{\"explain\":true}}",
                "POST /v1/completions {\"prompt\":\"a\",\"stream\":true,\"logprobs\":1,\"stream_options\":{\"include_usage\":true}}",
                "POST /v1/chat/completions {\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"logprobs\":true,\"top_logprobs\":2}",
                "POST /v1/chat/completions {\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stream\":true,\"logprobs\":true}",
                "POST /v1/responses {\"input\":\"a\",\"instructions\":\"b\",\"user\":\"ann\"}",
                "POST /v1/responses {\"input\":\"a\",\"stream\":true}",
                "GET /v1/responses ",
                "GET /v1/responses/x ",
                "GET /v1/models ",
                "GET /v1/models/tiny ",
                "GET /v1/pools ",
                "GET /v1/pools/x ",
                "GET /metrics ",
                "GET / ",
                "GET /console/app.js ",
                "GET /health ",
                "GET /health/live ",
                "GET /version ",
                "PATCH /v1/users ",
                "GET /nowhere "
            })
    void whatIsAskedIsAnsweredAsTheDocumentSays(String request) throws Exception {
        String[] parts = request.split(" ", 3);
        HttpResponse<String> answer = SERVER.send(parts[0], parts[1], parts[2]);
        assertThat(answer.statusCode()).isLessThan(500);
    }
}
