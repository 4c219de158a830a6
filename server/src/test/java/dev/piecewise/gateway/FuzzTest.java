package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.BankLayout;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.personalization.OwnAdapters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand requests to every endpoint, most of them wrong somewhere: each gets an answer that the contract knows, and none is the server's fault. */
@Timeout(180)
final class FuzzTest {
    private static final int REQUESTS = Integer.getInteger("piecewise.fuzz", 10_000);
    private static final int CLIENTS = 4;
    private static final long SEED = Long.getLong("piecewise.seed", 20_261_122L);

    private static final Pattern FAULT = Pattern.compile("Exception|\\tat |dev\\.piecewise|java\\.lang|SQLITE|org\\.");

    @AutoClose
    private final TestGateway server = TestGateway.loading(HttpLimits.DEFAULT);

    private final Map<Integer, Integer> statuses = new ConcurrentSkipListMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    @Test
    void whateverIsSentIsAnswered() throws Exception {
        serveWithAdapters();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> sent = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                RandomRequests requests = new RandomRequests(new Random(SEED + client));
                sent.add(clients.submit(() -> send(requests, REQUESTS / CLIENTS)));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
        assertThat(faults.stream().limit(20))
                .as("%d faults, %s", faults.size(), statuses)
                .isEmpty();
        assertThat(statuses.keySet()).as("%s", statuses).contains(200, 201, 400, 404, 405, 413, 431);
        assertThat(statuses.get(200)).as("%s", statuses).isGreaterThan(REQUESTS / 4);
        assertThat(server.complete("{\"prompt\":\"a\"}").statusCode()).isEqualTo(200);
        assertThat(server.get("/v1/users").statusCode()).isEqualTo(200);
    }

    private @Nullable Void send(RandomRequests requests, int count) throws IOException {
        List<String> operations = TestGateway.CONTRACT.operations();
        try (WireClient client = new WireClient(server.port)) {
            for (int i = 0; i < count; i++) {
                RandomRequests.Request request = requests.next(operations.get(i % operations.size()));
                WireClient.Answer answer = client.send(request.method(), request.bytes(), request.alone());
                wrong(request, answer).forEach(fault -> faults.add(request + "\n-> " + answer.status() + " " + fault));
                statuses.merge(answer.status(), 1, Integer::sum);
            }
        }
        return null;
    }

    private void serveWithAdapters() {
        Path model = TinyCheckpoint.llama().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        server.personalizer.own =
                Optional.of(new OwnAdapters(server.store, new BankLayout(config, Float.BYTES), "base", 8, 1 << 20));
        server.engine.say("x");
        server.serve();
    }

    /** What is wrong with an answer. */
    private static List<String> wrong(RandomRequests.Request request, WireClient.Answer answer) {
        List<String> wrong = new ArrayList<>();
        if (answer.status() >= 500 || answer.headers().containsKey("x-injected")) {
            wrong.add("status %d, headers %s".formatted(answer.status(), answer.headers()));
        }
        boolean page =
                request.target().startsWith("/console") || request.target().startsWith("/openapi.yaml");
        if (!page && FAULT.matcher(answer.body()).find()) {
            wrong.add("it tells of its inside: " + answer.body());
        }
        Contract.Answer seen = new Contract.Answer(
                answer.status(),
                answer.headers().get("content-type"),
                answer.headers().get("x-piecewise-adapter"),
                answer.body());
        if (!request.method().equals("HEAD")) {
            wrong.addAll(TestGateway.CONTRACT.violations(request.method(), request.target(), request.text(), seen));
        }
        return wrong;
    }
}
