package dev.piecewise.cli;

import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.engine.Engine;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.model.TorchSelector;
import dev.piecewise.personalization.LocalPersonalizer;
import dev.piecewise.personalization.PlanRewriter;
import dev.piecewise.personalization.PublishedPool;
import dev.piecewise.personalization.PublishedPools;
import dev.piecewise.personalization.Replaced;
import dev.piecewise.store.Store;
import dev.piecewise.tenant.Tenant;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Opens the pools of a server, takes up their new versions, and sees to it that nothing stays of who withdraws: in memory, on the device and in the stored plans. */
final class ServedPools implements AutoCloseable {
    private final Serving serving;
    private final PlanRewriter rewriter;
    private final Map<Optional<Tenant>, Integer> pieces = new ConcurrentHashMap<>();

    /** What serves, and how a pool is read for it. */
    record Serving(
            LocalPersonalizer personalizer,
            Engine engine,
            TorchSelector selector,
            Metrics metrics,
            Function<Path, Pool> reader) {}

    ServedPools(Serving serving, Store store) {
        this.serving = serving;
        rewriter = new PlanRewriter(store, serving.personalizer()::assemble);
    }

    /** The pools as the configuration names them; {@code shared} is the operator's, which is served already. */
    PublishedPools open(PiecewiseConfig.Adapters config, Optional<Pool> shared) {
        Optional<PublishedPool> operators = shared.map(
                pool -> published(Optional.empty(), config.poolDirectory().orElseThrow(), pool));
        return config.tenantPoolsDirectory()
                .map(directory -> new PublishedPools(operators, directory, new TenantPools()))
                .orElseGet(() -> new PublishedPools(operators));
    }

    @Override
    public void close() {
        rewriter.close();
    }

    private final class TenantPools implements PublishedPools.Opener {
        @Override
        public PublishedPool open(Tenant owner, Path directory) {
            Pool pool = serving.reader().apply(directory);
            serving.personalizer().versions().take(Optional.of(owner), pool, PoolWatch.of(directory, pool));
            return published(Optional.of(owner), directory, pool);
        }

        @Override
        public void bar(Tenant owner, String reason) {
            serving.personalizer().versions().leave(Optional.of(owner), reason);
        }
    }

    private PublishedPool published(Optional<Tenant> owner, Path directory, Pool loaded) {
        count(owner, loaded.pieces());
        if (!loaded.withdrawn().isEmpty()) {
            rewriter.moveTo(loaded);
        }
        return new PublishedPool(directory, loaded, serving.reader(), new PublishedPool.Taker() {
            @Override
            public void take(Pool newer, PoolWatch watch) {
                Optional<Replaced> replaced = serving.personalizer().versions().take(owner, newer, watch);
                count(owner, newer.pieces());
                replaced.ifPresent(before -> {
                    drop(before);
                    if (before.left()) {
                        rewriter.moveTo(newer);
                    }
                });
            }

            @Override
            public void leave(Pool last) {
                count(owner, 0);
                serving.personalizer()
                        .versions()
                        .leave(owner, "everybody has withdrawn from the pool")
                        .ifPresent(ServedPools.this::drop);
                Set<String> versions = new HashSet<>(last.earlier());
                versions.add(last.hash());
                rewriter.end(versions);
            }
        });
    }

    private void drop(Replaced before) {
        before.users().forEach(serving.engine()::forget);
        if (before.left() || !before.columns().isEmpty()) {
            serving.engine().withdraw(new Engine.Withdrawal(before.version(), before.columns()));
        }
        Thread.ofVirtual().name("forget").start(() -> serving.selector().forget(before.version()));
    }

    private void count(Optional<Tenant> owner, int many) {
        pieces.put(owner, many);
        serving.metrics()
                .poolPieces(pieces.values().stream().mapToInt(Integer::intValue).sum());
    }
}
