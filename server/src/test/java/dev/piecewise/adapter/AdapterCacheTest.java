package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.TinyModel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class AdapterCacheTest {
    @TempDir
    Path directory;

    private Pool pool;
    private BankLayout layout;
    private long bytes;

    @BeforeEach
    void makeAPool() {
        ModelConfig config = ModelConfigReader.read(TinyModel.writeConfig(directory, TinyModel.config()));
        pool = TinyPool.pool(config, 3);
        layout = new BankLayout(config, Float.BYTES);
        bytes = layout.image(Merger.merge(plan("s0"), pool, Merge.PRODUCT)).bytes();
    }

    @Test
    void keepsThoseApartWhoMustNotTellWhatTheOthersHave() {
        AdapterCache cache = new AdapterCache(layout, 10 * bytes);
        BankImage first = cache.get("a", plan("s0"), pool, Merge.PRODUCT);
        assertThat(cache.get("b", plan("s0"), pool, Merge.PRODUCT)).isNotSameAs(first);
        assertThat(cache.forget("b", plan("s0"))).isTrue();
        assertThat(cache.forget("b", plan("s0"))).isFalse();
        assertThat(cache.get("a", plan("s0"), pool, Merge.PRODUCT)).isSameAs(first);
    }

    @Test
    void mergesEachAdapterOnce() {
        AdapterCache cache = new AdapterCache(layout, 10 * bytes);
        BankImage first = cache.get("", plan("s0"), pool, Merge.PRODUCT);
        assertThat(cache.get("", plan("s0"), pool, Merge.PRODUCT)).isSameAs(first);
        assertThat(cache.get("", plan("s0"), pool, Merge.FACTOR)).isNotSameAs(first);
        assertThat(first.fingerprint())
                .isEqualTo(Merger.merge(plan("s0"), pool, Merge.PRODUCT).fingerprint());
        assertThat(cache.stats()).isEqualTo(new AdapterCache.Stats(1, 2, 0, 2 * bytes));
        assertThat(cache.forget("", plan("s1"))).isFalse();
        cache.clear();
        assertThat(cache.forget("", plan("s0"))).isFalse();
    }

    @Test
    void keepsNoMoreBytesThanItMay() {
        AdapterCache cache = new AdapterCache(layout, 2 * bytes);
        List.of("s0", "s1", "s2").forEach(sharer -> cache.get("", plan(sharer), pool, Merge.PRODUCT));
        assertThat(cache.stats()).isEqualTo(new AdapterCache.Stats(0, 3, 1, 2 * bytes));
    }

    @Test
    void servesAnAdapterThatIsLargerThanItself() {
        AdapterCache cache = new AdapterCache(layout, bytes - 1);
        assertThat(cache.get("", plan("s0"), pool, Merge.PRODUCT).bytes()).isEqualTo(bytes);
        assertThat(cache.stats().bytes()).isZero();
    }

    @Test
    void mergesOnceHoweverManyAskAtATime() throws Exception {
        AdapterCache cache = new AdapterCache(layout, 10 * bytes);
        Set<BankImage> seen = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> calls = IntStream.range(0, 64)
                    .<Callable<Boolean>>mapToObj(_ -> () -> seen.add(cache.get("", plan("s0"), pool, Merge.PRODUCT)))
                    .toList();
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                call.get();
            }
        }
        assertThat(cache.stats().misses()).isEqualTo(1);
        assertThat(seen).hasSize(1);
    }

    private Plan plan(String sharer) {
        SortedMap<dev.piecewise.checkpoint.Site, List<Choice>> sites = new TreeMap<>();
        pool.sites().keySet().forEach(site -> sites.put(site, List.of(new Choice(sharer, 1))));
        return new Plan(pool.base(), pool.hash(), Merge.PRODUCT, 1, sites, 1, Instant.EPOCH);
    }
}
