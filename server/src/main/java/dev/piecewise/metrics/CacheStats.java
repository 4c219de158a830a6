package dev.piecewise.metrics;

/** What one tier of the adapter cache counted since the start; read at every scrape, from any thread. */
public interface CacheStats {
    long hits();

    long misses();

    long evictions();

    /** Bytes held now, or -1 where nobody weighs them. */
    long bytes();
}
