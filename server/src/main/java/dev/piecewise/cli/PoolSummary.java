package dev.piecewise.cli;

import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Site;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is in a pool, for people and for {@code --json}. */
record PoolSummary(
        String hash,
        String base,
        int rank,
        double scale,
        String merge,
        String keys,
        boolean forecast,
        List<Sharer> sharers,
        List<String> sites,
        int pieces,
        List<String> withdrawn,
        long bytes) {

    /** A sharer, how many of the sites they gave a piece for, and their consent. */
    record Sharer(
            String id, int items, int pieces, @Nullable Agreement consent) {}

    /** Who agreed, when, and to which part. */
    record Agreement(String by, String at, double ratio) {}

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
                pool.forecast().isPresent(),
                pool.sharers().stream().map(sharer -> sharer(sharer, pool)).toList(),
                pool.sites().keySet().stream().map(Site::toString).toList(),
                pool.pieces(),
                pool.withdrawn().stream().map(Pool.Withdrawal::id).toList(),
                values * Float.BYTES);
    }

    private static Sharer sharer(Pool.Sharer sharer, Pool pool) {
        return new Sharer(
                sharer.id(),
                sharer.items(),
                pool.sites().size() - sharer.absent().size(),
                sharer.consent()
                        .map(consent -> new Agreement(consent.by(), consent.at().toString(), consent.ratio()))
                        .orElse(null));
    }

    private static String keys(Keys keys) {
        return keys.name().toLowerCase(Locale.ROOT);
    }

    String line(Path where) {
        return "%s: %d sharers, %d sites, %d pieces, rank %d, keys from %s%s, %,d bytes, hash %s"
                .formatted(
                        where,
                        sharers.size(),
                        sites.size(),
                        pieces,
                        rank,
                        keys,
                        forecast ? " with a forecast" : "",
                        bytes,
                        hash);
    }
}
