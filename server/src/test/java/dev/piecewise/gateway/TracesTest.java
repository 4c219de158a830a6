package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.telemetry.Trace;
import dev.piecewise.telemetry.Traces;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a collector is told of requests. */
@Timeout(60)
final class TracesTest {
    private static final String CALLER = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private OtlpReceiver receiver;
    private Traces traces;
    private TestGateway server;

    @BeforeEach
    void start() throws Exception {
        receiver = new OtlpReceiver();
        traces = Traces.to(new Traces.Settings(
                receiver.endpoint() + "/", Map.of("Authorization", "Bearer collector"), "piecewise", "1", 1));
        server = TestGateway.serving(traces);
    }

    @AfterEach
    void stop() {
        server.close();
        traces.close();
        receiver.close();
    }

    private HttpResponse<String> send(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** Everything that was told, once this many requests' spans are among it. */
    private List<OtlpReceiver.Span> told(int requests) {
        while (receiver.spans().stream()
                        .filter(span -> span.attributes().containsKey("http.route"))
                        .count()
                < requests) {
            LockSupport.parkNanos(5_000_000);
        }
        return receiver.spans();
    }

    private static OtlpReceiver.Span named(List<OtlpReceiver.Span> spans, String name) {
        assertThat(spans).filteredOn(span -> span.name().equals(name)).hasSize(1);
        return spans.stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCompletionIsASpanOfItsCallersTraceWithItsPartsAsChildren() throws Exception {
        server.engine.say("quite secret answer");
        send("/v1/completions", """
                {"model":"tiny","user":"hidden-zoe","prompt":"a secret question","max_tokens":60,"temperature":0.5,"top_p":0.9}""", "traceparent", "00-%s-%s-01".formatted(CALLER, PARENT));
        List<OtlpReceiver.Span> spans = told(1);
        OtlpReceiver.Span whole = named(spans, "POST /v1/completions");
        assertThat(whole.trace()).isEqualTo(CALLER);
        assertThat(whole.parent()).isEqualTo(PARENT);
        assertThat(whole.attributes())
                .containsEntry("http.request.method", "POST")
                .containsEntry("http.route", "/v1/completions")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("gen_ai.operation.name", "text_completion")
                .containsEntry("gen_ai.provider.name", "piecewise")
                .containsEntry("gen_ai.request.model", "tiny")
                .containsEntry("gen_ai.response.model", "tiny")
                .containsEntry("gen_ai.request.max_tokens", "60")
                .containsEntry("gen_ai.request.temperature", "0.5")
                .containsEntry("gen_ai.usage.output_tokens", "19")
                .containsEntry("gen_ai.response.finish_reasons", "[stop]")
                .containsEntry("piecewise.adapter.mode", "base");
        assertThat(whole.attributes().get("gen_ai.usage.input_tokens")).isNotEqualTo("0");
        for (String name : List.of("plan", "queue", "prefill", "decode")) {
            OtlpReceiver.Span child = named(spans, name);
            assertThat(child.trace()).isEqualTo(CALLER);
            assertThat(child.parent()).isEqualTo(whole.id());
            assertThat(child.begun()).isBetween(whole.begun() - 5_000_000, child.ended());
            assertThat(child.ended()).isBetween(child.begun(), whole.ended() + 5_000_000);
        }
        assertThat(receiver.authorization()).isEqualTo("Bearer collector");
        assertThat(receiver.bytes())
                .contains("piecewise")
                .doesNotContain("secret")
                .doesNotContain("zoe");
    }

    @Test
    void whatIsMadeInTheBackgroundIsASpanOfItsRequestsTrace() throws Exception {
        server.engine.say("yes");
        send("/v1/responses", "{\"model\":\"tiny\",\"input\":\"a secret question\",\"background\":true}");
        while (receiver.spans().stream().noneMatch(span -> span.name().equals("background"))) {
            LockSupport.parkNanos(5_000_000);
        }

        List<OtlpReceiver.Span> spans = told(1);
        OtlpReceiver.Span background = named(spans, "background");
        assertThat(background.parent())
                .isEqualTo(named(spans, "POST /v1/responses").id());
        assertThat(background.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.usage.output_tokens", "3")
                .containsEntry("gen_ai.response.finish_reasons", "[stop]")
                .containsEntry("piecewise.adapter.mode", "base");
        for (String name : List.of("queue", "prefill", "decode")) {
            assertThat(named(spans, name).parent()).isEqualTo(background.id());
        }
        assertThat(receiver.bytes()).doesNotContain("secret");
    }

    @Test
    void chatsResponsesAndRefusalsAreTold() throws Exception {
        server.engine.say("yes");
        send("/v1/chat/completions", """
                {"model":"tiny","messages":[{"role":"user","content":"a secret question"}],"max_tokens":60}""");
        server.engine.say("yes");
        send("/v1/responses", """
                {"model":"tiny","input":"a secret question","max_output_tokens":60}""");
        send("/v1/completions", "{\"model\":\"another\",\"prompt\":\"a secret question\"}");
        send("/v1/users/secret-zoe/history", "{\"items\":[\"secret\"]}");
        server.get("/metrics");
        List<OtlpReceiver.Span> spans = told(4);
        assertThat(named(spans, "POST /v1/chat/completions").attributes())
                .containsEntry("gen_ai.operation.name", "chat");
        assertThat(named(spans, "POST /v1/responses").attributes()).containsEntry("gen_ai.operation.name", "chat");
        assertThat(named(spans, "POST /v1/completions").attributes())
                .containsEntry("error.type", "404")
                .doesNotContainKey("gen_ai.usage.output_tokens");
        assertThat(named(spans, "POST /v1/users/:user/history").attributes())
                .containsEntry("http.response.status_code", "200");
        assertThat(spans).noneMatch(span -> span.name().contains("metrics"));
        assertThat(spans.stream().map(OtlpReceiver.Span::trace).distinct()).hasSize(4);
        assertThat(receiver.bytes()).doesNotContain("secret");
    }

    @Test
    void aCollectorThatIsGoneHoldsNobodyUp() throws Exception {
        receiver.close();
        server.engine.say("yes");
        assertThat(send("/v1/completions", "{\"model\":\"tiny\",\"prompt\":\"Hi\",\"max_tokens\":60}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoCollectsNothingIsToldNothing() {
        try (Trace trace = Traces.OFF.begin("GET", "/", header -> null)) {
            assertThat(trace.isOn()).isFalse();
            assertThat(Trace.current()).isSameAs(trace);
        }
        assertThat(Trace.current().isOn()).isFalse();
    }
}
