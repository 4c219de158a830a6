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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/pools}: who shares what, and who does no more. */
final class Pools {
    private final Optional<PublishedPool> published;

    Pools(Serving serving) {
        published = serving.pool();
    }

    /** {@code version} is the content hash of the one that is served. */
    private record Summary(
            String id,
            String object,
            String version,
            String base,
            int rank,
            double alpha,
            String merge,
            String keys,
            int sharers,
            int sites,
            int pieces) {
        static Summary of(PublishedPool published) {
            return of(published.name(), published.pool());
        }

        static Summary of(String name, Pool pool) {
            return new Summary(
                    name,
                    "pool",
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
        static Details of(PublishedPool published) {
            Pool pool = published.pool();
            Summary summary = Summary.of(published.name(), pool);
            return new Details(
                    summary.id(),
                    summary.object(),
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
                    published.versions());
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
                new PoolList("list", published.map(Summary::of).map(List::of).orElse(List.of())));
    }

    void get(Exchange exchange) throws InterruptedException, ClientGoneException {
        exchange.answer(200, Details.of(named(exchange)));
    }

    void withdraw(Exchange exchange) throws InterruptedException, ClientGoneException {
        PublishedPool pool = named(exchange);
        String sharer = exchange.part("sharer");
        PublishedPool.Withdrawn withdrawn = pool.withdraw(sharer);
        exchange.answer(
                200,
                new Deleted(
                        sharer,
                        "pool.sharer.deleted",
                        true,
                        pool.name(),
                        withdrawn.version().isEmpty() ? null : withdrawn.version(),
                        withdrawn.versionsErased()));
    }

    private PublishedPool named(Exchange exchange) {
        return published
                .filter(pool -> pool.name().equals(exchange.part("pool")))
                .orElseThrow(() -> new ServingException(ErrorCode.NOT_FOUND, "there is no such pool", "pool"));
    }
}
