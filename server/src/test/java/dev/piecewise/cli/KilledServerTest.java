package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed in the middle of its writes loses nothing that it acknowledged, and stores nothing twice that is sent again. */
class KilledServerTest {
    /** {@code -Dpiecewise.kills=100} for the long version. */
    private static final int KILLS = Integer.getInteger("piecewise.kills", 2);

    private static final int WRITERS = 4;

    @TempDir
    Path directory;

    @Test
    @Timeout(3600)
    void losesNothingThatItAcknowledgedHoweverOftenItIsKilled() throws Exception {
        Path model = TinyFiles.model(directory);
        String url = "jdbc:sqlite:" + directory.resolve("killed.db");
        List<String> settings = List.of(
                "server.port=0", "model.path=" + model, "engine.kv-places=" + TinyFiles.LENGTH, "store.url=" + url);
        Random random = new Random(9177);
        int[] acknowledged = new int[WRITERS];
        for (int kill = 0; kill < KILLS; kill++) {
            int before = IntStream.of(acknowledged).sum();
            writeUntilKilled(settings, acknowledged, random.nextInt(10, 150));
            assertThat(IntStream.of(acknowledged).sum()).isGreaterThan(before);
            try (Store store = Stores.open(url)) {
                for (int writer = 0; writer < WRITERS; writer++) {
                    assertNothingIsLost(store, "u" + writer, acknowledged[writer]);
                }
            }
        }
        System.Logger log = System.getLogger(KilledServerTest.class.getName());
        log.log(
                System.Logger.Level.INFO,
                "{0} kills, {1} items acknowledged",
                KILLS,
                IntStream.of(acknowledged).sum());
    }

    /** The item that was under way may be there as well. */
    private static void assertNothingIsLost(Store store, String user, int acknowledged) {
        List<String> texts = store.history(user, 0, Integer.MAX_VALUE).stream()
                .map(HistoryItem::completion)
                .toList();
        assertThat(texts).hasSizeBetween(acknowledged, acknowledged + 1);
        assertThat(texts)
                .isEqualTo(IntStream.range(0, texts.size())
                        .mapToObj(KilledServerTest::text)
                        .toList());
        assertThat(store.user(user).map(Store.User::items).orElse(0)).isEqualTo(texts.size());
    }

    /** Several clients append; after so many acknowledgements the process is killed. */
    private static void writeUntilKilled(List<String> settings, int[] acknowledged, int until) throws Exception {
        try (ServerProcess server = ServerProcess.start(settings)) {
            ServerClient client = server.ready();
            AtomicInteger all = new AtomicInteger();
            List<Thread> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                writers.add(Thread.ofVirtual().start(() -> {
                    while (append(client, number, acknowledged[number])) {
                        acknowledged[number]++;
                        if (all.incrementAndGet() == until) {
                            server.kill();
                        }
                    }
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(server.exitStatus(30)).isEqualTo(137);
        }
    }

    /** Whether the item was acknowledged. */
    private static boolean append(ServerClient client, int writer, int item) {
        String body = "{\"items\":[{\"id\":\"%d\",\"text\":\"%s\"}]}".formatted(item, text(item));
        try {
            return client.post("/v1/users/u" + writer + "/history", body).status() == 200;
        } catch (IOException gone) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(int item) {
        return "text %d %s".formatted(item, "and so on ".repeat(item % 50));
    }
}
