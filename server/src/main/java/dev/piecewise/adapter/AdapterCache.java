package dev.piecewise.adapter;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleConsumer;

/** Merged adapters on the host, as the device takes them, bounded by their bytes, known by their fingerprints. Any thread may call; each adapter is merged once however many ask at a time. */
public final class AdapterCache {
    private static final double NANOS = 1e9;

    private final Cache<String, Kept> adapters;
    private final BankLayout layout;
    private final DoubleConsumer mergeSeconds;
    /** Versions of pools of which nothing is kept any more. */
    private final Set<String> dropped = ConcurrentHashMap.newKeySet();

    /** {@code maxBytes} of them are kept, for the device of this layout; a larger adapter is made anew each time. */
    public AdapterCache(BankLayout layout, long maxBytes) {
        this(layout, maxBytes, _ -> {});
    }

    /** {@code mergeSeconds} hears how long each merge took, from whichever thread merged. */
    public AdapterCache(BankLayout layout, long maxBytes, DoubleConsumer mergeSeconds) {
        this.layout = layout;
        this.mergeSeconds = mergeSeconds;
        adapters = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((String key, Kept kept) ->
                        (int) Math.min(Integer.MAX_VALUE, kept.adapter().bytes()))
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** {@code pool} is the version that it was merged from. */
    private record Kept(BankImage adapter, String pool) {}

    /** The plan's adapter, merged if it is not there for the same {@code whose}: others could tell by the time that it takes. The plan must be for this pool. */
    public BankImage get(String whose, Plan plan, Pool pool, Merge merge) {
        String key = whose + Fingerprints.merged(plan, merge);
        Kept kept = adapters.get(key, _ -> new Kept(merged(plan, pool, merge), pool.hash()));
        if (dropped.contains(pool.hash())) {
            adapters.asMap().remove(key, kept);
        }
        return kept.adapter();
    }

    /** Drops what was made of this plan for the same {@code whose}; whether there was anything. */
    public boolean forget(String whose, Plan plan) {
        boolean any = false;
        for (Merge merge : Merge.values()) {
            any |= adapters.asMap().remove(whose + Fingerprints.merged(plan, merge)) != null;
        }
        return any;
    }

    /** Drops all that was made of this version of a pool, and keeps nothing of it from now on. */
    public void drop(String pool) {
        dropped.add(pool);
        adapters.asMap().values().removeIf(kept -> kept.pool().equals(pool));
    }

    public void clear() {
        adapters.invalidateAll();
    }

    public Stats stats() {
        CacheStats stats = adapters.stats();
        long bytes = adapters.policy()
                .eviction()
                .map(Policy.Eviction::weightedSize)
                .orElseThrow()
                .orElse(0);
        return new Stats(stats.hitCount(), stats.missCount(), stats.evictionCount(), bytes);
    }

    private BankImage merged(Plan plan, Pool pool, Merge merge) {
        long begun = System.nanoTime();
        BankImage adapter = layout.image(Merger.merge(plan, pool, merge));
        mergeSeconds.accept((System.nanoTime() - begun) / NANOS);
        return adapter;
    }

    /** Counts since the start, and what is kept now. */
    public record Stats(long hits, long misses, long evictions, long bytes) {}
}
