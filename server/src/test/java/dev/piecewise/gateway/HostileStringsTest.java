package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings that would do harm where they are taken for something else than text: SQL, headers, paths; and more of them than anybody writes. */
@Timeout(120)
final class HostileStringsTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving().saying("x");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HUGE = 20_000;

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'; DROP TABLE users; --",
                "' OR '1'='1",
                "\" OR 1=1 --",
                "x') ON CONFLICT DO NOTHING; DELETE FROM history_items; --",
                "%",
                "_",
                "\\'; VACUUM; --",
                "$1 ? :name ${text}",
                "1; ATTACH DATABASE '/tmp/x' AS y",
                "E'\\\\047'",
                "../../etc/passwd",
                "<script>alert(1)</script>"
            })
    void sqlIsATextLikeAnyOther(String text) throws Exception {
        SERVER.store.putUser("bystander");
        ObjectNode item = JSON.createObjectNode()
                .put("id", text)
                .put("at", text)
                .put("prompt", text)
                .put("completion", text);
        String body = JSON.createObjectNode()
                .set("items", JSON.createArrayNode().add(item).add(item))
                .toString();
        String user = "/v1/users/" + encoded(text);
        JsonNode appended = TestGateway.json(SERVER.send("POST", user + "/history", body));
        assertThat(appended.path("stored").asInt()).isEqualTo(1);

        JsonNode kept = TestGateway.json(SERVER.get(user + "/history")).at("/data/0");
        for (String field : List.of("id", "at", "prompt", "completion")) {
            assertThat(kept.path(field).asText()).isEqualTo(text);
        }
        assertThat(SERVER.get("/v1/users?after=" + encoded(text)).statusCode()).isEqualTo(200);
        String completion = JSON.createObjectNode()
                .put("prompt", text)
                .put("user", text)
                .put("stop", text)
                .toString();
        assertThat(SERVER.complete(completion).statusCode()).isEqualTo(200);
        for (String path : List.of("/v1/responses/", "/v1/pools/", "/v1/models/")) {
            assertThat(SERVER.get(path + encoded(text)).statusCode()).isEqualTo(404);
        }
        assertThat(SERVER.send("DELETE", "/v1/admin/keys/" + encoded(text), "").statusCode())
                .isEqualTo(404);
        assertThat(SERVER.send("DELETE", user, "").statusCode()).isEqualTo(200);
        assertThat(SERVER.store.users("", 10)).extracting("id").containsExactly("bystander");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/users/a%0d%0aX-Evil:%20yes",
                "/v1/pools/a%0d%0aX-Evil:%20yes",
                "/v1/models/a%0d%0aX-Evil:%20yes",
                "/v1/responses/a%0d%0aX-Evil:%20yes",
                "/v1/users?after=a%0d%0aX-Evil:%20yes",
                "/a%0d%0aX-Evil:%20yes"
            })
    void aNewLineInAPathBeginsNoHeader(String path) throws Exception {
        assertNoHeader(SERVER.get(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "user", "previous_response_id", "piecewise"})
    void aNewLineInAFieldBeginsNoHeader(String field) throws Exception {
        String evil = "a\\r\\nX-Evil: yes";
        String value = field.equals("piecewise") ? "{\"mode\":\"" + evil + "\"}" : '"' + evil + '"';
        for (String path : List.of("/v1/completions", "/v1/responses")) {
            assertNoHeader(
                    SERVER.send("POST", path, "{\"prompt\":\"a\",\"input\":\"a\",\"%s\":%s}".formatted(field, value)));
        }
    }

    private static void assertNoHeader(HttpResponse<String> response) {
        assertThat(response.statusCode()).isBetween(200, 499);
        assertThat(response.headers().firstValue("x-evil")).isEmpty();
    }

    @Test
    void aRequestIsTakenForOneHoweverItSaysItsLength() throws Exception {
        String hidden = "GET /v1/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
        for (String headers : List.of(
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                "Content-Length: 4\r\nContent-Length: 5\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")) {
            try (RawClient client = new RawClient(SERVER.port)) {
                client.write("POST /v1/completions HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + headers
                        + "\r\n0\r\n\r\n" + hidden);
                assertThat(client.readAll()).startsWith("HTTP/1.1 400").doesNotContain("there is nothing at this path");
            }
        }
    }

    @Test
    void aHugeHistoryIsKeptAndComesPageByPage() throws Exception {
        ArrayNode items = JSON.createArrayNode();
        for (int i = 0; i < HUGE; i++) {
            items.add("item number " + i);
        }
        String body = JSON.createObjectNode().set("items", items).toString();
        JsonNode appended = TestGateway.json(SERVER.send("POST", "/v1/users/prolix/history", body));
        assertThat(appended.path("total").asInt()).isEqualTo(HUGE);

        JsonNode page = TestGateway.json(SERVER.get("/v1/users/prolix/history?offset=" + (HUGE - 2)));
        assertThat(page.at("/data/1/text").asText()).isEqualTo("item number " + (HUGE - 1));
        assertThat(TestGateway.json(SERVER.get("/v1/users/prolix/history"))
                        .path("data")
                        .size())
                .isLessThan(HUGE);
        assertThat(SERVER.send("POST", "/v1/users/prolix/plan", "{}").statusCode())
                .isEqualTo(200);
        assertThat(SERVER.get("/v1/users/prolix/export").body().lines()).hasSizeGreaterThan(HUGE);
        assertThat(TestGateway.json(SERVER.send("DELETE", "/v1/users/prolix", ""))
                        .at("/erased/history_items")
                        .asInt())
                .isEqualTo(HUGE);
    }
}
