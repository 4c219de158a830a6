package dev.piecewise.loadtest.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.dialect.Dialect;
import dev.piecewise.loadtest.dialect.People;
import dev.piecewise.loadtest.dialect.Target;
import dev.piecewise.loadtest.fixture.ScriptedClock;
import dev.piecewise.loadtest.fixture.ScriptedServer;
import dev.piecewise.loadtest.fixture.ServerSocketFrames;
import dev.piecewise.loadtest.measure.Answer;
import dev.piecewise.loadtest.measure.Clock;
import dev.piecewise.loadtest.measure.Tokens;
import dev.piecewise.loadtest.workload.Ask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SocketCallerTest {
    private static final String PATH = "/v1/responses";
    private static final String DELTA = "{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}";
    private static final String COMPLETED =
            "{\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":2},\"piecewise\":{\"mode\":\"own\"}}}";

    @AutoClose
    private final ScriptedServer server = new ScriptedServer();

    @Test
    void notesWhenEachMessageCame() {
        ScriptedClock clock = new ScriptedClock();
        server.on(PATH, (request, reply) -> {
            ServerSocketFrames frames = ServerSocketFrames.open(request, reply);
            frames.receive();
            clock.at(50, () -> frames.send(DELTA));
            clock.at(80, () -> frames.sendInTwo(DELTA));
            clock.at(90, () -> frames.send(COMPLETED));
            frames.receive();
        });
        try (Caller caller = caller(clock)) {
            Answer answer = caller.call(ask(3), 0);
            assertThat(answer.failure()).isEmpty();
            assertThat(answer.chunks()).containsExactly(millis(50), millis(80));
            assertThat(answer.end()).isEqualTo(millis(90));
            assertThat(answer.tokens()).contains(new Tokens(5, 2));
            assertThat(answer.mode()).isEqualTo("own");
        }
    }

    @Test
    void asksTheNextTurnOnTheSameConnection() throws IOException {
        List<JsonNode> turns = new ArrayList<>();
        server.on(PATH, (request, reply) -> {
            ServerSocketFrames frames = ServerSocketFrames.open(request, reply);
            for (String turn = frames.receive(); !turn.isEmpty(); turn = frames.receive()) {
                turns.add(new ObjectMapper().readTree(turn));
                frames.send(DELTA);
                frames.send(COMPLETED);
            }
        });
        try (Caller caller = caller(Clock.SYSTEM)) {
            assertThat(caller.call(ask(3), 0).failure()).isEmpty();
            assertThat(caller.call(ask(4), 0).failure()).isEmpty();
        }
        assertThat(server.asked(PATH)).hasSize(1);
        assertThat(turns).hasSize(2);
        assertThat(turns.getFirst().path("type").asText()).isEqualTo("response.create");
        assertThat(turns.getFirst().path("user").asText()).isEqualTo("u3");
        assertThat(turns.getFirst().path("max_output_tokens").asInt()).isEqualTo(4);
        assertThat(turns.getFirst().path("input").asText()).isEqualTo("hello");
        assertThat(turns.getLast().path("user").asText()).isEqualTo("u4");
    }

    @Test
    void aRefusedTurnLeavesTheConnectionAndABrokenOneIsReplaced() {
        server.on(PATH, (request, reply) -> {
            ServerSocketFrames frames = ServerSocketFrames.open(request, reply);
            frames.receive();
            frames.send("{\"type\":\"error\",\"status\":429,\"error\":{\"message\":\"full\"}}");
            frames.receive();
            frames.send(DELTA);
            reply.close();
        });
        try (Caller caller = caller(Clock.SYSTEM)) {
            assertThat(caller.call(ask(1), 0).failure().orElseThrow().label()).isEqualTo("http 429");
            assertThat(caller.call(ask(1), 0).failure().orElseThrow().label()).isEqualTo("half a stream");
            assertThat(server.asked(PATH)).hasSize(1);
            assertThat(caller.call(ask(1), 0).failure().orElseThrow().label()).isEqualTo("http 429");
            assertThat(server.asked(PATH)).hasSize(2);
        }
    }

    @Test
    void anInterruptedTurnIsKeptAsUnfinished() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        server.on(PATH, (request, reply) -> {
            ServerSocketFrames frames = ServerSocketFrames.open(request, reply);
            frames.receive();
            frames.send(DELTA);
            asked.countDown();
            frames.receive();
        });
        try (Caller caller = caller(Clock.SYSTEM);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer> answer = threads.submit(() -> caller.call(ask(1), 0));
            asked.await();
            threads.shutdownNow();
            assertThat(answer.get().failure().orElseThrow().label()).isEqualTo("unfinished");
        }
    }

    @Test
    void namesAnHttpStatusInsteadOfAWebSocket() {
        server.json(PATH, 401, "{}");
        try (Caller caller = caller(Clock.SYSTEM)) {
            assertThat(caller.call(ask(1), 0).failure().orElseThrow().label()).isEqualTo("http 401");
        }
    }

    private Caller caller(Clock clock) {
        Target target = new Target(
                server.uri(), Optional.empty(), "m", Dialect.PIECEWISE, Api.WEBSOCKET, Duration.ofSeconds(30));
        return new SocketCaller(target, new Bodies(target, People.of("u{n}", "", ""), Bodies.Options.plain()), clock);
    }

    private static Ask ask(int user) {
        return new Ask(0, OptionalInt.of(user), "hello", 4, 1);
    }

    private static long millis(long value) {
        return TimeUnit.MILLISECONDS.toNanos(value);
    }
}
