package dev.piecewise.bench.gateway;

import com.sun.management.ThreadMXBean;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.bench.GcPauses;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.Gateway;
import dev.piecewise.gateway.Serving;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.personalization.Mode;
import dev.piecewise.personalization.Personalizer;
import dev.piecewise.personalization.Served;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** A gateway with real sockets over an engine that needs no time, and what can be measured of it. */
public final class GatewayBench implements AutoCloseable {
    private static final int TOKENS = 512;
    private static final int ROUNDS = 4;
    /** In which tokens come that are spread over the time of a step. */
    private static final int PARTS = 10;

    private final Store store;
    private final InstantEngine engine = new InstantEngine();
    private final Metrics metrics = new Metrics(PlainModel.NAME, engine.maxLength());
    private final Gateway gateway;
    private final int port;
    private final Duration time;

    /** {@code scratch} is an empty directory; {@code time} is how long each rate is measured. */
    public GatewayBench(Path scratch, Duration time) throws IOException, InterruptedException {
        this.time = time;
        store = Stores.open("jdbc:sqlite:" + scratch.resolve("bench.db"));
        gateway = new Gateway(HttpLimits.DEFAULT, metrics);
        port = gateway.start("127.0.0.1", 0);
        gateway.serve(new Serving(PlainModel.in(scratch), engine, new Base(), store));
    }

    /** Everybody is served by the base. */
    private record Base() implements Personalizer {
        @Override
        public Served resolve(String user, Mode mode, Optional<Merge> merge) {
            return new Served(
                    new Adaptation.Base("0"), Mode.BASE, Optional.empty(), "there are no users", 0, new TreeMap<>());
        }

        @Override
        public Plan assemble(String user) {
            throw new ServingException(ErrorCode.UNKNOWN_USER, "there are no users");
        }

        @Override
        public Forgotten forget(String user) {
            return Forgotten.NOTHING;
        }
    }

    /** Measures streams over so many connections, then so many idle WebSockets. */
    public GatewayReport run(int connections, int idle) throws IOException, InterruptedException {
        double bare = BareSocket.perCpuSecond();
        Streams streams;
        GcPauses.Summary paused;
        try (GcPauses pauses = new GcPauses()) {
            streams = streams(connections);
            paused = pauses.end();
        }
        long before = heap();
        try (LoadClient sockets = new LoadClient(Protocol.WEBSOCKET, port, idle, 1)) {
            LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
            long with = heap();
            return new GatewayReport(
                    connections, bare, streams.rows(), streams.machine(), paused, sockets.size(), with - before, with);
        }
    }

    private Streams streams(int connections) throws IOException, InterruptedException {
        Map<Protocol, Rate> rates = new EnumMap<>(Protocol.class);
        // The first rounds warm up; the last one counts.
        for (int round = 0; round < ROUNDS; round++) {
            for (Protocol protocol : Protocol.values()) {
                rates.put(protocol, rate(protocol, connections));
            }
        }
        engine.pace();
        PacedBench paced = new PacedBench(connections, time);
        // These warm up too: one token at a time takes other ways through the code than many do.
        for (Protocol protocol : Protocol.values()) {
            paced.gateway(protocol, port, engine, metrics, 1);
        }
        GatewayReport.Machine machine = new GatewayReport.Machine(paced.machine(1), paced.machine(PARTS));
        List<GatewayReport.Row> rows = new ArrayList<>();
        for (Protocol protocol : Protocol.values()) {
            Rate rate = Objects.requireNonNull(rates.get(protocol));
            rows.add(new GatewayReport.Row(
                    protocol.name(),
                    rate.perSecond(),
                    rate.perCpuSecond(),
                    rate.bytesPerToken(),
                    paced.tokensPerSecond(),
                    paced.gateway(protocol, port, engine, metrics, 1),
                    paced.gateway(protocol, port, engine, metrics, PARTS)));
        }
        return new Streams(rows, machine);
    }

    private record Streams(List<GatewayReport.Row> rows, GatewayReport.Machine machine) {}

    /** Tokens a second by the clock, and by the processors' time; what was allocated for each. */
    private record Rate(double perSecond, double perCpuSecond, double bytesPerToken) {}

    private Rate rate(Protocol protocol, int connections) throws IOException {
        try (LoadClient client = new LoadClient(protocol, port, connections, TOKENS)) {
            long cpu = cpuNanos();
            long allocated = allocated();
            long start = System.nanoTime();
            long tokens = client.run(time.toNanos());
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpuSeconds = (cpuNanos() - cpu) / 1e9;
            double bytes = allocated() - allocated;
            return new Rate(tokens / seconds, tokens / Math.max(cpuSeconds, 1e-9), bytes / Math.max(tokens, 1));
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Bytes that all threads allocated so far; virtual ones do on their carriers. */
    private static long allocated() {
        return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
    }

    private static long cpuNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    @Override
    public void close() {
        gateway.close();
        store.close();
    }
}
