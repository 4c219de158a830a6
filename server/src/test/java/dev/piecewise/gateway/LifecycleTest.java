package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.metrics.Metrics;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class LifecycleTest {
    @Test
    void isAliveButNotReadyWhileTheModelLoads() throws Exception {
        try (TestGateway server = TestGateway.loading(HttpLimits.DEFAULT)) {
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(server.get("/metrics").statusCode()).isEqualTo(200);
            assertThat(server.get("/version").statusCode()).isEqualTo(200);
            assertThat(server.get("/").statusCode()).isEqualTo(200);
            for (HttpResponse<String> closed : List.of(
                    server.get("/health/ready"),
                    server.get("/health"),
                    server.get("/v1/models"),
                    server.complete("{}"))) {
                assertThat(closed.statusCode()).isEqualTo(503);
                assertThat(closed.headers().firstValue("Retry-After")).isPresent();
                assertThat(TestGateway.json(closed).at("/error/code").asText()).isEqualTo("unavailable");
                assertThat(TestGateway.json(closed).at("/error/message").asText())
                        .contains("the model is loading");
            }

            server.serve();

            assertThat(server.get("/health/ready").body()).contains("\"ready\"");
            assertThat(server.get("/v1/models").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void isNotReadyWhileTheDatabaseDoesNotAnswer() throws Exception {
        try (TestGateway server = TestGateway.serving()) {
            assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);

            server.store.close();

            assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void isNotReadyWhileTheModelDoesNotRun() throws Exception {
        try (TestGateway server = TestGateway.serving()) {
            server.engine.fault = Optional.of("the model does not run");
            for (String path : List.of("/health", "/health/ready")) {
                assertThat(server.get(path).statusCode()).isEqualTo(503);
                assertThat(server.get(path).body()).contains("the model does not run");
            }
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);

            server.engine.fault = Optional.empty();
            assertThat(server.get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void finishesRunningStreamsWhenItDrainsAndLetsNoneIn() throws Exception {
        try (TestGateway server = TestGateway.serving();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                RawClient client = new RawClient(server.port)) {
            client.post("/v1/completions", "{\"prompt\":\"a\",\"stream\":true}");
            ScriptedEngine.Scripted generation = server.engine.next();
            generation.say("H");
            client.readUntil("\"text\":\"H\"");

            Future<Boolean> drained = executor.submit(drain(server, Duration.ofSeconds(20)));
            while (server.get("/health/ready").statusCode() == 200) {
                Thread.onSpinWait();
            }
            assertThat(server.complete("{\"prompt\":\"a\"}").statusCode()).isEqualTo(503);
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(drained.isDone()).isFalse();

            generation.say("i").finish(FinishReason.STOP);
            assertThat(client.readUntil("data: [DONE]\n\n")).contains("\"text\":\"i\"");
            assertThat(drained.get()).isTrue();
            assertThatThrownBy(() -> server.get("/health/live")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void keepsThePlanThatIsBeingAssembledWhenItDrains() throws Exception {
        try (TestGateway server = TestGateway.serving();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch mayAssemble = new CountDownLatch(1);
            server.personalizer.hold(mayAssemble);
            server.send("POST", "/v1/users/ann/history", "{\"items\":[\"a text\"]}");
            assertThat(server.send("POST", "/v1/users/ann/plan?wait=0", "{}").statusCode())
                    .isEqualTo(202);

            Future<Boolean> drained = executor.submit(drain(server, Duration.ofSeconds(20)));
            assertThatThrownBy(() -> drained.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            mayAssemble.countDown();

            assertThat(drained.get()).isTrue();
            assertThat(server.store.plan("ann")).isPresent();
        }
    }

    @Test
    void cancelsWhatIsNotDoneWhenTheTimeIsUp() throws Exception {
        try (TestGateway server = TestGateway.serving();
                RawClient client = new RawClient(server.port)) {
            client.post("/v1/completions", "{\"prompt\":\"a\",\"stream\":true}");
            ScriptedEngine.Scripted generation = server.engine.next();

            server.gateway.drain(Duration.ofMillis(50));

            assertThat(generation.awaitClosed()).isTrue();
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void saysThatThePortIsTaken() throws Exception {
        try (TestGateway server = TestGateway.serving();
                Gateway second = new Gateway(HttpLimits.DEFAULT, new Metrics("tiny", 10))) {
            assertThatThrownBy(() -> second.start("127.0.0.1", server.port))
                    .isInstanceOfSatisfying(ServingException.class, refused -> {
                        assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                        assertThat(refused.text()).contains("127.0.0.1:" + server.port);
                    });
        }
    }

    @Test
    void showsPrometheusWhatItAnswered() throws Exception {
        try (TestGateway server = TestGateway.serving()) {
            server.engine.say("x");
            server.complete("{\"prompt\":\"a\",\"n\":2,\"user\":\"someone\"}");
            server.complete("{\"prompt\":7}");
            server.get("/v1/users/someone");
            server.get("/nowhere");

            HttpResponse<String> response = server.get("/metrics");

            assertThat(response.headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/plain; version=0.0.4");
            assertThat(response.body())
                    .contains(
                            "piecewise_http_requests_total{route=\"/v1/completions\",status=\"200\"} 1.0",
                            "piecewise_http_requests_total{route=\"/v1/completions\",status=\"400\"} 1.0",
                            "piecewise_http_requests_total{route=\"/v1/users/:user\",status=\"404\"} 1.0",
                            "piecewise_http_requests_total{route=\"other\",status=\"404\"} 1.0",
                            "piecewise_adapter_requests_total{mode=\"base\"} 1.0",
                            "vllm:num_requests_running{engine=\"0\",model_name=\"tiny\"} 1.0",
                            "vllm:request_params_n_sum{engine=\"0\",model_name=\"tiny\"} 2.0")
                    .doesNotContain("someone");
        }
    }

    @Test
    void hidesItsMetricsWhereItIsToldTo() throws Exception {
        try (Gateway gateway = new Gateway(HttpLimits.DEFAULT, new Metrics("tiny", 10), false);
                RawClient client = new RawClient(gateway.start("127.0.0.1", 0))) {
            client.write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 404");
        }
    }

    private static Callable<Boolean> drain(TestGateway server, Duration limit) {
        return () -> {
            server.gateway.drain(limit);
            return true;
        };
    }
}
