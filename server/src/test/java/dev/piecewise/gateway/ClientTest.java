package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.gateway.http.HttpLimits;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class ClientTest {
    private static final String STREAM = "{\"prompt\":\"a\",\"stream\":true}";

    @AutoClose
    private final TestGateway server = TestGateway.serving(HttpLimits.DEFAULT.withBytes(1 << 20, 4096));

    @Test
    void cancelsTheGenerationWhenTheClientLeavesAStream() throws Exception {
        ScriptedEngine.Scripted generation;
        try (RawClient client = new RawClient(server.port)) {
            client.post("/v1/completions", STREAM);
            generation = server.engine.next();
            generation.say("H");
            client.readUntil("\"text\":\"H\"");
        }

        assertThat(generation.awaitClosed()).isTrue();
        assertThat(generation.isStopped()).isFalse();
    }

    @Test
    void cancelsEveryChoiceWhenTheClientLeavesBeforeAnAnswer() throws Exception {
        List<ScriptedEngine.Scripted> generations = new ArrayList<>();
        try (RawClient client = new RawClient(server.port)) {
            client.post("/v1/completions", "{\"prompt\":\"a\",\"n\":3}");
            for (int i = 0; i < 3; i++) {
                generations.add(server.engine.next());
            }
        }

        for (ScriptedEngine.Scripted generation : generations) {
            assertThat(generation.awaitClosed()).isTrue();
        }
    }

    @Test
    void goesOnAtTheSpeedOfASlowReaderWithoutHoldingUpOthers() throws Exception {
        int tokens = 50_000;
        try (RawClient slow = new RawClient(server.port)) {
            slow.post("/v1/completions", STREAM);
            ScriptedEngine.Scripted generation = server.engine.next();
            for (int i = 0; i < tokens; i++) {
                generation.token(ScriptedEngine.Scripted.token((byte) 'x'));
            }
            generation.finish(FinishReason.LENGTH);
            int stalled = takenWhenItStalls(generation);

            server.engine.say("quick");
            assertThat(server.complete(STREAM).body()).endsWith("[DONE]\n\n");
            assertThat(generation.taken()).isEqualTo(stalled).isLessThan(tokens);
            assertThat(generation.isClosed()).isFalse();

            String body = slow.readUntil("data: [DONE]\n\n");
            assertThat(body.split("\"text\":\"x\"", -1)).hasSize(tokens + 1);
        }
    }

    @Test
    void takesAClientThatReadsNothingForGone() throws Exception {
        HttpLimits impatient = TestGateway.limits(4096, HttpLimits.DEFAULT.idle(), Duration.ofMillis(300));
        try (TestGateway quick = TestGateway.serving(impatient);
                RawClient client = new RawClient(quick.port)) {
            client.post("/v1/completions", STREAM);
            ScriptedEngine.Scripted generation = quick.engine.next();
            generation.say("x".repeat(100_000));

            assertThat(generation.awaitClosed(Duration.ofSeconds(50))).isTrue();
        }
    }

    @Test
    void servesManyStreamsAtOnce() throws Exception {
        int streams = 200;
        server.engine.script(generation -> {});
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                Callable<HttpResponse<String>> one = ask("{\"prompt\":\"a\",\"stream\":true,\"seed\":%d}".formatted(i));
                responses.add(executor.submit(one));
            }
            List<ScriptedEngine.Scripted> generations = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                generations.add(server.engine.next());
            }
            for (int round = 0; round < 5; round++) {
                generations.forEach(generation -> generation.say("." + seed(generation.request)));
            }
            generations.forEach(generation -> generation.finish(FinishReason.LENGTH));

            for (int i = 0; i < streams; i++) {
                String text = responses.get(i).get().body().replaceAll("(?s).*?\"text\":\"(.*?)\"|.+", "$1");
                assertThat(text).isEqualTo(("." + i).repeat(5));
            }
        }
    }

    private Callable<HttpResponse<String>> ask(String body) {
        return () -> server.complete(body);
    }

    private static long seed(GenerationRequest request) {
        return request.sampling().seed();
    }

    /** Waits until nothing more is taken of a generation for a while, and returns how much was. */
    private static int takenWhenItStalls(ScriptedEngine.Scripted generation) throws InterruptedException {
        int before = -1;
        int now = generation.taken();
        while (now != before || now == 0) {
            before = now;
            generation.awaitClosed(Duration.ofMillis(400));
            now = generation.taken();
        }
        return now;
    }
}
