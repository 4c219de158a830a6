package dev.piecewise.bench.gateway;

import dev.piecewise.metrics.Metrics;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How long tokens take to a client when they come at a rate that does not fill the machine. The streams begin one after the other, so that at every moment some begin,
 * some end and most run.
 */
final class PacedBench {
    /** Of an answer. */
    static final int TOKENS = 256;

    private final int connections;
    private final Duration time;
    private final int processors = Runtime.getRuntime().availableProcessors();

    /** Each measurement takes so much time, after all streams have begun. */
    PacedBench(int connections, Duration time) {
        this.connections = connections;
        this.time = time;
    }

    /** Half of what is asked of the gateway: 10,000 tokens a second for each core, over all connections. */
    double tokensPerSecond() {
        return 10_000.0 * processors;
    }

    /** Of a server that only writes, by as many threads as the gateway has. {@code parts}: of a step's time, in each of which one part of the connections gets its token. */
    GatewayReport.Latency machine(int parts) throws IOException, InterruptedException {
        try (BareServer bare = new BareServer(connections, Math.max(2, processors), TOKENS);
                LoadClient client = new LoadClient(Protocol.SSE, bare.port(), connections, TOKENS)) {
            bare.begin();
            Latencies latencies = measure(client, bare, parts);
            return new GatewayReport.Latency(latencies.millis(0.5), latencies.millis(0.99), 0);
        }
    }

    /** Of the gateway that listens on this port. */
    GatewayReport.Latency gateway(Protocol protocol, int port, InstantEngine engine, Metrics metrics, int parts)
            throws IOException, InterruptedException {
        WriteTimes before = WriteTimes.of(metrics);
        try (LoadClient client = new LoadClient(protocol, port, connections, TOKENS)) {
            Latencies latencies = measure(client, engine, parts);
            return new GatewayReport.Latency(
                    latencies.millis(0.5),
                    latencies.millis(0.99),
                    WriteTimes.of(metrics).millisSince(before, 0.99));
        }
    }

    private Latencies measure(LoadClient client, Steps steps, int parts) throws IOException, InterruptedException {
        long step = (long) (1e9 * connections / tokensPerSecond());
        Latencies latencies = new Latencies((int) (2 * tokensPerSecond() * time.toMillis() / 1000));
        Thread engine = Thread.ofPlatform().daemon().start(() -> run(steps, step / parts, parts));
        try {
            client.run(TOKENS * step, time.toNanos(), (connection, index, nanos) -> {
                long[] due = steps.dueTimes(connection);
                if (index < due.length && due[index] > 0) {
                    latencies.add(nanos - due[index]);
                }
            });
            return latencies;
        } finally {
            engine.interrupt();
            engine.join();
        }
    }

    private static void run(Steps steps, long interval, int parts) {
        long next = System.nanoTime();
        for (int part = 0; !Thread.currentThread().isInterrupted(); part = (part + 1) % parts) {
            steps.step(part, parts);
            next += interval;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }
}
