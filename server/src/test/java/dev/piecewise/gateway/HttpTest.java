package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.gateway.http.HttpLimits;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class HttpTest {
    private static final int MOST_BYTES = 100_000;
    private static final String CHUNKED =
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving(
                    HttpLimits.DEFAULT.withBytes(MOST_BYTES, HttpLimits.DEFAULT.writeBytes()))
            .saying("x");

    @ParameterizedTest
    @CsvSource({
        "GET,/nowhere,404,not_found",
        "GET,/v1/users/,404,not_found",
        "GET,/v1/users/a/b,404,not_found",
        "GET,/v1//models,404,not_found",
        "GET,/v1/completions,405,method_not_allowed",
        "DELETE,/health,405,method_not_allowed",
        "GET,/v1/users/%FF,400,invalid_value",
        "GET,/v1/users/%00,400,invalid_value",
        "GET,/v1/models/other,404,model_not_found"
    })
    void answersWhatItHasNotInTheShapeOfErrors(String method, String path, int status, String code) throws Exception {
        HttpResponse<String> response = SERVER.send(method, path, "");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(TestGateway.json(response).at("/error/code").asText()).isEqualTo(code);
        assertThat(TestGateway.json(response).path("error").has("param")).isTrue();
    }

    @Test
    void saysWhichMethodsAPathHas() throws Exception {
        assertThat(SERVER.send("PATCH", "/v1/users/u", "").headers().firstValue("Allow"))
                .hasValue("DELETE, GET, PUT");
    }

    @Test
    void answersTheHeadOfWhatCanBeGot() throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write("HEAD /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            assertThat(client.readAll()).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        }
    }

    @Test
    void listsItsModel() throws Exception {
        assertThat(SERVER.get("/v1/models").body())
                .isEqualTo("{\"object\":\"list\",\"data\":["
                        + SERVER.get("/v1/models/tiny").body() + "]}");
        assertThat(SERVER.get("/v1/models/tiny").body())
                .isEqualTo("{\"id\":\"tiny\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"piecewise\","
                        + "\"root\":\"tiny\",\"parent\":null,\"max_model_len\":512}");
    }

    @Test
    void refusesABodyThatAnnouncesToBeTooLarge() throws Exception {
        HttpResponse<String> response = SERVER.complete("{\"prompt\":\"%s\"}".formatted("a".repeat(MOST_BYTES)));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(TestGateway.json(response).at("/error/code").asText()).isEqualTo("request_too_large");
        assertThat(SERVER.complete("{\"prompt\":\"a\"}").statusCode()).isEqualTo(200);
    }

    @Test
    void refusesAChunkedBodyWhenItHasBecomeTooLarge() throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write(CHUNKED);
            String chunk = "2710\r\n" + "a".repeat(10_000) + "\r\n";
            for (int i = 0; i < 10; i++) {
                client.write(chunk);
            }
            client.write("1\r\na\r\n");

            assertThat(client.readUntil("}}")).startsWith("HTTP/1.1 413").contains("request_too_large");

            client.write("0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void takesAChunkedBody() throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write(CHUNKED);
            client.write("5\r\n{\"pro\r\n9\r\nmpt\":\"a\"}\r\n0\r\n\r\n");

            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void letsAClientGoOnThatAsksBeforeItSendsItsBody() throws Exception {
        String head = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ";
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write(head + "14\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100");
            client.write("{\"prompt\":\"a\"}");
            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 200");
        }
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write(head + "1000000\r\n\r\n");
            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 413");
        }
    }

    @ParameterizedTest
    @CsvSource({"414,GET /%s HTTP/1.1,x: y", "431,GET / HTTP/1.1,x: %s"})
    void refusesLongRequestLinesAndHeaders(int status, String line, String header) throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write((line + "\r\n" + header + "\r\nHost: localhost\r\n\r\n").formatted("a".repeat(20_000)));

            assertThat(client.readUntil("}}"))
                    .containsPattern("^HTTP/1.[01] " + status)
                    .contains("{\"error\":{\"message\":\"the request line or the headers are too long\"");
        }
    }

    @Test
    void refusesWhatIsNoHttp() throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write("hello\r\n\r\n");

            assertThat(client.readUntil("}}"))
                    .containsPattern("^HTTP/1.[01] 400")
                    .contains("not valid HTTP");
        }
    }

    @Test
    void answersSeveralRequestsOnOneConnectionInTheirOrder() throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.post("/v1/completions", "{\"prompt\":\"a\"}");
            client.write(
                    "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(client.readUntil("\"history_items\":0}}")).contains("text_completion");
            assertThat(client.readUntil("{\"version\"")).startsWith("HTTP/1.1 200");
            assertThat(client.readUntil("not_found")).contains("HTTP/1.1 404");
        }
    }

    @Test
    void closesConnectionsThatSendNoWholeRequest() throws Exception {
        HttpLimits impatient = TestGateway.limits(4096, Duration.ofMillis(200), HttpLimits.DEFAULT.patience());
        try (TestGateway server = TestGateway.serving(impatient);
                RawClient idle = new RawClient(server.port);
                RawClient slow = new RawClient(server.port);
                RawClient waiting = new RawClient(server.port)) {
            waiting.post("/v1/completions", "{\"prompt\":\"a\"}");
            ScriptedEngine.Scripted generation = server.engine.next();
            slow.write("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");

            assertThat(idle.readAll()).isEmpty();
            assertThat(slow.readAll()).isEmpty();

            generation.say("x").finish(FinishReason.STOP);
            assertThat(waiting.readUntil("\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void holdsOnlySoManyBytesOfBodiesThatStillArrive() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                clients.add(new RawClient(SERVER.port));
                clients.get(i).write(CHUNKED + "15f90\r\n" + "a".repeat(90_000));
            }
            while (clients.stream().noneMatch(RawClient::hasAnswer)) {
                Thread.onSpinWait();
            }

            for (RawClient client : clients) {
                if (client.hasAnswer()) {
                    assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 429");
                }
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
        while (SERVER.complete("{\"prompt\":\"%s\"}".formatted("a".repeat(90_000)))
                        .statusCode()
                == 429) {
            Thread.onSpinWait();
        }
    }

    @Test
    void refusesMoreRequestsThanItCanHold() throws Exception {
        HttpLimits one = TestGateway.limits(1, HttpLimits.DEFAULT.idle(), HttpLimits.DEFAULT.patience());
        try (TestGateway server = TestGateway.serving(one);
                RawClient first = new RawClient(server.port)) {
            first.post("/v1/completions", "{\"prompt\":\"a\"}");
            server.engine.next();

            assertThat(server.complete("{\"prompt\":\"a\"}").statusCode()).isEqualTo(429);
            assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
        }
    }
}
