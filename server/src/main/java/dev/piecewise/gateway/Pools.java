package dev.piecewise.gateway;

import dev.piecewise.adapter.Consent;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.Exchange;
import dev.piecewise.personalization.PublishedPool;
import dev.piecewise.personalization.PublishedPools;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/pools}: who shares what, and who does no more. */
final class Pools {
    private final PublishedPools pools;

    Pools(Serving serving) {
        pools = serving.pools();
    }

    /** A pool that a caller may look at, as it is now. */
    private record Seen(PublishedPool published, Pool pool, boolean shared) {}

    /** {@code version} is the content hash of the one that is served; {@code shared} says that it is the operator's. */
    private record Summary(
            String id,
            String object,
            boolean shared,
            String version,
            String base,
            int rank,
            double alpha,
            String merge,
            String keys,
            int sharers,
            int sites,
            int pieces) {
        static Summary of(Seen seen) {
            Pool pool = seen.pool();
            return new Summary(
                    seen.published().name(),
                    "pool",
                    seen.shared(),
                    pool.hash(),
                    pool.base(),
                    pool.rank(),
                    pool.scale() * pool.rank(),
                    pool.merge().wire(),
                    pool.keys().wire(),
                    pool.sharers().size(),
                    pool.sites().size(),
                    pool.pieces());
        }
    }

    private record PoolList(String object, List<Summary> data) {}

    private record Details(
            String id,
            String object,
            boolean shared,
            String version,
            String base,
            int rank,
            double alpha,
            String merge,
            String keys,
            int pieces,
            List<Sharer> sharers,
            List<String> sites,
            List<Withdrawal> withdrawn,
            List<PoolVersions.Version> versions) {
        static Details of(Seen seen) {
            Pool pool = seen.pool();
            Summary summary = Summary.of(seen);
            return new Details(
                    summary.id(),
                    summary.object(),
                    summary.shared(),
                    summary.version(),
                    summary.base(),
                    summary.rank(),
                    summary.alpha(),
                    summary.merge(),
                    summary.keys(),
                    summary.pieces(),
                    pool.sharers().stream()
                            .map(sharer -> Sharer.of(sharer, pool))
                            .toList(),
                    pool.sites().keySet().stream().map(Site::toString).toList(),
                    pool.withdrawn().stream()
                            .map(withdrawal -> new Withdrawal(
                                    withdrawal.id(), withdrawal.at().toString()))
                            .toList(),
                    seen.published().versions());
        }
    }

    /** {@code items} that the pieces were trained from, 0 when unknown. */
    private record Sharer(
            String id, int items, int pieces, @Nullable Agreement consent) {
        static Sharer of(Pool.Sharer sharer, Pool pool) {
            return new Sharer(
                    sharer.id(),
                    sharer.items(),
                    pool.sites().size() - sharer.absent().size(),
                    sharer.consent().map(Agreement::of).orElse(null));
        }
    }

    private record Agreement(String by, String at, double ratio) {
        static Agreement of(Consent consent) {
            return new Agreement(consent.by(), consent.at().toString(), consent.ratio());
        }
    }

    private record Withdrawal(String id, String at) {}

    /** {@code version} is the one without the sharer; null when nobody is left. */
    private record Deleted(
            String id,
            String object,
            boolean deleted,
            String pool,
            @Nullable String version,
            int versionsErased) {}

    void list(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(
                200,
                new PoolList(
                        "list", seen(exchange).map(Summary::of).map(List::of).orElse(List.of())));
    }

    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, Details.of(named(exchange)));
    }

    /** What concerns every tenant is the operator's business. */
    void withdraw(Exchange exchange) throws InterruptedException, ClientGoneException {
        Seen seen = named(exchange);
        if (seen.shared() && !exchange.caller().isOperator()) {
            throw new ServingException(ErrorCode.FORBIDDEN, "this pool is the operator's");
        }
        String sharer = exchange.part("sharer");
        PublishedPool.Withdrawn withdrawn = seen.published().withdraw(sharer);
        exchange.answer(
                200,
                new Deleted(
                        sharer,
                        "pool.sharer.deleted",
                        true,
                        seen.published().name(),
                        withdrawn.version().isEmpty() ? null : withdrawn.version(),
                        withdrawn.versionsErased()));
    }

    /** The one pool that the caller's users are served from, unless everybody has withdrawn from it. */
    private Optional<Seen> seen(Exchange exchange) {
        return pools.of(exchange.caller().tenant())
                .flatMap(published ->
                        published.pool().map(pool -> new Seen(published, pool, pools.isShared(published))));
    }

    private Seen named(Exchange exchange) {
        return seen(exchange)
                .filter(seen -> seen.published().name().equals(exchange.part("pool")))
                .orElseThrow(() -> new ServingException(ErrorCode.NOT_FOUND, "there is no such pool", "pool"));
    }
}
