package dev.piecewise.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class PacedBenchTest {
    private static final int CONNECTIONS = 8;
    private static final int TOKENS = 5;

    @Test
    void everyTokenOfTheBareServerComesOnceAndInItsOrder() throws IOException, InterruptedException {
        List<List<Integer>> came = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            came.add(new ArrayList<>());
        }
        try (BareServer bare = new BareServer(CONNECTIONS, 2, TOKENS);
                LoadClient client = new LoadClient(Protocol.SSE, bare.port(), CONNECTIONS, TOKENS)) {
            bare.begin();
            Thread engine = Thread.ofPlatform().daemon().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    bare.step(0, 2);
                    bare.step(1, 2);
                    LockSupport.parkNanos(100_000);
                }
            });
            client.run(0, 100_000_000, (connection, index, nanos) -> {
                came.get(connection).add(index);
                assertThat(nanos).isGreaterThanOrEqualTo(bare.dueTimes(connection)[index]);
            });
            engine.interrupt();
            engine.join();
        }
        assertThat(came).allSatisfy(indices -> {
            assertThat(indices).hasSizeGreaterThan(TOKENS);
            for (int i = 0; i < indices.size(); i++) {
                assertThat(indices.get(i)).isEqualTo(i % TOKENS);
            }
        });
    }

    @Test
    void quantilesAreThoseOfWhatWasAdded() {
        Latencies latencies = new Latencies(100);
        for (int i = 100; i > 0; i--) {
            latencies.add(i * 1_000_000L);
        }
        latencies.add(1);

        assertThat(latencies.millis(0)).isEqualTo(1);
        assertThat(latencies.millis(0.5)).isEqualTo(51);
        assertThat(latencies.millis(0.99)).isEqualTo(100);
        assertThat(new Latencies(1).millis(0.5)).isZero();
    }
}
