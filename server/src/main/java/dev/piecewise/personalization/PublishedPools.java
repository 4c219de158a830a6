package dev.piecewise.personalization;

import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Tenant;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools that are served: the operator's, for every tenant who has none, and those of tenants who have a directory of their own, also when that comes later. Who has one is never served from
 * the operator's, even while their own cannot be. Any thread may call.
 */
public final class PublishedPools implements AutoCloseable {
    /** Nobody shares anything. */
    public static final PublishedPools NONE = new PublishedPools(Optional.empty());

    private static final Logger log = LoggerFactory.getLogger(PublishedPools.class);

    private final Optional<PublishedPool> shared;
    private final Map<Tenant, Own> own = new ConcurrentHashMap<>();
    private final Optional<Lookout> lookout;

    /** Opens tenants' own pools. */
    public interface Opener {
        /** Serves this tenant's users from the pool in the directory, until it is closed. */
        PublishedPool open(Tenant owner, Path directory);

        /** Serves this tenant's users from no pool, for this reason. */
        void bar(Tenant owner, String reason);
    }

    /**
     * A tenant's own pool.
     *
     * @param pool empty while it cannot be served
     * @param tried which version cannot be, and why
     */
    private record Own(Optional<PublishedPool> pool, String tried) {}

    /** The operator's pool only. */
    public PublishedPools(Optional<PublishedPool> shared) {
        this.shared = shared;
        lookout = Optional.empty();
    }

    /** Begins to look for directories in {@code tenants} that are named as tenants are, until it is closed. */
    public PublishedPools(Optional<PublishedPool> shared, Path tenants, Opener opener) {
        this.shared = shared;
        look(tenants, opener);
        lookout = Optional.of(new Lookout("tenants' pools", () -> look(tenants, opener)));
    }

    /** The pool that a tenant's users are served from. */
    public Optional<PublishedPool> of(Tenant tenant) {
        Own mine = own.get(tenant);
        return mine == null ? shared : mine.pool();
    }

    /** Whether it is the operator's. */
    public boolean isShared(PublishedPool pool) {
        return shared.filter(pool::equals).isPresent();
    }

    @Override
    public void close() {
        lookout.ifPresent(Lookout::close);
        own.values().forEach(mine -> mine.pool().ifPresent(PublishedPool::close));
        shared.ifPresent(PublishedPool::close);
    }

    private void look(Path tenants, Opener opener) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(tenants, Files::isDirectory)) {
            for (Path directory : children) {
                String name = directory.getFileName().toString();
                if (Tenant.isName(name) && !name.equals(Tenant.DEFAULT.id())) {
                    look(new Tenant(name), directory, opener);
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            log.atWarn().addKeyValue("reason", unreadable.toString()).log("tenants' pools cannot be looked for");
        }
    }

    private void look(Tenant tenant, Path directory, Opener opener) {
        Own known = own.get(tenant);
        if (known == null || known.pool().isEmpty()) {
            String version = version(directory);
            if (known == null || !known.tried().equals(version)) {
                own.put(tenant, open(tenant, directory, opener, version));
            }
        }
    }

    private static String version(Path directory) {
        try {
            return new PoolVersions(directory).current().orElse("none");
        } catch (BadFileException bad) {
            return bad.text();
        }
    }

    private static Own open(Tenant tenant, Path directory, Opener opener, String version) {
        try {
            return new Own(Optional.of(opener.open(tenant, directory)), version);
        } catch (BadFileException bad) {
            return refused(tenant, opener, version, bad.text());
        } catch (ServingException refused) {
            return refused(tenant, opener, version, refused.text());
        }
    }

    private static Own refused(Tenant tenant, Opener opener, String version, String reason) {
        log.atWarn()
                .addKeyValue("tenant", tenant.id())
                .addKeyValue("reason", reason)
                .log("a tenant's pool is not served");
        opener.bar(tenant, "the tenant's pool cannot be served now");
        return new Own(Optional.empty(), version);
    }
}
