package dev.piecewise.cli;

import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Site;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What is in a pool, for people and for {@code --json}. */
record PoolSummary(
        String hash,
        String base,
        int rank,
        double scale,
        String merge,
        String keys,
        List<Pool.Sharer> sharers,
        List<String> sites,
        long bytes) {

    static PoolSummary of(Pool pool) {
        long values = pool.sites().values().stream()
                .mapToLong(stack -> (long) stack.sharers() * (stack.rank() * (stack.in() + stack.out()) + stack.in()))
                .sum();
        return new PoolSummary(
                pool.hash(),
                pool.base(),
                pool.rank(),
                pool.scale(),
                pool.merge().wire(),
                keys(pool.keys()),
                pool.sharers(),
                pool.sites().keySet().stream().map(Site::toString).toList(),
                values * Float.BYTES);
    }

    private static String keys(Keys keys) {
        return keys.name().toLowerCase(Locale.ROOT);
    }

    String line(Path where) {
        return "%s: %d sharers, %d sites, rank %d, keys from %s, %,d bytes, hash %s"
                .formatted(where, sharers.size(), sites.size(), rank, keys, bytes, hash);
    }
}
