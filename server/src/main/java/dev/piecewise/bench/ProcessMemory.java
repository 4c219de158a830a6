package dev.piecewise.bench;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.model.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the process holds, beside what it must hold. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** Weights, KV arena and the columns of all adapters or pieces. */
    static long expected(BaseModel base, ModelRunner.Limits limits, BenchOptions options) {
        ModelConfig config = base.config();
        long bytes = base.precision().bytes();
        long embedding = bytes * config.vocabulary() * config.hidden();
        long arena = bytes * 2 * config.layers() * config.kvHeads() * config.headDim() * limits.kvPlaces();
        return base.bytesPerStep() + embedding + arena + columns(config, options) * bytes;
    }

    private static long columns(ModelConfig config, BenchOptions options) {
        long attention = 0;
        long all = 0;
        for (Projection projection : Projection.values()) {
            long widths = (long) config.in(projection) + config.out(projection);
            all += widths;
            attention += RandomAdapters.ATTENTION.contains(projection) ? widths : 0;
        }
        long perLayer = switch (options.adapters()) {
            case NONE -> 0;
            case DISTINCT -> all * options.most() * options.rank();
            case SAME -> all * options.rank();
            case POOL -> attention * options.sharers() * options.rank();
        };
        return perLayer * config.layers();
    }

    /** The most that was resident since the process began, where the system tells (Linux). */
    static Optional<Long> peak() {
        if (!Files.isReadable(STATUS)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
