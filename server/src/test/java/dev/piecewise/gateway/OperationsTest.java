package dev.piecewise.gateway;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.piecewise.config.Version;
import dev.piecewise.gateway.http.HttpLimits;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Health, metrics, version and models, as an operator's tools see them. */
@Timeout(60)
final class OperationsTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.loading(HttpLimits.DEFAULT);

    @BeforeAll
    static void serve() {
        SERVER.aliases = List.of("gpt-4o", "org/model:1");
        SERVER.serve();
        SERVER.engine.say("Hi");
    }

    @ParameterizedTest
    @CsvSource({"/health,ready", "/health/ready,ready", "/health/live,live"})
    void saysHowItIs(String path, String status) {
        get(path).statusCode(200).contentType("application/json").body("status", equalTo(status));
    }

    @Test
    void namesTheModelThatIsReady() {
        get("/health/ready").body("model", equalTo("tiny"));
    }

    @Test
    void saysWhichVersionItIs() {
        get("/version").statusCode(200).body("version", equalTo(Version.current()));
    }

    @Test
    void countsWhatItAnswers() {
        given().port(SERVER.port)
                .body("{\"prompt\":\"a\",\"user\":\"somebody\"}")
                .post("/v1/completions")
                .then()
                .statusCode(200);

        get("/metrics")
                .statusCode(200)
                .contentType(startsWith("text/plain"))
                .body(containsString("\nvllm:num_requests_waiting{engine=\"0\",model_name=\"tiny\"} "))
                .body(containsString("\npiecewise_adapter_requests_total{mode="))
                .body(not(containsString("somebody")));
    }

    @Test
    void writesMetricsAsTheScraperAsksForThem() {
        given().port(SERVER.port)
                .accept("application/openmetrics-text; version=1.0.0")
                .get("/metrics")
                .then()
                .statusCode(200)
                .contentType(startsWith("application/openmetrics-text"))
                .body(containsString("# EOF"));
    }

    @Test
    void listsTheModelByEachOfItsNames() {
        get("/v1/models")
                .statusCode(200)
                .body("data.id", contains("tiny", "gpt-4o", "org/model:1"))
                .body("data.root", everyItem(equalTo("tiny")))
                .body("data.max_model_len", everyItem(equalTo(ScriptedEngine.MAX_LENGTH)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny", "gpt-4o", "org/model:1"})
    void answersForEachOfItsNames(String name) {
        given().port(SERVER.port)
                .get("/v1/models/{name}", name)
                .then()
                .statusCode(200)
                .body("id", equalTo(name));
        Map<String, String> requests = Map.of(
                "/v1/completions", "\"prompt\":\"a\"",
                "/v1/responses", "\"input\":\"a\"",
                "/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]");
        for (Map.Entry<String, String> request : requests.entrySet()) {
            given().port(SERVER.port)
                    .body("{\"model\":\"%s\",%s}".formatted(name, request.getValue()))
                    .post(request.getKey())
                    .then()
                    .statusCode(200)
                    .body("model", equalTo(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4", "TINY", "gpt-4o,org/model:1"})
    void knowsNoOtherName(String name) {
        given().port(SERVER.port)
                .get("/v1/models/{name}", name)
                .then()
                .statusCode(404)
                .body("error.code", equalTo("model_not_found"))
                .body("error.message", containsString("tiny"));
    }

    private static ValidatableResponse get(String path) {
        return given().port(SERVER.port).get(path).then();
    }
}
