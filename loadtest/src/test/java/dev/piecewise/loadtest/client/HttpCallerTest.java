package dev.piecewise.loadtest.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.Dialect;
import dev.piecewise.loadtest.dialect.People;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.fixture.Chunks;
import dev.piecewise.loadtest.fixture.ScriptedClock;
import dev.piecewise.loadtest.fixture.ScriptedServer;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Failure;
import dev.piecewise.loadtest.measure.Tokens;
import dev.piecewise.loadtest.workload.Ask;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpCallerTest {
    private static final String PATH = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";

    @AutoClose
    private final ScriptedServer server = new ScriptedServer();

    @Test
    void notesWhenEachChunkCame() {
        ScriptedClock clock = new ScriptedClock();
        server.on(PATH, (request, reply) -> {
            reply.stream();
            clock.at(100, () -> reply.event(Chunks.text("one")));
            clock.at(130, () -> reply.part("data: " + Chunks.text("tw").substring(0, 20)));
            clock.at(150, () -> reply.part(Chunks.text("tw").substring(20) + "\n\ndata: " + Chunks.text("o") + "\n\n"));
            clock.at(160, () -> reply.event(Chunks.text("")));
            clock.at(200, () -> reply.event(Chunks.usage(11, 4)).event("[DONE]").end());
        });
        Answer answer = call(Api.COMPLETIONS, clock);
        assertThat(answer.succeeded()).isTrue();
        assertThat(answer.chunks()).containsExactly(millis(100), millis(150), millis(150));
        assertThat(answer.end()).isEqualTo(millis(200));
        assertThat(answer.tokens()).contains(new Tokens(11, 4));
    }

    @Test
    void readsChatsWithTheirThoughtsAndWhatAnswered() {
        server.on(
                CHAT,
                (request, reply) -> reply.stream()
                        .event("{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}")
                        .event("{\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}")
                        .event("{\"choices\":[{\"delta\":{\"content\":\"yes\"}}]}")
                        .event(
                                "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null,\"piecewise\":{\"mode\":\"assembled\"}}")
                        .event("[DONE]")
                        .end());
        Answer answer = call(Api.CHAT, Clock.SYSTEM);
        assertThat(answer.chunks()).hasSize(2);
        assertThat(answer.tokens()).isEmpty();
        assertThat(answer.answerTokens()).isEqualTo(2);
        assertThat(answer.mode()).isEqualTo("assembled");
    }

    @Test
    void readsResponses() {
        server.on(
                "/v1/responses",
                (request, reply) -> reply.stream()
                        .part("event: response.created\ndata: {\"type\":\"response.created\",\"response\":{}}\n\n")
                        .event("{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}")
                        .event("{\"type\":\"response.output_text.done\",\"text\":\"a\"}")
                        .event(
                                "{\"type\":\"response.incomplete\",\"response\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}")
                        .end());
        Answer answer = call(Api.RESPONSES, Clock.SYSTEM);
        assertThat(answer.succeeded()).isTrue();
        assertThat(answer.chunks()).hasSize(1);
        assertThat(answer.tokens()).contains(new Tokens(5, 1));
    }

    @Test
    void namesEveryWayInWhichAnAnswerCanFail() throws IOException {
        assertThat(failure((request, reply) ->
                        reply.whole(429, "application/json", "{\"error\":{\"message\":\"the queue is full\"}}")))
                .isEqualTo(Failure.http(429, "the queue is full"));
        assertThat(failure((request, reply) -> reply.whole(502, "text/html", "<h1>bad</h1>")))
                .isEqualTo(Failure.http(502, "<h1>bad</h1>"));
        assertThat(failure((request, reply) -> reply.whole(200, "application/json", "{}"))
                        .label())
                .isEqualTo("malformed");
        assertThat(failure((request, reply) -> reply.close()).label()).isEqualTo("connection closed");
        assertThat(failure((request, reply) ->
                                reply.stream().event(Chunks.text("a")).close())
                        .label())
                .isEqualTo("half a stream");
        assertThat(failure((request, reply) ->
                                reply.stream().event(Chunks.text("a")).end())
                        .label())
                .isEqualTo("half a stream");
        assertThat(failure((request, reply) ->
                                reply.stream().part("data: {\"choices\":[").end())
                        .detail())
                .contains("inside an event");
        assertThat(failure((request, reply) -> reply.stream().event("{no json").end())
                        .label())
                .isEqualTo("malformed");
        assertThat(failure((request, reply) -> reply.stream().event("[1]").end())
                        .label())
                .isEqualTo("malformed");
        assertThat(failure((request, reply) ->
                                reply.stream().event("{\"id\":1}").end())
                        .label())
                .isEqualTo("malformed");
        assertThat(failure((request, reply) -> reply.stream()
                        .event("{\"error\":{\"message\":\"out of memory\"}}")
                        .end()))
                .isEqualTo(Failure.of(Failure.Kind.SERVER, "out of memory"));
        assertThat(failure((request, reply) ->
                                reply.raw("not http at all\r\n\r\n").close())
                        .label())
                .isEqualTo("connection closed");
    }

    @Test
    void aServerThatIsNotThereIsNoConnection() throws IOException {
        URI nowhere;
        try (ServerSocket socket = new ServerSocket(0)) {
            nowhere = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        assertThat(call(target(nowhere, Api.COMPLETIONS, 30), Clock.SYSTEM)
                        .failure()
                        .orElseThrow()
                        .label())
                .isEqualTo("not connected");
    }

    @Test
    void givesUpOnAnAnswerThatTakesTooLong() {
        CountDownLatch over = new CountDownLatch(1);
        server.on(PATH, (request, reply) -> {
            reply.stream().event(Chunks.text("a"));
            over.await();
        });
        Answer answer = call(target(server.uri(), Api.COMPLETIONS, 1), Clock.SYSTEM);
        over.countDown();
        assertThat(answer.failure().orElseThrow().label()).isEqualTo("timeout");
        assertThat(answer.chunks()).hasSize(1);
    }

    @Test
    void anInterruptedRequestIsKeptAsUnfinished() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        server.on(PATH, (request, reply) -> {
            asked.countDown();
            over.await();
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer> answer = threads.submit(() -> call(Api.COMPLETIONS, Clock.SYSTEM));
            asked.await();
            threads.shutdownNow();
            assertThat(answer.get().failure().orElseThrow().label()).isEqualTo("unfinished");
        }
        over.countDown();
    }

    @Test
    void holdsTwoThousandStreamsAtOnce() throws Exception {
        int streams = 2000;
        CountDownLatch open = new CountDownLatch(streams);
        server.on(PATH, (request, reply) -> {
            reply.stream().event(Chunks.text("a"));
            open.countDown();
            open.await();
            reply.event(Chunks.usage(3, 1)).event("[DONE]").end();
        });
        Target target = target(server.uri(), Api.COMPLETIONS, 50);
        try (Caller caller = caller(target, Clock.SYSTEM);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                calls.add(() -> caller.call(ask(), System.nanoTime()));
            }
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                assertThat(answer.get().failure()).isEmpty();
            }
        }
    }

    private Failure failure(ScriptedServer.Script script) {
        server.on(PATH, script);
        return call(Api.COMPLETIONS, Clock.SYSTEM).failure().orElseThrow();
    }

    private Answer call(Api api, Clock clock) {
        return call(target(server.uri(), api, 30), clock);
    }

    private static Answer call(Target target, Clock clock) {
        try (Caller caller = caller(target, clock)) {
            return caller.call(ask(), 0);
        }
    }

    private static Caller caller(Target target, Clock clock) {
        People nobody = People.of("", "", "");
        return new HttpCaller(target, new Bodies(target, nobody, Bodies.Options.plain()), clock);
    }

    private static Target target(URI uri, Api api, int seconds) {
        return new Target(uri, Optional.empty(), "m", Dialect.OPENAI, api, Duration.ofSeconds(seconds));
    }

    private static Ask ask() {
        return new Ask(0, OptionalInt.empty(), "hello", 4, 1);
    }

    private static long millis(long value) {
        return TimeUnit.MILLISECONDS.toNanos(value);
    }
}
