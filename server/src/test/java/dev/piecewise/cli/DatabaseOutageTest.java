package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.fixture.Postgres;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose PostgreSQL is killed under it and comes back. */
@Timeout(180)
class DatabaseOutageTest {
    @TempDir
    Path directory;

    @Test
    void whoseHasAPlanInMemoryIsServedAndNothingAcknowledgedIsLost() throws Exception {
        Path model = TinyFiles.model(directory);
        Path pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
        try (Postgres postgres = new Postgres(directory.resolve("data"));
                RunningServer server =
                        RunningServer.start(model, pool, postgres.emptySchema(), "engine.kv-places=1024");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ServerClient client = server.client();
            assertThat(append(client, "ann", "what she likes").status()).isEqualTo(200);
            assertThat(client.post("/v1/users/ann/plan", "{}").status()).isEqualTo(200);
            String answer = tokens(client.complete("ann", ""));

            Semaphore acknowledged = new Semaphore(0);
            Future<Integer> writer = threads.submit(() -> {
                int items = 0;
                while (append(client, "writer", "text " + items).status() == 200) {
                    items++;
                    acknowledged.release();
                }
                return items;
            });
            acknowledged.acquire(20);
            postgres.kill();

            assertThat(tokens(client.complete("ann", ""))).isEqualTo(answer);
            assertUnavailable(client.complete("stranger", ""));
            assertUnavailable(append(client, "ann", "too late"));
            assertUnavailable(client.get("/health"));
            assertThat(client.get("/health/live").status()).isEqualTo(200);

            postgres.restart();
            while (client.get("/health").status() != 200) {
                Thread.onSpinWait();
            }
            assertThat(client.get("/v1/users/writer")
                            .json()
                            .path("history_items")
                            .asInt())
                    .isBetween(writer.get(), writer.get() + 1);
            assertThat(append(client, "ann", "in time").status()).isEqualTo(200);
            assertThat(client.complete("stranger", "").status()).isEqualTo(200);
            assertThat(tokens(client.complete("ann", ""))).isEqualTo(answer);
        }
    }

    private static ServerClient.Answer append(ServerClient client, String user, String text) throws Exception {
        return client.post("/v1/users/" + user + "/history", "{\"items\":[\"" + text + "\"]}");
    }

    private static String tokens(ServerClient.Answer answer) throws Exception {
        assertThat(answer.servedBy().path("mode").asText()).as(answer.text()).isEqualTo("assembled");
        return answer.json().at("/choices/0/token_ids").toString();
    }

    private static void assertUnavailable(ServerClient.Answer answer) throws Exception {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.errorCode()).isEqualTo("unavailable");
        assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
    }
}
